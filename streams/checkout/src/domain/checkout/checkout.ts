import type {
  OrdersCommand,
  OrdersEvent,
  PaymentCreated,
  PaymentsCommand,
  PaymentsEvent,
} from '@plumbline/events';
import type { ProcessManager, ReactionContext } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import type { CheckoutState } from './state.ts';
import { initialCheckout } from './state.ts';

export type CheckoutEvent = OrdersEvent | PaymentsEvent;
export type CheckoutCommand = Extract<
  OrdersCommand | PaymentsCommand,
  {
    readonly type:
      'AwaitPayment' | 'ConfirmPayment' | 'FailPayment' | 'RecordPaymentClosed' | 'ClosePayment';
  }
>;

/** Closing words for a payment whose order is gone; people read them. */
const reasons = {
  cancelled: 'the order was cancelled',
  expired: 'the order expired',
  endedBefore: 'the order had ended before the payment was created',
} as const;

/**
 *   PaymentCreated ──► AwaitPayment          OrderCancelled ────────┬──► ClosePayment, while
 *   PaymentSucceeded ► ConfirmPayment        OrderExpired ──────────┤    one is open
 *   PaymentFailed ───► FailPayment           OrderExpiryRequested ──┘
 *   PaymentClosed ───► RecordPaymentClosed   PaymentCreated after an end ──► ClosePayment
 *
 * It decides nothing: orders and payments do, and may refuse. A payment that a gateway has is asked
 * about and closed there first; an order that said its time is over ends by what that brings. A
 * payment for an order that its merchant keeps is told to nobody: no such order is here.
 */
function react(
  event: CheckoutEvent,
  state: CheckoutState,
  { eventId }: ReactionContext,
): readonly CheckoutCommand[] {
  if (concernsMerchant(event, state)) return [];
  const of = (data: { readonly orderNo: string; readonly payNo: string }) => ({
    orderNo: data.orderNo,
    payNo: data.payNo,
    paymentEventId: eventId,
  });
  switch (event.type) {
    case 'PaymentCreated':
      return [awaitOrClose(event.data, state, eventId)];
    case 'PaymentSucceeded': {
      const { amountMinor, currency, paidAt } = event.data;
      const data = { ...of(event.data), amountMinor, currency, paidAt };
      return [{ type: 'ConfirmPayment', data }];
    }
    case 'PaymentFailed':
      return [{ type: 'FailPayment', data: { ...of(event.data), reason: event.data.reason } }];
    case 'PaymentClosed': {
      const { reason } = event.data;
      return [{ type: 'RecordPaymentClosed', data: { ...of(event.data), reason } }];
    }
    case 'OrderCancelled':
      return closeOpen(event.data.orderNo, state, reasons.cancelled);
    case 'OrderExpired':
    case 'OrderExpiryRequested':
      return closeOpen(event.data.orderNo, state, reasons.expired);
    case 'OrderAwaitingPayment':
    case 'OrderCreated':
    case 'OrderFailed':
    case 'OrderPaid':
    case 'OrderPaymentReportRecorded':
    case 'PaymentCallbackRecorded':
    case 'PaymentProcessing':
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'PaymentCloseRequested':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
    case 'PaymentUnknown':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
    case 'PaymentReportConfirmed':
    case 'PaymentReportContradicted':
      return [];
    default:
      return unreachable(event);
  }
}

const concernsMerchant = (event: CheckoutEvent, { isMerchants }: CheckoutState): boolean =>
  isMerchants === true || (event.type === 'PaymentCreated' && event.data.merchant !== null);

function awaitOrClose(
  { orderNo, payNo, gateway }: PaymentCreated,
  { orderEndedUnpaid }: CheckoutState,
  paymentEventId: string,
): CheckoutCommand {
  if (orderEndedUnpaid)
    return { type: 'ClosePayment', data: { payNo, orderNo, reason: reasons.endedBefore } };
  const atGateway = gateway !== null;
  return { type: 'AwaitPayment', data: { payNo, orderNo, paymentEventId, atGateway } };
}

function closeOpen(
  orderNo: string,
  { payment }: CheckoutState,
  reason: string,
): readonly CheckoutCommand[] {
  if (payment === null || payment.ended) return [];
  return [{ type: 'ClosePayment', data: { payNo: payment.payNo, orderNo, reason } }];
}

function evolve(state: CheckoutState, event: CheckoutEvent): CheckoutState {
  if (concernsMerchant(event, state))
    return state.isMerchants === true ? state : { ...state, isMerchants: true };
  switch (event.type) {
    case 'PaymentCreated':
      return { ...state, payment: { payNo: event.data.payNo, ended: false } };
    case 'PaymentSucceeded':
    case 'PaymentFailed':
    case 'PaymentClosed':
      return { ...state, payment: { payNo: event.data.payNo, ended: true } };
    case 'OrderCancelled':
    case 'OrderExpired':
      return { ...state, orderEndedUnpaid: true };
    case 'OrderAwaitingPayment':
    case 'OrderCreated':
    case 'OrderFailed':
    case 'OrderPaid':
    case 'OrderExpiryRequested':
    case 'OrderPaymentReportRecorded':
    case 'PaymentCallbackRecorded':
    case 'PaymentProcessing':
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'PaymentCloseRequested':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
    case 'PaymentUnknown':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
    case 'PaymentReportConfirmed':
    case 'PaymentReportContradicted':
      return state;
    default:
      return unreachable(event);
  }
}

export const checkoutManager: ProcessManager<CheckoutState, CheckoutEvent, CheckoutCommand> = {
  initialState: initialCheckout,
  react,
  evolve,
};
