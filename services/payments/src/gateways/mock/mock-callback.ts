import { text } from '@plumbline/http';
import { z } from 'zod';
import { isReference, jsonOf } from '../answer-fields.ts';
import { failed } from '../answers.ts';
import * as limits from '../limits.ts';
import type { CallbackReading, RawCallback } from '../port.ts';
import { callbackIdOf, isSignature } from './callback-signature.ts';

/** Contract 1's callback. What it signs says neither how much was paid nor by which transaction. */
const callbackBody = z.object({
  payNo: z.string(),
  callbackStatus: z.enum(['SUCCESS', 'FAILED']),
  channelTradeNo: text(limits.gatewayIdCharsMax).nullish(),
  timestamp: z.string().regex(/^\d{1,15}$/),
  nonce: text(128),
  signature: z.string().max(64),
});

/**
 * Codes of what is invalid: `UNREADABLE` (not contract 1's JSON), `SIGNATURE_INVALID`,
 * `CALLBACK_EXPIRED` (rightly signed and too old, or from the future).
 */
export function readMockCallback(
  { body, receivedAtMs }: RawCallback,
  options: { readonly secret: string; readonly callbackMaxAgeMs: number | null },
): CallbackReading {
  const { secret, callbackMaxAgeMs } = options;
  const json = jsonOf(body);
  const { data } = callbackBody.safeParse(json);
  if (data === undefined || !isReference(data.payNo)) {
    return { kind: 'invalid', code: 'UNREADABLE', reference: claimedReference(json) };
  }
  const reference = data.payNo;
  if (!isSignature(data.signature, data, secret)) {
    return { kind: 'invalid', code: 'SIGNATURE_INVALID', reference };
  }
  const atMs = Number(data.timestamp);
  if (callbackMaxAgeMs !== null && Math.abs(receivedAtMs - atMs) > callbackMaxAgeMs) {
    return { kind: 'invalid', code: 'CALLBACK_EXPIRED', reference };
  }
  return {
    ...{ kind: 'verified', reference, callbackId: callbackIdOf(data) },
    // The secret is one merchant's, and nothing in it could name another.
    merchantMatches: true,
    report:
      data.callbackStatus === 'SUCCESS'
        ? {
            kind: 'paid-as-asked',
            gatewayTransactionId: data.channelTradeNo ?? null,
            paidAtMs: null,
          }
        : failed('FAILED', 'the mock gateway reported FAILED'),
  };
}

function claimedReference(json: unknown): string | null {
  const claimed = z.object({ payNo: z.string() }).safeParse(json).data?.payNo;
  return isReference(claimed) ? claimed : null;
}
