import { createMetrics, silentLogger } from '@plumbline/observability';
import type { ApiKeyRows } from '../api-key-rows.ts';
import { createApiKeys } from '../api-keys.ts';
import type { DataKeyRows } from '../data-key-rows.ts';
import { createEndpointSecrets } from '../endpoint-secrets.ts';
import { createKeyRing } from '../key-ring.ts';
import { masterKeysOf } from '../master-keys.ts';
import { createMonitorKeys } from '../monitor-keys.ts';
import type { Vault, VaultOptions } from '../open-vault.ts';
import { createMemoryMonitorKeyRows } from './memory-monitor-rows.ts';
import type { MemoryFaults } from './memory-rows.ts';
import { createMemoryApiKeyRows, createMemoryDataKeyRows, noFaults } from './memory-rows.ts';
import { createMemoryEndpointSecretRows } from './memory-secret-rows.ts';

export interface MemoryVault extends Vault {
  readonly faults: MemoryFaults;
  readonly dataKeyRows: DataKeyRows;
  readonly apiKeyRows: ApiKeyRows;
}

/** A vault whose Postgres is in memory: for tests and simulations of whoever needs one. */
export function openMemoryVault(options: Partial<VaultOptions> = {}): MemoryVault {
  const faults = noFaults();
  const [dataKeyRows, apiKeyRows] = [
    createMemoryDataKeyRows(faults),
    createMemoryApiKeyRows(faults),
  ];
  const given = {
    ...{ masterKeys: masterKeysOf({ PLUMBLINE_LOCAL_STACK: true }), nowMs: Date.now },
    ...{ tenant: 'main', localStack: true, logger: silentLogger },
    ...{ metrics: createMetrics({ service: 'memory-vault', processMetrics: false }) },
    ...options,
  };
  const keyRing = createKeyRing({ ...given, rows: dataKeyRows });
  const apiKeys = createApiKeys({ ...given, rows: apiKeyRows });
  const endpointSecrets = createEndpointSecrets({
    ...{ rows: createMemoryEndpointSecretRows(faults), keyRing, nowMs: given.nowMs },
  });
  const monitorKeys = createMonitorKeys({
    ...{ rows: createMemoryMonitorKeyRows(faults), keyRing, nowMs: given.nowMs },
  });
  return {
    ...{ keyRing, apiKeys, endpointSecrets, monitorKeys, faults, dataKeyRows, apiKeyRows },
    health: () => Promise.resolve({ ok: !faults.down }),
    close: () => apiKeys.settled(),
  };
}
