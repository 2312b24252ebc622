import type { RequestContext } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import type { IssuedMonitorKey } from '@plumbline/vault';
import { newMonitorKeyId } from '@plumbline/vault';
import type { ClientsEdge, DecidedClient } from './edge.ts';
import { askClient, readProblems } from './edge.ts';
import { problem } from './error-codes.ts';

/** The vault says who is let in: what the log decided goes there, and what comes late does nothing. */
export async function keepGrant(
  edge: ClientsEdge,
  { clientId, pid, aids, version, status }: Omit<DecidedClient, 'name' | 'keyId'>,
): Promise<void> {
  const revokedAtMs = status === 'REVOKED' ? edge.nowMs() : null;
  const grant = { clientId, pid, aids, version, revokedAtMs };
  await readRows(() => edge.monitorKeys.put(grant), readProblems);
}

/** One whose revocation did not reach the log is revoked all the same: a key would open nothing. */
export async function refuseRevoked(edge: ClientsEdge, clientId: string): Promise<void> {
  const known = await readRows(() => edge.monitorKeys.client(clientId), readProblems);
  if (known?.isRevoked === true) throw problem('CLIENT_REVOKED');
}

export interface ShownKey extends IssuedMonitorKey {
  readonly keyId: string;
  /** Epoch ms; `null`: the keys before it are good no more. */
  readonly overlapUntilMs: number | null;
}

/**
 * Another key of a client: its id into the log, then the key and the end of those before it into
 * the vault, in one statement, and only then it is shown. Whoever dies between the two has broken
 * nothing: the keys before it are good as they were, what the log names opens nothing, nobody has
 * seen a secret, and a repeat makes another key. What people are shown of keys is what the vault has.
 */
export async function issueKey(
  edge: ClientsEdge,
  context: RequestContext,
  of: { readonly pid: string; readonly clientId: string; readonly overlapMs: number },
): Promise<ShownKey> {
  const { pid, clientId, overlapMs } = of;
  const keyId = newMonitorKeyId();
  const othersEndAtMs = edge.nowMs() + overlapMs;
  const overlapUntil = overlapMs === 0 ? null : othersEndAtMs;
  const data = { tenant: edge.tenant, pid, clientId, keyId, overlapUntil };
  const decided = await askClient(edge, context, { type: 'RecordMonitorKeyIssued', data });
  await keepGrant(edge, decided);
  const { version } = decided;
  const key = { clientId, keyId, version, othersEndAtMs };
  const texts = await readRows(() => edge.monitorKeys.issue(key), readProblems);
  return { ...texts, keyId, overlapUntilMs: overlapUntil };
}
