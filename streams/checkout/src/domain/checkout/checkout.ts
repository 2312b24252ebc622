import type {
  CheckoutCommand,
  OrderCreated,
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

export type OrderOrPaymentEvent = OrdersEvent | PaymentsEvent;
export type FollowingCommand = Extract<
  OrdersCommand | PaymentsCommand | CheckoutCommand,
  {
    readonly type:
      | ('AwaitPayment' | 'ConfirmPayment' | 'FailPayment' | 'RecordPaymentClosed')
      | ('ClosePayment' | 'StartCheckout' | 'RecordOrderEnded');
  }
>;

/** Closing words for a payment whose order is gone; people read them. */
const reasons = {
  cancelled: 'the order was cancelled',
  expired: 'the order expired',
  failed: 'the order failed',
  endedBefore: 'the order had ended before the payment was created',
} as const;

/**
 *   PaymentCreated ──► AwaitPayment          OrderCancelled ────────┬──► ClosePayment, while
 *   PaymentSucceeded ► ConfirmPayment        OrderExpired ──────────┤    one is open
 *   PaymentFailed ───► FailPayment           OrderFailed ───────────┤
 *                                            OrderExpiryRequested ──┘
 *   PaymentClosed ───► RecordPaymentClosed   PaymentCreated after an end ──► ClosePayment
 *
 *   of a purchase:     OrderCreated ──► StartCheckout       any end of it ──► RecordOrderEnded
 *
 * It decides nothing: orders and payments do, and may refuse. A payment that a gateway has is asked
 * about and closed there first; an order that said its time is over ends by what that brings. A
 * payment for an order that its merchant keeps is told to nobody: no such order is here.
 */
function react(
  event: OrderOrPaymentEvent,
  state: CheckoutState,
  { eventId }: ReactionContext,
): readonly FollowingCommand[] {
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
    case 'OrderCreated':
      return startCheckout(event.data);
    case 'OrderCancelled':
      return [
        ...closeOpen(event.data.orderNo, state, reasons.cancelled),
        ...tellCheckout(event.data.orderNo, state, eventId, 'CANCELLED'),
      ];
    case 'OrderExpired':
      return [
        ...closeOpen(event.data.orderNo, state, reasons.expired),
        ...tellCheckout(event.data.orderNo, state, eventId, 'EXPIRED'),
      ];
    case 'OrderExpiryRequested':
      return closeOpen(event.data.orderNo, state, reasons.expired);
    case 'OrderFailed':
      return [
        ...closeOpen(event.data.orderNo, state, reasons.failed),
        ...tellCheckout(event.data.orderNo, state, eventId, 'FAILED'),
      ];
    case 'OrderPaid':
    case 'OrderPaidFromBalance':
      return tellCheckout(event.data.orderNo, state, eventId, 'PAID');
    case 'OrderAwaitingPayment':
    case 'OrderPaymentReportRecorded':
    case 'PaymentCallbackRecorded':
    case 'PaymentProcessing':
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
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

const concernsMerchant = (event: OrderOrPaymentEvent, { isMerchants }: CheckoutState): boolean =>
  isMerchants === true || (event.type === 'PaymentCreated' && event.data.merchant !== null);

function awaitOrClose(
  { orderNo, payNo, gateway }: PaymentCreated,
  { orderEndedUnpaid }: CheckoutState,
  paymentEventId: string,
): FollowingCommand {
  if (orderEndedUnpaid)
    return { type: 'ClosePayment', data: { payNo, orderNo, reason: reasons.endedBefore } };
  const atGateway = gateway !== null;
  return { type: 'AwaitPayment', data: { payNo, orderNo, paymentEventId, atGateway } };
}

function closeOpen(
  orderNo: string,
  { payment }: CheckoutState,
  reason: string,
): readonly FollowingCommand[] {
  if (payment === null || payment.ended) return [];
  return [{ type: 'ClosePayment', data: { payNo: payment.payNo, orderNo, reason } }];
}

function startCheckout({ purchase, ...order }: OrderCreated): readonly FollowingCommand[] {
  if (purchase === null) return [];
  const { orderNo, tenant, amountMinor, currency, payBy } = order;
  const items = order.items.map(({ sku, quantity }) => ({ sku, quantity }));
  const data = { orderNo, tenant, items, amountMinor, currency, payBy, ...purchase };
  return [{ type: 'StartCheckout', data }];
}

function tellCheckout(
  orderNo: string,
  { isPurchase }: CheckoutState,
  orderEventId: string,
  end: 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED',
): readonly FollowingCommand[] {
  if (isPurchase !== true) return [];
  return [{ type: 'RecordOrderEnded', data: { orderNo, end, orderEventId } }];
}

function evolve(state: CheckoutState, event: OrderOrPaymentEvent): CheckoutState {
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
    case 'OrderFailed':
      return { ...state, orderEndedUnpaid: true };
    case 'OrderCreated':
      return event.data.purchase === null ? state : { ...state, isPurchase: true };
    case 'OrderAwaitingPayment':
    case 'OrderPaidFromBalance':
    case 'OrderPaid':
    case 'OrderExpiryRequested':
    case 'OrderPaymentReportRecorded':
    case 'PaymentCallbackRecorded':
    case 'PaymentProcessing':
    case 'GatewayCallReported':
    case 'GatewayCallbackRecorded':
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
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

export const checkoutManager: ProcessManager<CheckoutState, OrderOrPaymentEvent, FollowingCommand> =
  {
    initialState: initialCheckout,
    react,
    evolve,
  };
