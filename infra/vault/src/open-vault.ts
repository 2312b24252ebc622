import type { Logger, Metrics } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import { createApiKeyRows } from './api-key-rows.ts';
import type { ApiKeys } from './api-keys.ts';
import { createApiKeys } from './api-keys.ts';
import { createDataKeyRows } from './data-key-rows.ts';
import { createEndpointSecretRows } from './endpoint-secret-rows.ts';
import type { EndpointSecrets } from './endpoint-secrets.ts';
import { createEndpointSecrets } from './endpoint-secrets.ts';
import type { RecordErasure } from './erasures.ts';
import type { KeyRing } from './key-ring.ts';
import { createKeyRing } from './key-ring.ts';
import * as limits from './limits.ts';
import type { MasterKeys } from './master-keys.ts';
import { vaultSql } from './migrate-vault.ts';
import { createMonitorKeyRows } from './monitor-key-rows.ts';
import type { MonitorKeys } from './monitor-keys.ts';
import { createMonitorKeys } from './monitor-keys.ts';

/** The secrets that do not live in the log. */
export interface Vault {
  readonly keyRing: KeyRing;
  readonly apiKeys: ApiKeys;
  readonly endpointSecrets: EndpointSecrets;
  readonly monitorKeys: MonitorKeys;
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
  /** Writes down what is erased, so that a restored vault forgets it too; for who erases. */
  readonly recordErasure?: RecordErasure;
  /** How often it lets go of keys that were erased elsewhere, ms. Every 20 s if unset. */
  readonly forgetEveryMs?: number;
}

/**
 * Makes its tables before the first use of them: Postgres may be away when this is called. What was
 * used once works without Postgres, keys of personal data for as long as it is away, API keys and
 * those of monitor clients for 60 s.
 */
export function openVault(options: VaultOptions): Vault {
  const { masterKeys, nowMs, logger } = options;
  const postgres = openPostgres({
    ...{ url: options.url, logger, applicationName: 'plumbline-vault' },
    ...{ poolMax: limits.poolMax, acquireTimeoutMs: limits.acquireTimeoutMs },
    ...{ statementTimeoutMs: limits.statementTimeoutMs, clientGraceMs: limits.clientGraceMs },
  });
  const sql = vaultSql(postgres);
  const { recordErasure } = options;
  const rows = createDataKeyRows(sql);
  const keyRing = createKeyRing({ rows, masterKeys, nowMs, recordErasure });
  const apiKeys = createApiKeys({ ...options, rows: createApiKeyRows(sql) });
  const endpointSecrets = createEndpointSecrets({
    ...{ rows: createEndpointSecretRows(sql), keyRing, nowMs },
  });
  const monitorKeys = createMonitorKeys({ rows: createMonitorKeyRows(sql), keyRing, nowMs });
  let forgetting: Promise<void> | null = null;
  const timer = setInterval(() => {
    // Asked again at the next round; while Postgres is away nothing is erased either.
    forgetting ??= keyRing
      .forgetErased()
      .catch((error: unknown) => logger.debug('erased keys cannot be asked for', { error }))
      .finally(() => {
        forgetting = null;
      });
  }, options.forgetEveryMs ?? limits.forgetEveryMs);
  timer.unref();

  return {
    ...{ keyRing, apiKeys, endpointSecrets, monitorKeys },
    async health() {
      try {
        await sql.query('select 1');
        return { ok: true };
      } catch (error) {
        return { ok: false, detail: error instanceof Error ? error.message : String(error) };
      }
    },
    async close() {
      clearInterval(timer);
      await forgetting;
      await apiKeys.settled();
      await postgres.close();
    },
  };
}
