import type { Logger, Metrics } from '@plumbline/observability';
import type { ApiKeys } from './api-keys.ts';
import type { KeyRing } from './key-ring.ts';
import type { MasterKeys } from './master-keys.ts';

/** The secrets that do not live in the log. */
export interface Vault {
  readonly keyRing: KeyRing;
  readonly apiKeys: ApiKeys;
  /** For a process's health checks: `{ vault: vault.health }`. */
  health(): Promise<{ readonly ok: boolean; readonly detail?: string }>;
  close(): Promise<void>;
}

export interface VaultOptions {
  /** `postgres://user:password@host:port/database`; the vault has a pool of its own. */
  readonly url: string;
  /** `masterKeysOf(config)` */
  readonly masterKeys: MasterKeys;
  /** The platform's own: no app may have its name. */
  readonly tenant: string;
  /** Whether `local-merchant-key` is app `demo_app`. */
  readonly localStack: boolean;
  /** Wall clock, epoch ms: `Date.now`. */
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
