import { z } from 'zod';
import { httpTimeoutMs } from '../limits.ts';
import type { RegistryAccess } from './access.ts';

/** How a schema stands with the registry. */
export type SchemaState = 'registered' | 'registrable' | 'incompatible';

/** The registry as a reader: it registers nothing and sets nothing. */
export interface RegistryView {
  readonly url: string;
  level(): Promise<string>;
  stateOf(subject: string, schemaJson: string): Promise<SchemaState>;
}

const levelSchema = z.object({ compatibilityLevel: z.string() });
const compatibilitySchema = z.object({ is_compatible: z.boolean() });

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Errors: whatever fetch and an answer that is none of a registry's say. */
export function createRegistryView(access: RegistryAccess): RegistryView {
  async function ask(path: string, body?: object): Promise<Answer> {
    const { auth } = access;
    const basic = auth && Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
    const response = await fetch(`${access.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(httpTimeoutMs),
    });
    const { status } = response;
    if (status === 401 || status === 403 || status >= 500)
      throw new Error(`it answers ${status} to ${path}`);
    return { status, body: await response.json() };
  }

  return {
    url: access.url,
    level: async () => levelSchema.parse((await ask('/config')).body).compatibilityLevel,
    stateOf: async (subject, schemaJson) => {
      const name = encodeURIComponent(subject);
      const body = { schema: schemaJson };
      const { status } = await ask(`/subjects/${name}`, body);
      if (status === 200) return 'registered';
      const checked = await ask(`/compatibility/subjects/${name}/versions`, body);
      // No such subject: the first schema of a subject is compatible with nothing before it.
      if (checked.status === 404) return 'registrable';
      const verdict = compatibilitySchema.safeParse(checked.body);
      return verdict.success && verdict.data.is_compatible ? 'registrable' : 'incompatible';
    },
  };
}
