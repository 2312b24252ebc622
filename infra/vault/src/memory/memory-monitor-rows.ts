import { monitorKeysMax } from '../limits.ts';
import type { MonitorKeyRows, StoredMonitorGrant, StoredMonitorKey } from '../monitor-key-rows.ts';
import { newestKeys } from '../monitor-key-rows.ts';
import { answered, noFaults } from './memory-rows.ts';

/** What the tables of monitor clients do; the contract suite holds the two together. */
export function createMemoryMonitorKeyRows(faults = noFaults()): MonitorKeyRows {
  const grants = new Map<string, StoredMonitorGrant>();
  const keys = new Map<string, StoredMonitorKey>();
  const keysOf = (clientId: string): readonly StoredMonitorKey[] =>
    newestKeys([...keys.values()].filter((key) => key.clientId === clientId));
  return {
    byClients: (clientIds) =>
      answered(faults, () =>
        clientIds.flatMap((clientId) => {
          const grant = grants.get(clientId);
          return grant === undefined ? [] : [{ grant, keys: keysOf(clientId) }];
        }),
      ),
    clientsOfKeys: (keyIds) =>
      answered(faults, () => {
        const found = keyIds.flatMap((keyId) => keys.get(keyId) ?? []);
        return new Map(found.map(({ keyId, clientId }) => [keyId, clientId]));
      }),
    put: (grant) =>
      answered(faults, () => {
        const known = grants.get(grant.clientId) ?? grant;
        const newer = grant.version >= known.version ? grant : known;
        const revokedAtMs = known.revokedAtMs ?? grant.revokedAtMs;
        grants.set(grant.clientId, { ...newer, revokedAtMs });
      }),
    add: (key) =>
      answered(faults, () => {
        const oldest = keysOf(key.clientId)[monitorKeysMax - 1];
        for (const { keyId, clientId, version } of keys.values())
          if (clientId === key.clientId && oldest !== undefined && version < oldest.version)
            keys.delete(keyId);
        if (!keys.has(key.keyId)) keys.set(key.keyId, key);
      }),
  };
}
