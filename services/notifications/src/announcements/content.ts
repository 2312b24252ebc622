import type {
  AlertResolved,
  AlertsEvent,
  NotificationContent,
  NotifiedStatus,
  PaymentCreated,
  PaymentsEvent,
} from '@plumbline/events';
import { splitRoutingKey, unreachable } from '@plumbline/kernel';
import type { EventType } from './event-types.ts';

/** What later events of a payment do not say again. */
export type PaymentFacts = Pick<PaymentCreated, 'payNo' | 'amountMinor' | 'currency' | 'channel'>;

/** An event where it stands in the log. */
export interface Fact<Event> {
  readonly event: Event;
  readonly eventId: string;
  /** Record key: the routing key of the order. */
  readonly key: string;
  /** Broker time of the event, epoch ms. */
  readonly atMs: number;
}

type Said = Partial<NotificationContent> & { readonly status: NotifiedStatus };

function contentOf(fact: Fact<unknown>, type: EventType, said: Said): NotificationContent {
  const { tenant, orderNo } = splitRoutingKey(fact.key);
  const nothing = { paymentId: null, refundId: null, amountMinor: null, currency: null };
  const none = { paymentMethod: null, transactionId: null, data: null };
  const { eventId: sourceEventId, atMs: occurredAt } = fact;
  return { type, sourceEventId, tenant, orderNo, ...nothing, ...none, occurredAt, ...said };
}

const moneyOf = (of: {
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly channel: string;
}) => ({ amountMinor: of.amountMinor, currency: of.currency, paymentMethod: of.channel });

/** Why a payment closed: nobody paid in time, or somebody did not want it any more. */
const closedByTime = 'TIMED_OUT';

/** Of which events of a payment merchants are told. */
const isTold = {
  PaymentSucceeded: true,
  PaymentFailed: true,
  PaymentClosed: true,
  RefundSucceeded: true,
  RefundFailed: true,
  GatewayCallRequested: false,
  GatewayCallReported: false,
  GatewayCallStarted: false,
  GatewayCallbackRecorded: false,
  GatewayQueryDeferred: false,
  PaymentCallbackRecorded: false,
  PaymentCloseRequested: false,
  PaymentCreated: false,
  PaymentProcessing: false,
  PaymentReportConfirmed: false,
  PaymentReportContradicted: false,
  PaymentReportMismatched: false,
  PaymentRequestConflicted: false,
  PaymentTransactionConflicted: false,
  PaymentUnknown: false,
  RefundProcessing: false,
  RefundRequested: false,
  RefundUnknown: false,
} as const satisfies Readonly<Record<PaymentsEvent['type'], boolean>>;

type ToldType = {
  [Type in keyof typeof isTold]: (typeof isTold)[Type] extends true ? Type : never;
}[keyof typeof isTold];

export type ToldPayment = Extract<PaymentsEvent, { readonly type: ToldType }>;

export const isToldOf = (event: PaymentsEvent): event is ToldPayment => isTold[event.type];

/** Types of the events of payments that are looked at: what is told, and what they need to be. */
export const heardPayments: ReadonlySet<string> = new Set([
  ...Object.entries(isTold).flatMap(([type, told]) => (told ? [type] : [])),
  'PaymentCreated' satisfies PaymentsEvent['type'],
]);

