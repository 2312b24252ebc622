import { createHmac, timingSafeEqual } from 'node:crypto';
import { invariant } from '@plumbline/kernel';
import * as limits from './limits.ts';

/**
 * Signatures of notifications after Standard Webhooks (standardwebhooks.com, spec 1.0): HMAC-SHA256,
 * version `v1`, over `id.timestamp.body`. The body is signed as the bytes that are sent.
 */
export interface SignedWebhook {
  /** The same on every attempt. */
  readonly 'webhook-id': string;
  /** Of this attempt, seconds since the epoch. */
  readonly 'webhook-timestamp': string;
  /** One `v1,<base64>` for each secret, with a space between two. */
  readonly 'webhook-signature': string;
}

export interface WebhookToSign {
  /** `whsec_<base64>`, the newest first; while one replaces another, both. */
  readonly secrets: readonly string[];
  /** Without a dot, which ends it in what is signed. */
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: Buffer;
}

const prefix = 'whsec_';

/** The text of a secret of 24 to 64 random bytes; we give 32. */
export function newWebhookSecret(random: Buffer): string {
  const { length } = random;
  const fits = length >= limits.secretBytesMin && length <= limits.secretBytesMax;
  invariant(fits, `a webhook secret has 24 to 64 bytes, not ${length}`);
  return `${prefix}${random.toString('base64')}`;
}

/** The bytes of a secret, `null` for what is none: the prefix, base64 with its padding, 24 to 64 bytes. */
export function parseWebhookSecret(text: string): Buffer | null {
  if (!text.startsWith(prefix)) return null;
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is no base64: only what it writes the same is.
  if (bytes.toString('base64') !== encoded) return null;
  const fits = bytes.length >= limits.secretBytesMin && bytes.length <= limits.secretBytesMax;
  return fits ? bytes : null;
}

/** Throws InvariantViolation for a secret, id or timestamp that is none: they are checked where they come in. */
export function signWebhook(webhook: WebhookToSign): SignedWebhook {
  const { secrets, id, timestampSeconds, body } = webhook;
  invariant(
    secrets.length >= 1 && secrets.length <= limits.secretsMax,
    'one to three secrets sign',
  );
  invariant(/^[\x21-\x2d\x2f-\x7e]+$/.test(id), 'a webhook id has visible ASCII and no dot');
  invariant(Number.isSafeInteger(timestampSeconds) && timestampSeconds >= 0, 'whole seconds');
  const timestamp = String(timestampSeconds);
  const signatures = secrets.map((secret) => {
    const key = parseWebhookSecret(secret);
    invariant(key !== null, 'a webhook secret is whsec_ and base64 of 24 to 64 bytes');
    return `v1,${macOf({ key, id, timestamp, body }).toString('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

interface Signed {
  readonly key: Buffer;
  readonly id: string;
  readonly timestamp: string;
  readonly body: Buffer;
}

const macOf = ({ key, id, timestamp, body }: Signed): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`, 'utf8').update(body).digest();

export const webhookRefusals = {
  HEADER_MISSING: 'webhook-id, webhook-timestamp or webhook-signature is missing',
  TIMESTAMP_INVALID: 'webhook-timestamp is no whole number of seconds',
  TIMESTAMP_TOO_OLD: 'webhook-timestamp is too long ago: an old request may have been sent again',
  TIMESTAMP_TOO_NEW: 'webhook-timestamp is in the future: compare the clocks',
  SIGNATURE_WRONG: 'no signature is of this secret over these bytes',
} as const;
export type WebhookRefusal = keyof typeof webhookRefusals;

export interface WebhookToVerify {
  /** `whsec_<base64>`; any of them may have signed. */
  readonly secrets: readonly string[];
  /** Names in lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came, before anything parsed it. */
  readonly body: Buffer;
  /** Epoch ms. */
  readonly nowMs: number;
  /** Either way; 5 minutes if unset. */
  readonly toleranceMs?: number;
}

export type WebhookVerdict =
  { readonly ok: true } | { readonly ok: false; readonly code: WebhookRefusal };

/**
 * What a receiver does. Signatures of other versions than `v1` are passed over. Compares in constant
 * time, and every signature with every secret, so that how long it takes tells nothing of either.
 */
export function verifyWebhook(webhook: WebhookToVerify): WebhookVerdict {
  const { headers, body, nowMs } = webhook;
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const signatures = headers['webhook-signature'] ?? '';
  if (id === '' || timestamp === '' || signatures === '') return refused('HEADER_MISSING');
  if (!/^\d{1,12}$/.test(timestamp)) return refused('TIMESTAMP_INVALID');
  const toleranceMs = webhook.toleranceMs ?? limits.timestampToleranceMs;
  const ageMs = nowMs - Number(timestamp) * 1_000;
  if (ageMs > toleranceMs) return refused('TIMESTAMP_TOO_OLD');
  if (ageMs < -toleranceMs) return refused('TIMESTAMP_TOO_NEW');
  const given = signatures
    .split(' ', limits.signaturesReadMax)
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'));
  let same = false;
  for (const secret of webhook.secrets) {
    const key = parseWebhookSecret(secret);
    if (key === null) continue;
    const expected = macOf({ key, id, timestamp, body });
    for (const each of given)
      if (each.length === expected.length && timingSafeEqual(each, expected)) same = true;
  }
  return same ? { ok: true } : refused('SIGNATURE_WRONG');
}

const refused = (code: WebhookRefusal): WebhookVerdict => ({ ok: false, code });
