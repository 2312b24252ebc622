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
export function countOf({ type, data }: PaymentsEvent): keyof ChannelCounts | null {
  switch (type) {
    case 'PaymentCreated':
      return 'created';
    case 'PaymentSucceeded':
      return 'succeeded';
    case 'PaymentFailed':
      return 'failed';
    case 'PaymentClosed':
      return 'closed';
    case 'PaymentUnknown':
      return 'unknown';
    case 'GatewayCallbackRecorded':
    case 'PaymentCallbackRecorded':
      return 'callbacks';
    case 'GatewayCallReported':
      return data.kind === 'QUERY' ? 'answers' : null;
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
    case 'PaymentCloseRequested':
    case 'PaymentProcessing':
    case 'PaymentReportConfirmed':
    case 'PaymentReportContradicted':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
      return null;
  }
}
