import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError, messageOf } from '../errors.ts';
import { furnishTimeoutMs, healthPollMs } from '../limits.ts';
import { compatibilityLevel } from '../stack-definition.ts';

export interface RegistryAccess {
  /** Base of the Confluent-compatible API, such as `http://127.0.0.1:18081/apis/ccompat/v7`. */
  readonly registryUrl: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

/**
 * Sets the global compatibility level and reads it back. It must happen before the first schema is
 * registered: a registry begins with a level that lets everything pass.
 *
 * Errors: {@link LocalStackError} when the registry refuses or says another level afterwards.
 */
export async function ensureRegistry(access: RegistryAccess): Promise<void> {
  const config = `${access.registryUrl.replace(/\/+$/, '')}/config`;
  const put = await ask(config, access, { compatibility: compatibilityLevel });
  // Another process may have set it at the same moment: what counts is what the registry says now.
  const got = put.ok || put.status === conflict ? await ask(config, access) : put;
  const level = got.body['compatibilityLevel'] ?? got.body['compatibility'];
  if (!got.ok || level !== compatibilityLevel)
    throw new LocalStackError(
      `the schema registry at ${config} does not take the level ${compatibilityLevel}: it answers ${got.status} ${JSON.stringify(got.body)}`,
    );
}

const conflict = 409;

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Again while the registry says that the fault is its own; setting the same level twice is no harm. */
async function ask(url: string, access: RegistryAccess, body?: object): Promise<Answer> {
  const deadlineMs = performance.now() + furnishTimeoutMs;
  for (;;) {
    const answer = await askOnce(url, access, body);
    if (answer.status < 500 || performance.now() > deadlineMs) return answer;
    await sleep(healthPollMs);
  }
}

async function askOnce(url: string, access: RegistryAccess, body?: object): Promise<Answer> {
  const { auth } = access;
  const basic = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  try {
    const response = await fetch(url, {
      method: body ? 'PUT' : 'GET',
      headers: {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(furnishTimeoutMs),
    });
    const parsed: unknown = await response.json().catch(() => ({}));
    const fields = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
    return { ok: response.ok, status: response.status, body: fields };
  } catch (error) {
    throw new LocalStackError(`the schema registry at ${url} does not answer: ${messageOf(error)}`);
  }
}
