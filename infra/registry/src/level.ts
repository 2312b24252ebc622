import { SchemasUnavailable } from '@plumbline/events';
import type { Logger } from '@plumbline/observability';
import type { RegistryApi } from './registry-api.ts';

/** What every schema must be compatible with: all of its versions, both ways. */
export const requiredLevel = 'FULL_TRANSITIVE';

/** @throws SchemasUnavailable */
export async function readLevel(api: RegistryApi, url: string): Promise<string> {
  const { status, body } = await api.call('GET', '/config');
  const found = body['compatibilityLevel'];
  if (status === 200 && typeof found === 'string') return found;
  throw new SchemasUnavailable(`GET ${url}/config: the registry answers ${status}`);
}

/** Asks for the change only when it is needed, since not everybody may. @throws SchemasUnavailable */
export async function setLevel(api: RegistryApi, url: string, logger: Logger): Promise<void> {
  const before = await readLevel(api, url);
  if (before === requiredLevel) return;
  const { status } = await api.call('PUT', '/config', { compatibility: requiredLevel });
  // Whatever the answer to the change was, what counts is what the registry says now.
  const after = await readLevel(api, url);
  if (after !== requiredLevel) {
    const message = `the schema registry at ${url} does not take the level ${requiredLevel}`;
    throw new SchemasUnavailable(`${message}: it answers ${status} and stays at ${after}`);
  }
  logger.info('the schema registry has a new level', { url, before, after });
}
