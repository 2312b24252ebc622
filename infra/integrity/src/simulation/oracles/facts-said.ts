import type { PaymentsEvent } from '@plumbline/events';

/** Rules of what is never taken back. */
export type FactRule = 'E' | 'F' | 'G' | 'O' | 'V' | 'Z';

/** What a gateway says when it is asked, beside what it signs. */
export const answered = (what: string): string => `answered: ${what}`;
const ofAnswers: Readonly<Partial<Record<string, FactRule>>> = {
  ...{ AMOUNT: 'F', CURRENCY: 'E', TRANSACTION: 'G' },
};

/** What an event says for good; the same again says nothing new. */
export function factIn(
  event: PaymentsEvent,
): { readonly rule: FactRule; readonly what: string; readonly outweighs?: string } | null {
  if (event.type === 'PaymentReportMismatched') {
    const { field, found, source } = event.data;
    const what = `${field} is ${found}`;
    const rule = source === 'QUERY' ? ofAnswers[field] : undefined;
    return rule === undefined
      ? { rule: 'V', what }
      : { rule, what: answered(what), outweighs: what };
  }
  if (event.type === 'PaymentRequestConflicted')
    return { rule: 'Z', what: `asked for ${event.data.fingerprint}` };
  if (event.type !== 'PaymentTransactionConflicted') return null;
  const { gatewayTransactionId, otherPayNo } = event.data;
  return { rule: 'Z', what: `${gatewayTransactionId} is of ${otherPayNo}` };
}
