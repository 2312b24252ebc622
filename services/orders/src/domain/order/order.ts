import type { Purchase } from '@plumbline/events';
import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, invariant, rejected, unchanged, unreachable } from '@plumbline/kernel';
import type { OrderCommand, OrderCommandOf } from './commands.ts';
import type { OrderEvent, OrderEventOf } from './events.ts';
import { paymentEventsRemembered } from './limits.ts';
import type { OrderRejectionCode } from './rejections.ts';
import { orderRejection } from './rejections.ts';
import type { Order, OrderState } from './state.ts';
import { initialOrder, isOpen, payableMinorOf, payNoOf } from './state.ts';

/**
 * The reason with which the payments context closes a payment whose time is over. `reason` is text
 * on the topics, because most of them are people's words; this one is also read.
 */
export const closedByTime = 'TIMED_OUT';

const expireTimer = 'expire';

type OrderDecision = Decision<OrderEvent>;

const refuse = (code: OrderRejectionCode): OrderDecision => rejected(orderRejection(code));

function createOrder(
  data: OrderCommandOf<'CreateOrder'>,
  state: OrderState,
  { atMs }: DecisionContext,
): OrderDecision {
  if (state.status !== 'none') {
    // The refusal carries nothing of the order that exists: the number may be another client's.
    return state.fingerprint === data.fingerprint ? unchanged : refuse('ORDER_PARAMETERS_DIFFER');
  }
  if (data.items.length === 0) return refuse('ORDER_WITHOUT_ITEMS');
  if (data.items.some(({ quantity }) => quantity < 1)) return refuse('ITEM_QUANTITY_INVALID');
  if (data.amountMinor <= 0n || data.items.some(({ unitAmountMinor }) => unitAmountMinor < 0n)) {
    return refuse('AMOUNT_NOT_POSITIVE');
  }
  const sumMinor = data.items.reduce((s, i) => s + BigInt(i.quantity) * i.unitAmountMinor, 0n);
  if (sumMinor !== data.amountMinor) return refuse('AMOUNT_MISMATCH');
  if (data.purchase !== null && !isPayable(data.purchase, data.amountMinor))
    return refuse('BALANCE_OUT_OF_RANGE');
  if (data.payBy <= atMs) return refuse('PAYMENT_DEADLINE_PASSED');
  return accepted({ type: 'OrderCreated', data: { ...data, createdAt: atMs } });
}

/** The balance pays a part or all of it, and a channel pays the rest exactly where there is one. */
const isPayable = ({ balanceMinor, channel }: Purchase, amountMinor: bigint): boolean =>
  balanceMinor >= 0n &&
  balanceMinor <= amountMinor &&
  (channel === null) === (balanceMinor === amountMinor);

function cancelOrder({ reason }: OrderCommandOf<'CancelOrder'>, order: Order): OrderDecision {
  switch (order.status) {
    case 'PENDING':
    case 'WAITING_PAYMENT':
      return accepted({ type: 'OrderCancelled', data: { orderNo: order.orderNo, reason } });
    case 'PAID':
      return refuse('ORDER_ALREADY_PAID');
    case 'CANCELLED':
      return unchanged;
    case 'FAILED':
    case 'EXPIRED':
      return refuse('ORDER_ENDED');
    default:
      return unreachable(order);
  }
}

function awaitPayment(data: OrderCommandOf<'AwaitPayment'>, order: Order): OrderDecision {
  switch (order.status) {
    case 'PENDING':
      return accepted({
        type: 'OrderAwaitingPayment',
        data,
      });
    case 'WAITING_PAYMENT':
      return order.payNo === data.payNo ? unchanged : refuse('ORDER_AWAITS_ANOTHER_PAYMENT');
    case 'PAID':
      // The success overtook the creation; an order never moves backwards.
      return unchanged;
    case 'FAILED':
    case 'EXPIRED':
    case 'CANCELLED':
      return refuse('ORDER_ENDED');
    default:
      return unreachable(order);
  }
}

/** What a payment's own commands have in common. */
interface PaymentReportData {
  readonly payNo: string;
  readonly paymentEventId: string;
}

/** Keeps a report that changes nothing, once per payments event. */
function recordReport(
  order: Order,
  { payNo, paymentEventId }: PaymentReportData,
  report: OrderEventOf<'OrderPaymentReportRecorded'>['report'],
): OrderDecision {
  if (order.paymentEventIds.includes(paymentEventId)) return unchanged;
  return accepted({
    type: 'OrderPaymentReportRecorded',
    data: { orderNo: order.orderNo, payNo, paymentEventId, report, orderStatus: order.status },
  });
}

