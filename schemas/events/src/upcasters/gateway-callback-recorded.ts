import type { Upcaster } from './index.ts';

/** With these a callback was found to be ours before; null: it changed something. */
const found: ReadonlySet<unknown> = new Set([
  null,
  'REPORT_MISMATCHED',
  'NOTHING_NEW',
  'REFUND_ASKED_ABOUT',
]);

/**
 * Version 1 did not keep whether the callback named us as who was paid. The decision looked at it,
 * and its code tells what it saw: only where it was over before is it unknown for good. Left at
 * null, a callback that a gateway signed for another merchant would count as said of our payment.
 */
export const gatewayCallbackRecorded: Upcaster = {
  record: 'plumbline.payments.GatewayCallbackRecorded',
  missingField: 'merchantMatches',
  fill: ({ code }) => ({ merchantMatches: matches(code) }),
};

function matches(code: unknown): boolean | null {
  if (code === 'OTHER_MERCHANT') return false;
  // PAYMENT_NOT_FOUND and CALLBACK_NOT_APPLICABLE came before anybody looked.
  return found.has(code) ? true : null;
}
