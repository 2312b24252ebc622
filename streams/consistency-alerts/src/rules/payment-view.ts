import type { Evidence, GatewayAnswer, GatewayCallKind, PaymentsEvent } from '@plumbline/events';
import type { LastingFacts } from './lasting.ts';
import {
  noLastingFacts,
  withMismatch,
  withOtherRequest,
  withSharedTransaction,
} from './lasting.ts';
import type { RefundsView } from './refunded-money.ts';
import { afterRefundEvent, noRefunds, withGatewayAnswer } from './refunded-money.ts';

export type PaymentStatus = 'INIT' | 'PAYING' | 'SUCCESS' | 'FAILED' | 'CLOSED';

export interface PaymentView {
  readonly payNo: string;
  readonly status: PaymentStatus;
  /** Of a payment that nobody knows to be at its gateway: since when, however often it is said. */
  readonly since: Evidence;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The event that created it; `null` in what an earlier version kept. */
  readonly created: Evidence | null;
  /** How it was opened; `null` in what an earlier version kept. */
  readonly terms: PaymentTerms | null;
  /** The newest validly signed report that says otherwise than the status, until one agrees again. */
  readonly contradiction: {
    readonly reported: 'SUCCESS' | 'FAILED';
    readonly seen: Evidence;
  } | null;
  /** The first report of money after it had ended unpaid. Nothing takes it back. */
  readonly paidLate: Evidence | null;
  /** The newest query, where the gateway knows nothing of the success, until something agrees. */
  readonly doubt: { readonly answer: string; readonly seen: Evidence } | null;
  readonly refunds: RefundsView;
  readonly lasting: LastingFacts;
}

export interface PaymentTerms {
  /** From then on it is no longer payable. Epoch ms. */
  readonly expireAtMs: number;
  /** At a gateway, which can be asked; else people serve it by hand. */
  readonly isLed: boolean;
  /** The order is the merchant's and not here. */
  readonly isMerchants: boolean;
}

export const isOpen = ({ status }: PaymentView): boolean =>
  status === 'INIT' || status === 'PAYING';

/** Nobody knows whether it is at the gateway. */
export const isUnknown = ({ status, since }: PaymentView): boolean =>
  status === 'PAYING' && since.type === 'PaymentUnknown';

const statusAfter = {
  PaymentProcessing: 'PAYING',
  PaymentUnknown: 'PAYING',
  PaymentSucceeded: 'SUCCESS',
  PaymentFailed: 'FAILED',
  PaymentClosed: 'CLOSED',
} as const satisfies Partial<Record<PaymentsEvent['type'], PaymentStatus>>;

/** The same payment where nothing is new; `'backward'` where the event would leave an end. */
export function afterPaymentEvent(
  payment: PaymentView | null,
  event: PaymentsEvent,
  seen: Evidence,
): PaymentView | null | 'backward' {
  if (event.type === 'PaymentCreated') {
    const isBackward = payment !== null && !isOpen(payment);
    return isBackward ? 'backward' : created(payment, event.data, seen);
  }
  // Of a payment that nobody created nothing is known to compare with: its topic is complete.
  if (payment === null) return payment;
  switch (event.type) {
    case 'PaymentProcessing':
    case 'PaymentUnknown':
    case 'PaymentSucceeded':
    case 'PaymentFailed':
    case 'PaymentClosed':
      return moved(payment, event.type, seen);
    case 'PaymentReportContradicted':
    case 'PaymentReportConfirmed':
    case 'PaymentCallbackRecorded':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallReported':
      return afterWord(payment, event, seen);
    case 'PaymentReportMismatched':
      return withFacts(payment, withMismatch(payment.lasting, event.data, seen));
    case 'PaymentRequestConflicted':
      return withFacts(payment, withOtherRequest(payment.lasting, event.data, seen));
    case 'PaymentTransactionConflicted':
      return withFacts(payment, withSharedTransaction(payment.lasting, event.data, seen));
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
      return withRefunds(payment, afterRefundEvent(payment.refunds, event, seen));
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
    case 'PaymentCloseRequested':
      return payment;
  }
}

