/**
 * How the orders of a prepared log go. Each history has the seven events that the platform writes of
 * an order that is paid, or as many of another course, so that the count of records is the count of
 * orders times seven whatever the mix.
 */
export const stepsPerHistory = 7;

export type HistoryKind = 'paid' | 'failed' | 'stuck' | 'contradicted' | 'healed' | 'late';

export type StepName =
  | 'OrderCreated'
  | 'OrderAwaitingPayment'
  | 'OrderPaid'
  | 'OrderFailed'
  | 'OrderExpired'
  | 'PaymentCreated'
  | 'PaymentProcessing'
  | 'PaymentCallbackRecorded'
  | 'PaymentSucceeded'
  | 'PaymentFailed'
  | 'PaymentReportContradicted'
  | 'PaymentReportConfirmed';

const opened = [
  'OrderCreated',
  'PaymentCreated',
  'PaymentProcessing',
  'OrderAwaitingPayment',
] as const;
const paid = ['OrderCreated', 'PaymentCreated', 'OrderAwaitingPayment'] as const;

export const histories: Readonly<Record<HistoryKind, readonly StepName[]>> = {
  paid: [...opened, 'PaymentCallbackRecorded', 'PaymentSucceeded', 'OrderPaid'],
  failed: [...opened, 'PaymentCallbackRecorded', 'PaymentFailed', 'OrderFailed'],
  /** The order never shows its payment: rule A, when the grace is over. */
  stuck: [...opened, 'PaymentCallbackRecorded', 'PaymentSucceeded', 'PaymentReportConfirmed'],
  /** Rule B, which stays open. */
  contradicted: [...opened, 'PaymentSucceeded', 'OrderPaid', 'PaymentReportContradicted'],
  /** Rule B, and the end of it. */
  healed: [
    ...paid,
    'PaymentSucceeded',
    'OrderPaid',
    'PaymentReportContradicted',
    'PaymentReportConfirmed',
  ],
  /** Rule C. */
  late: [...opened, 'PaymentCallbackRecorded', 'OrderExpired', 'PaymentSucceeded'],
};

/** Alerts in each thousand orders. */
export type Mix = Readonly<Record<Exclude<HistoryKind, 'paid'>, number>>;

/** Something is wrong with one order in fifty, which is more than a healthy shop has. */
export const usualMix: Mix = { failed: 80, stuck: 5, contradicted: 3, healed: 2, late: 10 };

/** For times of alerts: enough of them that a hundredth is more than a few. */
export const alertingMix: Mix = { failed: 80, stuck: 60, contradicted: 30, healed: 10, late: 60 };

/** Kinds are spread evenly and without a period that could fall together with the partitions'. */
export function kindOf(index: number, mix: Mix): HistoryKind {
  let place = (Math.imul(index, 0x9e3779b1) >>> 0) % 1_000;
  for (const [kind, share] of Object.entries(mix) as [HistoryKind, number][]) {
    if (place < share) return kind;
    place -= share;
  }
  return 'paid';
}

export type RuleName = 'A' | 'B' | 'C';

/** What each kind leads to, if nobody disturbs it. */
export const alertOf: Readonly<Partial<Record<HistoryKind, RuleName>>> = {
  stuck: 'A',
  contradicted: 'B',
  healed: 'B',
  late: 'C',
};