/** What a merchant is told of an event of a payment. `known` is what the payment's creation said. */
export function contentOfPayment(
  fact: Fact<ToldPayment>,
  known: PaymentFacts | null,
): NotificationContent {
  const { event } = fact;
  const created = known === null ? {} : moneyOf(known);
  switch (event.type) {
    case 'PaymentSucceeded': {
      const { payNo: paymentId, channelTradeNo: transactionId } = event.data;
      const said = { ...moneyOf(event.data), paymentId, transactionId, status: 'SUCCESS' } as const;
      return contentOf(fact, 'payment.succeeded', said);
    }
    case 'PaymentFailed': {
      const { payNo: paymentId, channelTradeNo: transactionId } = event.data;
      const said = { ...moneyOf(event.data), paymentId, transactionId, status: 'FAILED' } as const;
      return contentOf(fact, 'payment.failed', said);
    }
    case 'PaymentClosed': {
      const { payNo: paymentId, reason } = event.data;
      const status = reason === closedByTime ? 'TIMEOUT' : 'CANCELLED';
      return contentOf(fact, 'payment.closed', { ...created, paymentId, status });
    }
    case 'RefundSucceeded': {
      const { payNo: paymentId, refundId, amountMinor, currency } = event.data;
      const { gatewayRefundId: transactionId, gatewayTransactionId } = event.data;
      // What was paid twice went back; the payment is as it was.
      const status = gatewayTransactionId === null ? 'REFUNDED' : 'SUCCESS';
      const money = { ...created, amountMinor, currency };
      const said = { ...money, paymentId, refundId, transactionId, status } as const;
      return contentOf(fact, 'refund.succeeded', said);
    }
    case 'RefundFailed': {
      const { payNo: paymentId, refundId } = event.data;
      // The payment is as it was; whose amount it was to be is not said again.
      const { paymentMethod = null } = created as { paymentMethod?: string };
      const said = { paymentMethod, paymentId, refundId, status: 'SUCCESS' } as const;
      return contentOf(fact, 'refund.failed', said);
    }
    default:
      return unreachable(event);
  }
}

/** What is told of an alert: its data as it stands in the log, without the evidence's places. */
export function contentOfAlert(fact: Fact<AlertsEvent>): NotificationContent | null {
  const { event } = fact;
  switch (event.type) {
    case 'AlertRaised': {
      const { alertId, rule, ruleVersion, severity, summary, expected, actual } = event.data;
      const { payNo: paymentId, amountMinor, currency, detectedAt, orderNo } = event.data;
      const data = dataOf({
        ...{ alertId, rule, ruleVersion, severity, summary, expected, actual, orderNo, paymentId },
        ...{ amountMinor: amountMinor.toString(), currency },
        ...{ detectedAt: new Date(detectedAt).toISOString() },
        evidence: event.data.evidence.map(({ eventId, type }) => ({ eventId, type })),
      });
      const said = { paymentId, amountMinor, currency, data, status: 'UNKNOWN' } as const;
      return contentOf(fact, 'alert.raised', said);
    }
    case 'AlertResolved': {
      const { alertId, rule, resolution, reason, orderNo } = event.data;
      const data = dataOf({ alertId, rule, orderNo, resolution, reason, ...endOf(event.data) });
      return contentOf(fact, 'alert.resolved', { data, status: 'UNKNOWN' });
    }
    case 'AlertAcknowledged': {
      const { alertId, rule, reason, orderNo } = event.data;
      const data = dataOf({ alertId, rule, orderNo, reason });
      return contentOf(fact, 'alert.acknowledged', { data, status: 'UNKNOWN' });
    }
    case 'AlertInvestigated': {
      const { alertId, rule, reason, orderNo } = event.data;
      const data = dataOf({ alertId, rule, orderNo, reason });
      return contentOf(fact, 'alert.investigated', { data, status: 'UNKNOWN' });
    }
    case 'AlertReopened': {
      const { alertId, rule, reason, orderNo } = event.data;
      const data = dataOf({ alertId, rule, orderNo, reason });
      return contentOf(fact, 'alert.reopened', { data, status: 'UNKNOWN' });
    }
    case 'RulesActivated':
      return null;
    default:
      return unreachable(event);
  }
}

/** What is said of an alert that was written off or suppressed, and of no other. */
function endOf({ resolution, lossMinor, lossCurrency, suppressedUntil }: AlertResolved) {
  if (resolution === 'WRITTEN_OFF') {
    return { lossMinor: lossMinor?.toString() ?? null, lossCurrency };
  }
  if (resolution !== 'SUPPRESSED') return {};
  const until = suppressedUntil === null ? null : new Date(suppressedUntil).toISOString();
  return { suppressedUntil: until };
}

const dataOf = (data: Readonly<Record<string, unknown>>): string => JSON.stringify(data);
