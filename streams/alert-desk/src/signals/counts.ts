import type { ChannelCounts, PaymentsEvent } from '@plumbline/events';

export const noCounts: ChannelCounts = {
  ...{ created: 0, succeeded: 0, failed: 0, closed: 0 },
  ...{ unknown: 0, callbacks: 0, answers: 0 },
};

export const plus = (a: ChannelCounts, b: ChannelCounts): ChannelCounts => ({
  created: a.created + b.created,
  succeeded: a.succeeded + b.succeeded,
  failed: a.failed + b.failed,
  closed: a.closed + b.closed,
  unknown: a.unknown + b.unknown,
  callbacks: a.callbacks + b.callbacks,
  answers: a.answers + b.answers,
});

/** Payments that came to an end or to nothing: what a share of success is a share of. */
export const endedIn = ({ succeeded, failed, closed, unknown }: ChannelCounts): number =>
  succeeded + failed + closed + unknown;

/** What an event counts as; null for what says nothing of its channel. */
const countsAs = {
  PaymentCreated: 'created',
  PaymentSucceeded: 'succeeded',
  PaymentFailed: 'failed',
  PaymentClosed: 'closed',
  PaymentUnknown: 'unknown',
  GatewayCallbackRecorded: 'callbacks',
  PaymentCallbackRecorded: 'callbacks',
  GatewayCallReported: 'answers',
  GatewayCallRequested: null,
  GatewayCallStarted: null,
  GatewayQueryDeferred: null,
  PaymentCloseRequested: null,
  PaymentProcessing: null,
  PaymentReportConfirmed: null,
  PaymentReportContradicted: null,
  PaymentReportMismatched: null,
  PaymentRequestConflicted: null,
  PaymentTransactionConflicted: null,
  RefundFailed: null,
  RefundProcessing: null,
  RefundRequested: null,
  RefundSucceeded: null,
  RefundUnknown: null,
} as const satisfies Readonly<Record<PaymentsEvent['type'], keyof ChannelCounts | null>>;

const counted: ReadonlySet<string> = new Set(
  Object.entries(countsAs).flatMap(([type, as]) => (as === null ? [] : [type])),
);

/** Whether an event of this type may count: half of a payment's events do not. */
export const isCounted = (type: string): boolean => counted.has(type);

/** Of calls to gateways only what is answered to a query counts. */
export const countOf = ({ type, data }: PaymentsEvent): keyof ChannelCounts | null =>
  type === 'GatewayCallReported' && data.kind !== 'QUERY' ? null : countsAs[type];