function confirmPayment(data: OrderCommandOf<'ConfirmPayment'>, order: Order): OrderDecision {
  const { payNo, paymentEventId, amountMinor, currency, paidAt } = data;
  // Another amount than what the buyer's balance leaves is kept as evidence and moves nothing: whether it was a
  // part, too much or a forgery is not for this decision to guess. Rule A tells of the order.
  const pays = amountMinor === payableMinorOf(order) && currency === order.currency;
  if (!isOpen(order) || !pays) return recordReport(order, data, 'SUCCEEDED');
  if (order.paymentEventIds.includes(paymentEventId)) return unchanged;
  return accepted({
    type: 'OrderPaid',
    data: { orderNo: order.orderNo, payNo, paymentEventId, amountMinor, currency, paidAt },
  });
}

/** Whether a payment that ended unpaid is the one that this open order depends on. */
const dependsOn = (order: Order, { payNo, paymentEventId }: PaymentReportData): boolean =>
  (order.status === 'PENDING' || (order.status === 'WAITING_PAYMENT' && order.payNo === payNo)) &&
  !order.paymentEventIds.includes(paymentEventId);

function failPayment(data: OrderCommandOf<'FailPayment'>, order: Order): OrderDecision {
  if (!dependsOn(order, data)) return recordReport(order, data, 'FAILED');
  const { payNo, paymentEventId, reason } = data;
  return accepted({
    type: 'OrderFailed',
    data: { orderNo: order.orderNo, payNo, paymentEventId, reason },
  });
}

/**
 * What the checkout cannot deliver or have paid ends here, as long as nobody pays: a payment that is
 * under way says itself how the order ends.
 */
function failOrder({ reason }: OrderCommandOf<'FailOrder'>, order: Order): OrderDecision {
  switch (order.status) {
    case 'PENDING': {
      const { orderNo } = order;
      const none = { payNo: null, paymentEventId: null };
      return accepted({ type: 'OrderFailed', data: { orderNo, ...none, reason } });
    }
    case 'WAITING_PAYMENT':
      return refuse('ORDER_AWAITS_PAYMENT');
    case 'PAID':
      return refuse('ORDER_ALREADY_PAID');
    case 'FAILED':
    case 'EXPIRED':
    case 'CANCELLED':
      return unchanged;
    default:
      return unreachable(order);
  }
}

/** The whole amount is held on the buyer's account, and only the checkout says so. */
function settleOrder(
  data: OrderCommandOf<'SettleOrder'>,
  order: Order,
  { atMs }: DecisionContext,
): OrderDecision {
  const { amountMinor, currency } = data;
  const isOwed = amountMinor === order.amountMinor && currency === order.currency;
  if (payableMinorOf(order) > 0n || !isOwed) return refuse('ORDER_NOT_PAID_FROM_BALANCE');
  switch (order.status) {
    case 'PENDING':
    case 'WAITING_PAYMENT':
      return accepted({ type: 'OrderPaidFromBalance', data: { ...data, paidAt: atMs } });
    case 'PAID':
      return unchanged;
    case 'FAILED':
    case 'EXPIRED':
    case 'CANCELLED':
      return refuse('ORDER_ENDED');
    default:
      return unreachable(order);
  }
}

function recordPaymentClosed(
  data: OrderCommandOf<'RecordPaymentClosed'>,
  order: Order,
  { atMs }: DecisionContext,
): OrderDecision {
  if (!dependsOn(order, data)) return recordReport(order, data, 'CLOSED');
  const { orderNo, payByMs, status } = order;
  const { payNo, paymentEventId } = data;
  const report: OrderEvent = {
    type: 'OrderPaymentReportRecorded',
    data: { orderNo, payNo, paymentEventId, report: 'CLOSED', orderStatus: status },
  };
  const isOverdue = order.status === 'WAITING_PAYMENT' && order.expiry === 'requested';
  const end: OrderEvent =
    data.reason === closedByTime || isOverdue
      ? { type: 'OrderExpired', data: { orderNo, payBy: Math.min(payByMs, atMs) } }
      : { type: 'OrderCancelled', data: { orderNo, reason: data.reason } };
  // The end names no payments event; the report does, so that a repeat is recognised.
  return accepted<OrderEvent>(report, end);
}

function expireOrder(order: Order, { atMs }: DecisionContext): OrderDecision {
  if (!isOpen(order) || atMs < order.payByMs) return unchanged;
  const { orderNo, payByMs: payBy } = order;
  if (order.status === 'PENDING' || order.expiry === 'deadline')
    return accepted({ type: 'OrderExpired', data: { orderNo, payBy } });
  if (order.expiry === 'requested') return unchanged;
  const { payNo } = order;
  return accepted<OrderEvent>({
    type: 'OrderExpiryRequested',
    data: { orderNo, payNo, payBy, requestedAt: atMs },
  });
}

function decide(command: OrderCommand, state: OrderState, context: DecisionContext): OrderDecision {
  if (command.type === 'CreateOrder') return createOrder(command.data, state, context);
  if (state.status === 'none') return refuse('ORDER_NOT_FOUND');
  switch (command.type) {
    case 'CancelOrder':
      return cancelOrder(command.data, state);
    case 'AwaitPayment':
      return awaitPayment(command.data, state);
    case 'ConfirmPayment':
      return confirmPayment(command.data, state);
    case 'FailPayment':
      return failPayment(command.data, state);
    case 'RecordPaymentClosed':
      return recordPaymentClosed(command.data, state, context);
    case 'ExpireOrder':
      return expireOrder(state, context);
    case 'FailOrder':
      return failOrder(command.data, state);
    case 'SettleOrder':
      return settleOrder(command.data, state, context);
    default:
      return unreachable(command);
  }
}

