import type { Codec, PaymentsEvent } from '@plumbline/events';
import { decodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';

/** What is still open of the money at gateways, as a committed reader is given the log. */
export interface MoneyWatch {
  /** Schemas of payments must be known to the codec. */
  take(record: LogRecord): void;
  /** Payments and refunds that have not ended, and results that `isTold` does not know. */
  open(isTold: (eventId: string) => boolean): readonly string[];
}

export function createMoneyWatch(codec: Codec): MoneyWatch {
  /** Record keys of payments that are led at a gateway, and whether they have ended. */
  const payments = new Map<string, boolean>();
  const openRefunds = new Set<string>();
  const untold = new Set<string>();

  function takePayment(key: string, event: PaymentsEvent): void {
    const { type } = event;
    if (type === 'PaymentCreated' && event.data.gateway !== null) payments.set(key, false);
    if (type === 'PaymentSucceeded' || type === 'PaymentFailed' || type === 'PaymentClosed')
      if (payments.has(key)) payments.set(key, true);
    if (type === 'RefundRequested') openRefunds.add(event.data.refundId);
    if (type === 'RefundSucceeded' || type === 'RefundFailed')
      openRefunds.delete(event.data.refundId);
  }

  return {
    take(record) {
      const { topic, key, value, headers } = record;
      if (topic === topics.paymentsEvents.name)
        takePayment(key?.toString() ?? '', codec.decode(topic, value) as PaymentsEvent);
      if (topic === topics.resultsEvents.name) untold.add(decodeEnvelope(headers).id);
    },
    open(isTold) {
      for (const id of untold) if (isTold(id)) untold.delete(id);
      return [
        ...[...payments].filter(([, ended]) => !ended).map(([key]) => `payment ${key}`),
        ...[...openRefunds].map((id) => `refund ${id}`),
        ...[...untold].map((id) => `result ${id}`),
      ];
    },
  };
}
