import { PostgresDown } from '@plumbline/postgres';
import { createBoundedMap } from './bounded-map.ts';
import type { EndpointSecretRows, StoredSecret } from './endpoint-secret-rows.ts';
import type { KeyRing } from './key-ring.ts';
import * as limits from './limits.ts';

/**
 * Secrets that notifications are signed with, by endpoint. They are made here, given out once, kept
 * encrypted with the endpoint's own key, and never stand in the log, which has only their ids.
 *
 *   newest ──rotate──► newest
 *      └─► the one before: signs as well until its overlap is over
 */
export interface EndpointSecrets {
  /**
   * Those that sign now, the newest first; none for an endpoint that has none, or whose key was
   * erased. `newestId` is what the log says: another than what is remembered is read anew.
   *
   * Errors: PostgresDown, for what was not read in the last ten minutes.
   */
  signing(endpointId: string, newestId: string | null): Promise<readonly string[]>;
  /**
   * Adds one, and lets those before it sign until the overlap is over. Errors: PostgresDown.
   */
  add(secret: NewSecret): Promise<void>;
  /** Forgets them all, and the key that they were encrypted with. */
  forget(endpointId: string): Promise<void>;
}

export interface NewSecret {
  readonly endpointId: string;
  /** Chosen by the caller, so that a repeat adds nothing. */
  readonly secretId: string;
  readonly text: string;
  /** How long those before it sign as well, ms; 0 for not at all. */
  readonly overlapMs: number;
}

interface Read {
  readonly newestId: string | null;
  readonly atMs: number;
  readonly secrets: readonly { readonly text: string; readonly expiresAtMs: number | null }[];
}

const subjectOf = (endpointId: string): string => `endpoint:${endpointId}`;

export function createEndpointSecrets(options: {
  readonly rows: EndpointSecretRows;
  readonly keyRing: KeyRing;
  /** Epoch ms. */
  readonly nowMs: () => number;
}): EndpointSecrets {
  const { rows, keyRing, nowMs } = options;
  const held = createBoundedMap<Read>(limits.endpointSecretsHeldMax);
  const reading = new Map<string, Promise<Read>>();

  async function opened(stored: readonly StoredSecret[]): Promise<Read['secrets']> {
    const secrets = await Promise.all(
      stored.map(async ({ sealed, expiresAtMs }) => {
        const text = await keyRing.decrypt(sealed);
        return text === null ? [] : [{ text, expiresAtMs }];
      }),
    );
    return secrets.flat();
  }

  async function read(endpointId: string, newestId: string | null): Promise<Read> {
    const atMs = nowMs();
    const secrets = await opened(await rows.of(endpointId));
    const found: Read = { newestId, atMs, secrets };
    held.set(endpointId, found);
    return found;
  }

  async function current(endpointId: string, newestId: string | null): Promise<Read> {
    const before = held.get(endpointId);
    const ageMs = before === undefined ? Infinity : nowMs() - before.atMs;
    const isFresh = ageMs >= 0 && ageMs < limits.endpointSecretsFreshMs;
    if (before !== undefined && before.newestId === newestId && isFresh) return before;
    const place = `${endpointId} ${newestId ?? ''}`;
    const under =
      reading.get(place) ?? read(endpointId, newestId).finally(() => reading.delete(place));
    reading.set(place, under);
    try {
      return await under;
    } catch (error) {
      const isUsable = before !== undefined && ageMs >= 0 && ageMs < limits.endpointSecretsStaleMs;
      // One that was rotated a moment ago signs until its overlap is over.
      if (isUsable && error instanceof PostgresDown) return before;
      throw error;
    }
  }

  return {
    async signing(endpointId, newestId) {
      const { secrets } = await current(endpointId, newestId);
      const now = nowMs();
      return secrets
        .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > now)
        .map(({ text }) => text);
    },
    async add({ endpointId, secretId, text, overlapMs }) {
      const sealed = await keyRing.encrypt(subjectOf(endpointId), text);
      await rows.add({ endpointId, secretId, sealed, atMs: nowMs(), overlapMs });
      held.delete(endpointId);
    },
    async forget(endpointId) {
      await rows.forget(endpointId);
      await keyRing.erase(subjectOf(endpointId), 'the endpoint was removed');
      held.delete(endpointId);
    },
  };
}
