import type {
  CallbacksEvent,
  GatewayAnswer,
  NotificationContent,
  NotificationsEvent,
  OrdersEvent,
  PaymentsEvent,
} from '@plumbline/events';

/** What the log has told of one order and its payment beyond how they stand. */
export interface ToldOfOrder {
  /** What a channel is to bring; null before the order is known. */
  due: Sum | null;
  /** What the order says it was paid with. */
  paidWith: (Sum & { readonly payNo: string }) | null;
  payment: ToldOfPayment | null;
  /** What was to be told of how the payment ended, by notification. */
  readonly toTell: Map<string, Telling>;
  /** What each endpoint has taken of that, where it was the newest. */
  readonly taken: Map<string, Telling>;
  /** Of a number that no payment had: whether a callback says paid, or the payment came. */
  callbacks: 'PAID' | 'CLAIMED' | null;
}

interface Telling {
  readonly endpointId: string;
  readonly sequence: bigint;
  readonly isMoney: boolean;
}

export interface Sum {
  readonly minor: bigint;
  readonly currency: string;
}

export interface ToldOfPayment extends Sum {
  readonly payNo: string;
  readonly expireMs: number;
  readonly isLed: boolean;
  readonly isMerchants: boolean;
  /** When it became unknown, and nothing has been known since. */
  lostMs: number | null;
  paidLate: boolean;
  /** What the gateway answered, where it knew nothing of the success. */
  denied: string | null;
  /** That have not ended, by their ids. */
  readonly refunds: Map<string, ToldOfRefund>;
  /** What has gone back. */
  backMinor: bigint;
  /** What the gateway says that has, and whether it said so with the payment itself. */
  theirs: { readonly minor: bigint; readonly withPaid: boolean; readonly saidMs: number } | null;
}

interface ToldOfRefund {
  readonly minor: bigint;
  readonly isTaken: boolean;
  /** When it was asked for, or taken. */
  readonly sinceMs: number;
}

export const nothingTold = (): ToldOfOrder => ({
  ...{ due: null, paidWith: null, payment: null, toTell: new Map(), taken: new Map() },
  callbacks: null,
});

export function tellOrder(told: ToldOfOrder, { type, data }: OrdersEvent): void {
  if (type === 'OrderCreated') {
    const minor = data.amountMinor - (data.purchase?.balanceMinor ?? 0n);
    told.due = { minor, currency: data.currency };
  }
  if (type === 'OrderPaid') {
    const { payNo, amountMinor: minor, currency } = data;
    told.paidWith = { payNo, minor, currency };
  }
}

export function tellPayment(
  told: ToldOfOrder,
  event: PaymentsEvent,
  { timeMs, hasSucceeded }: { readonly timeMs: number; readonly hasSucceeded: boolean },
): void {
  const { type, data } = event;
  if (type === 'PaymentCreated') {
    const { payNo, amountMinor: minor, currency, expireAt: expireMs } = data;
    if (told.payment?.payNo !== payNo) {
      told.toTell.clear();
      told.taken.clear();
    }
    const who = { isLed: data.gateway !== null, isMerchants: data.merchant !== null };
    told.payment = {
      ...{ payNo, minor, currency, expireMs, ...who, lostMs: null },
      ...{ paidLate: false, denied: null },
      ...{ refunds: new Map<string, ToldOfRefund>(), backMinor: 0n, theirs: null },
    };
  }
  const { payment } = told;
  if (payment === null) return;
  if (type === 'PaymentUnknown') payment.lostMs ??= timeMs;
  if (type === 'PaymentProcessing') payment.lostMs = null;
  if (type === 'PaymentReportContradicted' && data.reportedStatus === 'SUCCESS')
    payment.paidLate = true;
  if (hasSucceeded) tellDenial(payment, event);
  tellRefund(payment, event, timeMs);
  if (type === 'GatewayCallReported') tellTheirs(payment, data.answer, timeMs);
  if (type === 'GatewayCallbackRecorded' && data.merchantMatches !== false)
    tellTheirs(payment, data.answer, timeMs);
}

export function tellCallback(told: ToldOfOrder, { type, data }: CallbacksEvent): void {
  if (type === 'CallbacksClaimed') told.callbacks = 'CLAIMED';
  else if (data.saysPaid) told.callbacks ??= 'PAID';
}

const withoutMoney = ['FAILED', 'CANCELLED', 'TIMEOUT'];

/** What merchants are told of how the payment ended, as endpoints take it. */
export function tellNotification(told: ToldOfOrder, { type, data }: NotificationsEvent): void {
  if (type === 'NotificationsForgotten') return;
  const { notificationId } = data;
  const plan = (content: NotificationContent, endpointId: string, sequence: bigint): void => {
    const { paymentId, refundId, status } = content;
    if (paymentId !== told.payment?.payNo || refundId !== null) return;
    const isMoney = status === 'SUCCESS';
    if (isMoney || withoutMoney.includes(status))
      told.toTell.set(notificationId, { endpointId, sequence, isMoney });
  };
  if (type === 'NotificationCreated' && data.endpointId !== null)
    plan(data.content, data.endpointId, data.sequence);
  if (type === 'NotificationAttemptDue' && data.content !== null && data.sequence !== null)
    if (data.endpointId !== null) plan(data.content, data.endpointId, data.sequence);
  if (type !== 'NotificationDelivered') return;
  const telling = told.toTell.get(notificationId);
  if (telling === undefined) return;
  const before = told.taken.get(telling.endpointId);
  if (before === undefined || before.sequence <= telling.sequence)
    told.taken.set(telling.endpointId, telling);
}

/** What is said of a success: that there is none, or that there is. */
function tellDenial(payment: ToldOfPayment, { type, data }: PaymentsEvent): void {
  if (type === 'PaymentReportConfirmed') payment.denied = null;
  if (type === 'PaymentCallbackRecorded' && data.callbackStatus === 'SUCCESS')
    payment.denied = data.result === 'FAILED' ? payment.denied : null;
  if (type === 'GatewayCallbackRecorded' && data.answer.result === 'PAID')
    payment.denied = data.result === 'FAILED' ? payment.denied : null;
  if (type !== 'GatewayCallReported' || data.kind !== 'QUERY') return;
  const { result } = data.answer;
  if (result === 'PAID') payment.denied = null;
  if (result === 'PENDING' || result === 'NOT_FOUND') payment.denied = result;
}

function tellRefund(payment: ToldOfPayment, { type, data }: PaymentsEvent, timeMs: number): void {
  if (type === 'RefundRequested') {
    const { refundId, amountMinor: minor } = data;
    payment.refunds.set(refundId, { minor, isTaken: false, sinceMs: timeMs });
  }
  if (type === 'RefundProcessing') {
    const known = payment.refunds.get(data.refundId);
    if (known?.isTaken === false)
      payment.refunds.set(data.refundId, { ...known, isTaken: true, sinceMs: timeMs });
  }
  if (type === 'RefundSucceeded') payment.backMinor += data.amountMinor;
  if (type === 'RefundSucceeded' || type === 'RefundFailed') payment.refunds.delete(data.refundId);
}

function tellTheirs(
  payment: ToldOfPayment,
  { refundedMinor, result }: GatewayAnswer,
  saidMs: number,
): void {
  if (refundedMinor === null || refundedMinor === (payment.theirs?.minor ?? 0n)) return;
  payment.theirs = { minor: refundedMinor, withPaid: result === 'PAID', saidMs };
}
