import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import registryClient from '@kafkajs/confluent-schema-registry';
import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { SchemasUnavailable, UnknownSchemaId } from '@plumbline/events';
import type { SchemaIds } from '@plumbline/events';
import type { Logger } from '@plumbline/observability';
import { silentLogger } from '@plumbline/observability';
import { readLevel, setLevel } from './level.ts';
import * as limits from './limits.ts';
import { register } from './registration.ts';
import type { RegistryAuth } from './registry-api.ts';
import { createRegistryApi } from './registry-api.ts';
import { withRetries } from './retry.ts';

export interface RegistrySchemaIdsOptions {
  /** Base of a Confluent-compatible API; Apicurio's is `<base>/apis/ccompat/v7`. */
  readonly url: string;
  readonly auth?: RegistryAuth;
  readonly logger?: Logger;
  /** How long one request may take, in ms. */
  readonly requestMs?: number;
}

export interface RegistrySchemaIds extends SchemaIds {
  /**
   * Sets the global compatibility level to FULL_TRANSITIVE unless it is, and reads it back. Also
   * done before the first registration. @throws SchemasUnavailable
   */
  ensureLevel(): Promise<void>;
  /** The global compatibility level. @throws SchemasUnavailable */
  level(): Promise<string>;
  /** Ends what is under way; every call fails from then on. */
  close(): Promise<void>;
}

/** Confluent's code for a schema id that does not exist; a wrong URL answers 404 without it. */
const schemaNotFound = 40_403;

export function createRegistrySchemaIds(options: RegistrySchemaIdsOptions): RegistrySchemaIds {
  const url = baseOf(options.url);
  const { auth, logger = silentLogger, requestMs = limits.requestMs } = options;
  const closing = new AbortController();
  // Every call that is under way listens, and a start registers all schemas of its topics at once.
  setMaxListeners(0, closing.signal);
  const api = createRegistryApi({ url, auth, requestMs, closing: closing.signal });
  const agent = url.startsWith('https:') ? new HttpsAgent() : new HttpAgent();
  const library = openLibrary({ url, auth, agent, requestMs });
  const ids = new Map<string, Promise<number>>();
  let levelEnsured: Promise<void> | null = null;
  /** The highest id that the registry has shown us. */
  let newestId = 0;

  const retrying = <T>(what: string, call: () => Promise<T>): Promise<T> =>
    withRetries({ what, logger, requestMs, closing: closing.signal }, call);

  async function ensureLevel(): Promise<void> {
    levelEnsured ??= retrying('setting the compatibility level', () => setLevel(api, url, logger));
    try {
      await levelEnsured;
    } catch (error) {
      levelEnsured = null;
      throw error;
    }
  }

  /** Null when the registry, being whole, says that there is none. */
  async function read(id: number): Promise<string | null> {
    const { status, body } = await api.call('GET', `/schemas/ids/${id}`);
    if (status === 404 && body['error_code'] === schemaNotFound) {
      await requireWhole();
      return null;
    }
    if (status !== 200 || typeof body['schema'] !== 'string') {
      throw new SchemasUnavailable(`GET ${url}/schemas/ids/${id}: the registry answers ${status}`);
    }
    newestId = Math.max(newestId, id);
    return body['schema'];
  }

  /**
   * A registry that keeps its schemas in a log of its own answers before it has read it, and then
   * knows none: to believe it would bury every record of the time. So it must know the newest schema
   * that it has ever shown us, or, if it has shown none, at least one subject.
   */
  async function requireWhole(): Promise<void> {
    const path = newestId === 0 ? '/subjects' : `/schemas/ids/${newestId}`;
    const { status, body } = await api.call('GET', path);
    if (status === 200 && Object.keys(body).length > 0) return;
    throw new SchemasUnavailable(
      `GET ${url}${path}: the registry knows nothing of what it must know; it is starting, or has ` +
        'lost its schemas',
    );
  }

  async function registered(subject: string, schemaJson: string): Promise<number> {
    await ensureLevel();
    const what = `registering ${subject}`;
    return retrying(what, () => register(library, subject, schemaJson));
  }

  return {
    ensureLevel,
    level: () => retrying('reading the compatibility level', () => readLevel(api, url)),

    async idOf(subject, schemaJson) {
      const key = `${subject}\n${schemaJson}`;
      const known = ids.get(key) ?? registered(subject, schemaJson);
      ids.set(key, known);
      try {
        const id = await known;
        newestId = Math.max(newestId, id);
        return id;
      } catch (error) {
        ids.delete(key);
        throw error;
      }
    },

    async schemaOf(id) {
      const what = `fetching schema ${id}`;
      const found = await retrying(what, () => read(id));
      if (found !== null) return found;
      await sleep(limits.unknownConfirmMs, undefined, { signal: closing.signal }).catch(() => null);
      const again = await retrying(what, () => read(id));
      if (again === null) throw new UnknownSchemaId(id);
      return again;
    },

    close() {
      closing.abort();
      agent.destroy();
      return Promise.resolve();
    },
  };
}

function openLibrary(options: {
  readonly url: string;
  readonly auth: RegistryAuth | undefined;
  readonly agent: HttpAgent;
  readonly requestMs: number;
}): SchemaRegistry {
  const { url, auth, agent, requestMs } = options;
  return new registryClient.SchemaRegistry({
    host: url,
    ...(auth ? { auth: { ...auth } } : {}),
    agent,
    // Ours are around the whole call, know which errors are final, and can be closed.
    retry: { retries: 0 },
    middlewares: [
      () => ({
        prepareRequest: async (next) => (await next()).enhance({ timeout: requestMs }),
      }),
    ],
  });
}

/** Credentials in an address end up in logs and messages, so they are refused there. */
function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error('the address of the schema registry is not an http or https URL');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('give the credentials of the schema registry apart from its address');
  }
  return text.replace(/\/+$/, '');
}
