import { PostgresDown } from '@plumbline/postgres';
import type { ApiKeyRows, StoredApiKey } from '../api-key-rows.ts';
import type { DataKeyRows } from '../data-key-rows.ts';
import type { WrappedKey } from '../master-keys.ts';

/** Switches that a test throws. */
export interface MemoryFaults {
  /** While it is true every call fails as it does with Postgres away. */
  down: boolean;
  /** Calls that were answered. */
  calls: number;
}

export const noFaults = (): MemoryFaults => ({ down: false, calls: 0 });

/** Each call takes a turn of the event loop, as a statement would. */
export async function answered<T>(faults: MemoryFaults, work: () => T): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  if (faults.down) throw new PostgresDown('Postgres in memory was told to be away');
  faults.calls += 1;
  return work();
}

interface DataKeyRow {
  key: WrappedKey | null;
  readonly keyId: string;
  readonly subject: string;
}

/** What the table of subjects' keys does; the contract suite holds the two together. */
export function createMemoryDataKeyRows(faults = noFaults()): DataKeyRows {
  const rows = new Map<string, DataKeyRow>();
  const liveOf = (subject: string): WrappedKey | null =>
    [...rows.values()].find((row) => row.subject === subject && row.key !== null)?.key ?? null;
  return {
    live: (subject) => answered(faults, () => liveOf(subject)),
    byId: (keyId) =>
      answered(faults, () => {
        const row = rows.get(keyId);
        return row === undefined ? 'missing' : (row.key ?? 'erased');
      }),
    insert: (key) =>
      answered(faults, () => {
        const { keyId, subject } = key;
        if (liveOf(subject) === null) rows.set(keyId, { key, keyId, subject });
      }),
    erase: ({ keyIds }) =>
      answered(faults, () => {
        const live = keyIds.flatMap((keyId) => rows.get(keyId) ?? []).filter((row) => row.key);
        for (const row of live) row.key = null;
        return live.map(({ keyId }) => keyId);
      }),
    liveAmong: (keyIds) =>
      answered(faults, () => new Set(keyIds.filter((keyId) => rows.get(keyId)?.key ?? null))),
    underOthers: ({ masterKeyId, after, limit }) =>
      answered(faults, () =>
        [...rows.values()]
          .flatMap(({ key }) => (key !== null && key.masterKeyId !== masterKeyId ? [key] : []))
          .filter(({ keyId }) => keyId > after)
          .sort((a, b) => (a.keyId < b.keyId ? -1 : 1))
          .slice(0, limit),
      ),
    replace: ({ from, to }) =>
      answered(faults, () => {
        const row = rows.get(from.keyId);
        if (row?.key?.masterKeyId !== from.masterKeyId) return false;
        row.key = { ...row.key, wrapped: to.wrapped, masterKeyId: to.masterKeyId };
        return true;
      }),
  };
}

/** What the table of API keys does. */
export function createMemoryApiKeyRows(faults = noFaults()): ApiKeyRows {
  const rows = new Map<string, StoredApiKey>();
  const change = (keyId: string, to: (row: StoredApiKey) => StoredApiKey): StoredApiKey | null => {
    const row = rows.get(keyId);
    if (row === undefined) return null;
    const changed = to(row);
    rows.set(keyId, changed);
    return changed;
  };
  return {
    byIds: (keyIds) => answered(faults, () => keyIds.flatMap((keyId) => rows.get(keyId) ?? [])),
    list: (appId) =>
      answered(faults, () =>
        [...rows.values()]
          .filter((row) => appId === null || row.appId === appId)
          .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)),
      ),
    insert: (key) => answered(faults, () => void rows.set(key.keyId, key)),
    revoke: (keyId, atMs) =>
      answered(faults, () =>
        change(keyId, (row) => ({ ...row, revokedAtMs: row.revokedAtMs ?? atMs })),
      ),
    used: (keyId, atMs) =>
      answered(faults, () => {
        change(keyId, (row) => ({
          ...row,
          lastUsedAtMs: Math.max(row.lastUsedAtMs ?? atMs, atMs),
        }));
      }),
  };
}

const placeOf = ({ appId, createdAtMs, keyId }: StoredApiKey): string =>
  `${appId} ${String(createdAtMs).padStart(16, '0')} ${keyId}`;
