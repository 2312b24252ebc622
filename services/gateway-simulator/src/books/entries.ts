import type { AutopayRule } from '../misbehaviour/autopay.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import type { CloseReason, Gateway, PaymentFacts, Refund } from './payment.ts';
import type { CallbackAttempt, CallbackRecord, CallRecord } from './records.ts';

interface AtPayment {
  readonly gateway: Gateway;
  readonly reference: string;
  readonly atMs: number;
}

/** One line of the journal. The books are nothing but their entries, applied in order. */
export type Entry =
  | { readonly type: 'payment-created'; readonly payment: PaymentFacts }
  | ({ readonly type: 'payment-paid' } & AtPayment)
  | ({ readonly type: 'payment-failed'; readonly reason: string } & AtPayment)
  | ({ readonly type: 'payment-closed'; readonly reason: CloseReason } & AtPayment)
  | { readonly type: 'refund-created'; readonly refund: Refund }
  | {
      readonly type: 'refund-settled';
      readonly gateway: Gateway;
      readonly refundReference: string;
      readonly status: 'SUCCESS' | 'FAILED';
      readonly atMs: number;
    }
  | { readonly type: 'call-received'; readonly call: CallRecord }
  | { readonly type: 'callback-planned'; readonly callback: CallbackRecord }
  | {
      readonly type: 'callback-attempted';
      readonly id: string;
      readonly attempt: CallbackAttempt;
    }
  | {
      readonly type: 'callback-ended';
      readonly id: string;
      readonly state: 'acknowledged' | 'given-up' | 'lost';
    }
  | { readonly type: 'rule-added'; readonly rule: Rule }
  | { readonly type: 'rule-deleted'; readonly ruleId: string }
  | { readonly type: 'seed-set'; readonly seed: string }
  | { readonly type: 'autopay-set'; readonly rules: readonly AutopayRule[] }
  | { readonly type: 'notify-url-set'; readonly gateway: Gateway; readonly url: string | null };

/** Amounts, the fields whose names end in `Minor`, are decimal strings in the journal. */
export const entryToLine = (entry: Entry): string =>
  JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

/** `null` for a line that is no whole entry, which only the last one may be. */
export function entryOfLine(line: string): Entry | null {
  try {
    const value: unknown = JSON.parse(line, (key, field: unknown) =>
      key.endsWith('Minor') && typeof field === 'string' ? BigInt(field) : field,
    );
    const isEntry = typeof value === 'object' && value !== null && 'type' in value;
    // Only this process writes the file, so a whole line is an entry of ours.
    return isEntry ? (value as Entry) : null;
  } catch {
    return null;
  }
}
