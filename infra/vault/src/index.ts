export type { ApiKey, ApiKeys, ApiScope } from './api-keys.ts';
export { apiScopes } from './api-keys.ts';
export { AlteredText, WrongMasterKey } from './errors.ts';
export type { Erasure, KeyRing } from './key-ring.ts';
export type { MasterKeys } from './master-keys.ts';
export type { Vault, VaultOptions } from './open-vault.ts';
