import { isSameText } from '@plumbline/http';
import { invariant } from '@plumbline/kernel';
import { canonicalString, signatureOf } from './canonical-string.ts';
import { clockDifferenceMaxMs, keysTriedMax } from './limits.ts';
import type { Credentials } from './read-credentials.ts';
import type { Refused } from './refusals.ts';
import { refuse } from './refusals.ts';

/**
 * A key of a client.
 *
 *   live ──revoke──► revoked
 *     └──its time, or the overlap of a rotation──► expired
 */
export interface ClientKey {
  /** No secret: logs may show it. */
  readonly keyId: string;
  /** The text that was given out once; its UTF-8 is the key of the HMAC. */
  readonly secret: string;
  readonly isRevoked: boolean;
  /** Epoch ms; `null`: it does not end. */
  readonly expiresAtMs: number | null;
}

export type Signed = Extract<Credentials, { readonly kind: 'signed' }>;

/** Whose signature it is, by which key. */
export interface Right {
  readonly kind: 'right';
  readonly keyId: string;
}

/** `null` when the timestamp is near enough to the clock here. Looks at nothing else. */
export function judgeTimestamp({ timestampMs }: Signed, nowMs: number): Refused | null {
  const aheadMs = timestampMs - nowMs;
  if (Math.abs(aheadMs) <= clockDifferenceMaxMs) return null;
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const side = aheadMs < 0 ? 'behind' : 'ahead of';
  return refuse('timestamp_stale', {
    message: `the timestamp is ${seconds} s ${side} the clock here, 300 s at most are taken`,
  });
}

/**
 * Whether one of the client's keys made this signature. All are tried, in constant time each, so
 * that neither the right one's place nor a near miss shows. That a key is revoked or expired is
 * said to nobody but its holder: of a wrong signature nothing is told but that it is wrong.
 */
export function judgeSignature(
  { signature, parts }: Signed,
  keys: readonly ClientKey[],
  nowMs: number,
): Right | Refused {
  invariant(keys.length <= keysTriedMax, 'a client with more keys than are tried');
  const canonical = canonicalString(parts);
  const right = keys.filter(({ secret }) => isSameText(signature, signatureOf(canonical, secret)));
  const isOver = ({ expiresAtMs }: ClientKey): boolean =>
    expiresAtMs !== null && expiresAtMs <= nowMs;
  const good = right.find((key) => !key.isRevoked && !isOver(key));
  if (good !== undefined) return { kind: 'right', keyId: good.keyId };
  if (right.length === 0) return refuse('signature_wrong');
  return refuse(right.some(({ isRevoked }) => isRevoked) ? 'key_revoked' : 'key_expired');
}
