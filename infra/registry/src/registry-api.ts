import { SchemasUnavailable } from '@plumbline/events';
import { schemaCharactersMax } from './limits.ts';

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The calls that the client library does not offer: the global level, and a schema as text (the
 * library compiles it and drops logical types and `pii` marks on the way).
 */
export interface RegistryApi {
  /** Any answer of the registry. @throws SchemasUnavailable when there is none, or a 5xx, 401, 403 */
  call(method: 'GET' | 'PUT', path: string, body?: object): Promise<RegistryAnswer>;
}

export function createRegistryApi(options: {
  /** Base of the Confluent API, without a slash at its end. */
  readonly url: string;
  readonly auth: RegistryAuth | undefined;
  readonly requestMs: number;
  readonly closing: AbortSignal;
}): RegistryApi {
  const { url, auth, requestMs, closing } = options;
  const headers: Record<string, string> = {
    accept: 'application/vnd.schemaregistry.v1+json',
    'content-type': 'application/vnd.schemaregistry.v1+json',
  };
  if (auth) {
    const text = `${auth.username}:${auth.password}`;
    headers['authorization'] = `Basic ${Buffer.from(text).toString('base64')}`;
  }
  return {
    async call(method, path, body) {
      const what = `${method} ${url}${path}`;
      const signal = AbortSignal.any([closing, AbortSignal.timeout(requestMs)]);
      let status: number;
      let text: string;
      try {
        const json = body === undefined ? {} : { body: JSON.stringify(body) };
        const response = await fetch(`${url}${path}`, { method, headers, signal, ...json });
        status = response.status;
        text = await response.text();
      } catch (error) {
        throw new SchemasUnavailable(`${what}: ${reasonOf(error)}`, { cause: error });
      }
      if (status >= 500 || status === 401 || status === 403 || status === 429) {
        throw new SchemasUnavailable(`${what}: the registry answers ${status}`);
      }
      return { status, body: bodyOf(what, text) };
    },
  };
}

/** `fetch` hides what happened to the connection one level down. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function bodyOf(what: string, text: string): Readonly<Record<string, unknown>> {
  if (text.length > schemaCharactersMax) {
    throw new SchemasUnavailable(`${what}: the answer is longer than ${schemaCharactersMax}`);
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return { ...body };
  } catch {
    // Said below: whatever answered is no schema registry.
  }
  throw new SchemasUnavailable(`${what}: the answer is not that of a schema registry`);
}