function evolve(state: OrderState, event: OrderEvent): OrderState {
  if (event.type === 'OrderCreated') {
    invariant(state.status === 'none', `order ${event.data.orderNo} was created twice`);
    const { payBy, createdAt, ...facts } = event.data;
    const times = { payByMs: payBy, createdAtMs: createdAt };
    return { ...facts, ...times, status: 'PENDING', paymentEventIds: [] };
  }
  invariant(state.status !== 'none', `${event.type} of an order that was never created`);
  const facts = factsOf(state);
  switch (event.type) {
    case 'OrderAwaitingPayment': {
      const { payNo, paymentEventId, atGateway } = event.data;
      const expiry = atGateway ? 'gateway' : 'deadline';
      return { ...remember(facts, paymentEventId), status: 'WAITING_PAYMENT', payNo, expiry };
    }
    case 'OrderPaid': {
      const { payNo, paymentEventId, paidAt } = event.data;
      return { ...remember(facts, paymentEventId), status: 'PAID', payNo, paidAtMs: paidAt };
    }
    case 'OrderPaidFromBalance':
      return { ...facts, status: 'PAID', payNo: null, paidAtMs: event.data.paidAt };
    case 'OrderFailed': {
      const { payNo, paymentEventId, reason } = event.data;
      return { ...remember(facts, paymentEventId), status: 'FAILED', payNo, reason };
    }
    case 'OrderExpired':
      return { ...facts, status: 'EXPIRED', payNo: payNoOf(state) };
    case 'OrderCancelled':
      return { ...facts, status: 'CANCELLED', payNo: payNoOf(state), reason: event.data.reason };
    case 'OrderPaymentReportRecorded':
      return remember(afterReport(state, event.data), event.data.paymentEventId);
    case 'OrderExpiryRequested':
      return state.status === 'WAITING_PAYMENT' ? { ...state, expiry: 'requested' } : state;
    default:
      return unreachable(event);
  }
}

/**
 * A payment reports when it has ended. One that did so without ending its order, because it was of
 * another sum, is at no gateway any more: from now on the deadline counts.
 */
const afterReport = (order: Order, { payNo }: OrderEventOf<'OrderPaymentReportRecorded'>): Order =>
  order.status === 'WAITING_PAYMENT' && order.payNo === payNo
    ? { ...order, expiry: 'deadline' }
    : order;

/** What is true of the order in every status. */
function factsOf(order: Order) {
  const { orderNo, tenant, items, amountMinor, currency, payByMs } = order;
  const { idempotencyKey, fingerprint, createdAtMs, paymentEventIds, purchase } = order;
  return {
    ...{ orderNo, tenant, items, amountMinor, currency, payByMs, purchase },
    ...{ idempotencyKey, fingerprint, createdAtMs, paymentEventIds },
  };
}

function remember<T extends { readonly paymentEventIds: readonly string[] }>(
  order: T,
  eventId: string | null,
): T {
  if (eventId === null) return order;
  const ids = [...order.paymentEventIds, eventId].slice(-paymentEventsRemembered);
  return { ...order, paymentEventIds: ids };
}

/** The order as JSON: amounts as strings of minor units, times as epoch milliseconds. */
function answer(state: OrderState): Json {
  if (state.status === 'none') return null;
  return {
    orderNo: state.orderNo,
    status: state.status,
    items: state.items.map(({ sku, quantity, unitAmountMinor }) => ({
      ...{ sku, quantity },
      unitAmountMinor: unitAmountMinor.toString(),
    })),
    amountMinor: state.amountMinor.toString(),
    currency: state.currency,
    purchase:
      state.purchase === null
        ? null
        : { ...state.purchase, balanceMinor: state.purchase.balanceMinor.toString() },
    payByMs: state.payByMs,
    createdAtMs: state.createdAtMs,
    payNo: payNoOf(state),
    paidAtMs: state.status === 'PAID' ? state.paidAtMs : null,
    reason: state.status === 'FAILED' || state.status === 'CANCELLED' ? state.reason : null,
    paymentLastEventId: state.paymentEventIds.at(-1) ?? null,
  };
}

function timers(state: OrderState): readonly AggregateTimer[] {
  if (state.status === 'none' || !isOpen(state)) return [];
  if (state.status === 'WAITING_PAYMENT' && state.expiry === 'requested') return [];
  return [{ name: expireTimer, dueMs: state.payByMs }];
}

export const orderDecider: Decider<OrderState, OrderCommand, OrderEvent> = {
  initialState: initialOrder,
  decide,
  evolve,
  answer,
  timers,
  onTimer: () => ({ type: 'ExpireOrder', data: {} }),
};