function created(
  before: PaymentView | null,
  data: Extract<PaymentsEvent, { readonly type: 'PaymentCreated' }>['data'],
  seen: Evidence,
): PaymentView {
  const { payNo, amountMinor, currency, expireAt: expireAtMs, gateway, merchant } = data;
  const terms = { expireAtMs, isLed: gateway !== null, isMerchants: merchant !== null };
  return {
    ...{ payNo, amountMinor, currency, terms, created: seen, status: 'INIT', since: seen },
    ...{ contradiction: null, paidLate: null, doubt: null, refunds: noRefunds },
    lasting: before?.lasting ?? noLastingFacts,
  };
}

/** Money that comes after an end is money; that a success was none is said as a failure. */
function moved(
  payment: PaymentView,
  type: keyof typeof statusAfter,
  since: Evidence,
): PaymentView | 'backward' {
  const status = statusAfter[type];
  if (isOpen(payment)) {
    if (type === 'PaymentUnknown' && isUnknown(payment)) return payment;
    return { ...payment, status, since };
  }
  if (status === payment.status) return payment;
  const isReversal = payment.status === 'SUCCESS' ? status === 'FAILED' : status === 'SUCCESS';
  return isReversal ? { ...payment, status, since } : 'backward';
}

type Word = Extract<
  PaymentsEvent,
  {
    readonly type:
      | 'PaymentReportContradicted'
      | 'PaymentReportConfirmed'
      | 'PaymentCallbackRecorded'
      | 'GatewayCallbackRecorded'
      | 'GatewayCallReported';
  }
>;

/** What somebody says of it, who may say otherwise than it stands. */
function afterWord(payment: PaymentView, event: Word, seen: Evidence): PaymentView {
  switch (event.type) {
    case 'PaymentReportContradicted': {
      const reported = event.data.reportedStatus;
      if (reported === 'UNKNOWN') return payment;
      const paidLate = payment.paidLate ?? (reported === 'SUCCESS' ? seen : null);
      return { ...payment, contradiction: { reported, seen }, paidLate };
    }
    case 'PaymentReportConfirmed':
      return { ...payment, contradiction: null, doubt: null };
    case 'PaymentCallbackRecorded':
      return event.data.callbackStatus === 'SUCCESS' && event.data.result !== 'FAILED'
        ? withoutDoubt(payment)
        : payment;
    case 'GatewayCallbackRecorded': {
      const { answer, result, merchantMatches } = event.data;
      // What is signed for somebody else says nothing of this payment.
      if (merchantMatches === false) return payment;
      const agrees = answer.result === 'PAID' && result !== 'FAILED';
      return withAnswer(agrees ? withoutDoubt(payment) : payment, answer, seen);
    }
    case 'GatewayCallReported': {
      const { answer, kind } = event.data;
      return withAnswer(afterQuery(payment, { kind, answer }, seen), answer, seen);
    }
  }
}

function afterQuery(
  payment: PaymentView,
  { kind, answer }: { readonly kind: GatewayCallKind; readonly answer: GatewayAnswer },
  seen: Evidence,
): PaymentView {
  if (kind !== 'QUERY' || payment.status !== 'SUCCESS') return payment;
  if (answer.result === 'PAID') return withoutDoubt(payment);
  if (answer.result !== 'PENDING' && answer.result !== 'NOT_FOUND') return payment;
  if (payment.doubt?.answer === answer.result) return payment;
  return { ...payment, doubt: { answer: answer.result, seen } };
}

const withoutDoubt = (payment: PaymentView): PaymentView =>
  payment.doubt === null ? payment : { ...payment, doubt: null };

const withAnswer = (payment: PaymentView, answer: GatewayAnswer, seen: Evidence): PaymentView =>
  withRefunds(payment, withGatewayAnswer(payment.refunds, answer, seen));

const withRefunds = (payment: PaymentView, refunds: RefundsView): PaymentView =>
  refunds === payment.refunds ? payment : { ...payment, refunds };

const withFacts = (payment: PaymentView, lasting: LastingFacts): PaymentView =>
  lasting === payment.lasting ? payment : { ...payment, lasting };
