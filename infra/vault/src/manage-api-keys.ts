import { invariant } from '@plumbline/kernel';
import type { ApiKeyRows, StoredApiKey } from './api-key-rows.ts';
import { newKeyText } from './api-key-text.ts';
import type { ApiScope } from './api-scopes.ts';
import { keyNameCharactersMax } from './limits.ts';

/** An app id is a tenant, the first part of its payments' record keys (docs/formats.md). */
const appIdForm = /^[A-Za-z0-9_-]{1,32}$/;

/** What is wrong with the name of an app; `null` for nothing. */
export function appIdProblem(appId: string, tenant: string): string | null {
  if (!appIdForm.test(appId)) return 'is not 1 to 32 of A-Z, a-z, 0-9, _ and -';
  if (appId === tenant) return "is the platform's own tenant (PLUMBLINE_TENANT)";
  return null;
}

export interface NewApiKey {
  readonly appId: string;
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  /** `null`: it never expires. */
  readonly expiresAtMs: number | null;
}

export interface IssuedApiKey {
  /** The one time that it can be seen. */
  readonly text: string;
  readonly key: StoredApiKey;
}

/**
 * Makes one more key of an app; those it has stay good. Errors: PostgresDown, and InvariantViolation
 * for what {@link appIdProblem} would have told.
 */
export async function issueApiKey(
  asked: NewApiKey,
  on: { readonly rows: ApiKeyRows; readonly tenant: string; readonly nowMs: () => number },
): Promise<IssuedApiKey> {
  const problem = appIdProblem(asked.appId, on.tenant);
  invariant(problem === null, `the app ${asked.appId} ${problem ?? ''}`);
  invariant(asked.scopes.length > 0, 'a key without a scope opens nothing');
  invariant(asked.name.length <= keyNameCharactersMax, 'the name of the key is too long');
  const { keyId, text, digest } = newKeyText();
  const { appId, name, scopes, expiresAtMs } = asked;
  const unused = { revokedAtMs: null, lastUsedAtMs: null };
  const key = { keyId, appId, name, digest, scopes, createdAtMs: on.nowMs(), expiresAtMs };
  await on.rows.insert({ ...key, ...unused });
  return { text, key: { ...key, ...unused } };
}
