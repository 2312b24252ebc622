import type { PaymentsEvent } from '@plumbline/events';
import type { Findings } from './finding.ts';
import type { Fold, FoldedEvent } from './fold.ts';
import { createKeyTable } from './key-table.ts';

/** Columns of a payment: its amount, what was captured, what of that goes back or may still. */
const [amountAt, capturedAt, reservedAt, columns] = [0, 1, 2, 3];

type EventOf<T extends PaymentsEvent['type']> = Extract<PaymentsEvent, { readonly type: T }>;

/** A refund that has not ended, or has. */
interface Refund {
  readonly amountMinor: bigint;
  readonly currency: string;
  /** In which sum it counts. */
  readonly reservedIn: string;
}

/**
 * What is captured is what the payment is of, and at no point is more asked back than was captured, of
 * what paid the payment and of a second transaction each; a refund ends once, with the sum that it was
 * asked for. A payment takes 40 bytes in a table ({@link createKeyTable}), a refund under way some
 * hundred more.
 */
export function foldPaymentSums(findings: Findings): Fold {
  const payments = createKeyTable(columns);
  /** What goes back of second transactions. */
  const others = createKeyTable(columns);
  const refunds = new Map<string, Refund>();
  let refundsSeen = 0;

  const tableOf = (name: string) => (name.includes('\n') ? others : payments);

  function captured({ key, place }: FoldedEvent, amountMinor: bigint): void {
    const row = payments.add(key);
    const amount = payments.get(row, amountAt);
    if (amount !== amountMinor)
      findings.add({
        ...{ kind: 'CAPTURE_DIFFERS', at: place, about: key },
        what: `${amountMinor} is captured of a payment of ${amount}`,
      });
    payments.set(row, capturedAt, amountMinor);
  }

  function askedBack(event: FoldedEvent, asked: EventOf<'RefundRequested'>['data']): void {
    const { key, place } = event;
    const { refundId, amountMinor, currency, gatewayTransactionId: second } = asked;
    const payment = payments.add(key);
    const captured = payments.get(payment, capturedAt);
    const reservedIn = second === null ? key : `${key}\n${second}`;
    const table = tableOf(reservedIn);
    const row = table.add(reservedIn);
    const reserved = table.get(row, reservedAt) + amountMinor;
    table.set(row, reservedAt, reserved);
    refundsSeen += 1;
    if (refunds.has(refundId))
      findings.add({
        ...{ kind: 'REFUND_TWICE', at: place, about: key },
        what: `refund ${refundId} is asked for again while it is under way`,
      });
    refunds.set(refundId, { amountMinor, currency, reservedIn });
    if (reserved > captured)
      findings.add({
        ...{ kind: 'REFUND_EXCEEDS', at: place, about: key },
        what: `with refund ${refundId} ${reserved} goes back of ${captured} captured`,
      });
  }

  function ended(
    event: FoldedEvent,
    refundId: string,
    said: Omit<Refund, 'reservedIn'> | null,
  ): void {
    const { key, place } = event;
    const refund = refunds.get(refundId);
    const found = (kind: string, what: string): void =>
      findings.add({ kind, at: place, about: key, what: `refund ${refundId} ${what}` });
    if (refund === undefined) {
      found('REFUND_UNASKED', 'ends, and is not under way');
      return;
    }
    refunds.delete(refundId);
    const { amountMinor, currency } = refund;
    if (said !== null) {
      if (said.amountMinor !== amountMinor || said.currency !== currency)
        found(
          'REFUND_DIFFERS',
          `is of ${said.amountMinor} ${said.currency}, asked for were ${amountMinor} ${currency}`,
        );
      return;
    }
    const table = tableOf(refund.reservedIn);
    const row = table.add(refund.reservedIn);
    table.set(row, reservedAt, table.get(row, reservedAt) - amountMinor);
  }

  return {
    decodes: true,
    take(event) {
      // The topic holds nothing but these; the codec has checked it.
      const { type, data } = event.payload as PaymentsEvent;
      if (type === 'PaymentCreated')
        payments.set(payments.add(event.key), amountAt, data.amountMinor);
      if (type === 'PaymentSucceeded') captured(event, data.amountMinor);
      // It was paid after all, and counts as captured, so that it can go back.
      if (type === 'PaymentReportContradicted' && data.reportedStatus === 'SUCCESS') {
        const row = payments.add(event.key);
        payments.set(row, capturedAt, payments.get(row, amountAt));
      }
      if (type === 'RefundRequested') askedBack(event, data);
      if (type === 'RefundSucceeded') ended(event, data.refundId, data);
      if (type === 'RefundFailed') ended(event, data.refundId, null);
    },
    end: () => undefined,
    looked: () => ({ payments: payments.size, refunds: refundsSeen }),
  };
}
