export type { ApiKeyRows, StoredApiKey } from './api-key-rows.ts';
export { createApiKeyRows } from './api-key-rows.ts';
export type { ApiKey, ApiKeys } from './api-keys.ts';
export type { ApiScope } from './api-scopes.ts';
export { apiScopes } from './api-scopes.ts';
export type { DataKeyRows } from './data-key-rows.ts';
export { createDataKeyRows } from './data-key-rows.ts';
export { AlteredText, WrongMasterKey } from './errors.ts';
export type { EndpointSecrets, NewSecret } from './endpoint-secrets.ts';
export type { RecordErasure } from './erasures.ts';
export { eraseKey, erasedKeysOf, eraseThoseThere, keysThere, openErasureLog } from './erasures.ts';
export type { ErasedKey, Erasure, KeyRing } from './key-ring.ts';
export { createKeyRing, isSubject } from './key-ring.ts';
export { keyNameCharactersMax, reasonCharactersMax, textBytesMax } from './limits.ts';
export type { IssuedApiKey, NewApiKey } from './manage-api-keys.ts';
export { appIdProblem, issueApiKey } from './manage-api-keys.ts';
export type { MasterKeys, MasterKeysConfig } from './master-keys.ts';
export { masterKeyId, masterKeysOf } from './master-keys.ts';
export { vaultSchema, vaultSql } from './migrate-vault.ts';
export type {
  IssuedMonitorKey,
  MonitorClient,
  MonitorKey,
  MonitorKeys,
  MonitorTokenFound,
  NewMonitorKey,
} from './monitor-keys.ts';
export type { MonitorKeyEnd, StoredMonitorGrant } from './monitor-key-rows.ts';
export { newMonitorKeyId } from './monitor-key-text.ts';
export type { Vault, VaultOptions } from './open-vault.ts';
export { openVault } from './open-vault.ts';
export type { RepeatedErasures } from './repeat-erasures.ts';
export { repeatErasures } from './repeat-erasures.ts';
export type { Reveal, Reveals } from './reveals.ts';
export { createReveals } from './reveals.ts';
export type { Rewrapped } from './rewrap.ts';
export { rewrapKeys } from './rewrap.ts';
export type { MemoryFaults } from './memory/memory-rows.ts';
export type { MemoryVault } from './memory/memory-vault.ts';
export { openMemoryVault } from './memory/memory-vault.ts';
