import type { CheckoutEvent, GatewayAnswer, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { Pen, Told } from './story.ts';

type DataOf<
  E extends { readonly type: string; readonly data: unknown },
  T extends E['type'],
> = Extract<E, { readonly type: T }>['data'];
type Payment<T extends PaymentsEvent['type']> = DataOf<PaymentsEvent, T>;
type Order<T extends OrdersEvent['type']> = DataOf<OrdersEvent, T>;

export interface DealOptions {
  readonly isPurchase?: boolean;
  /** The payment is of a merchant, whose order is not here. */
  readonly isMerchants?: boolean;
  /** Led at its gateway. */
  readonly isLed?: boolean;
}

/** Broker time far beyond every story. */
const far = (nowMs: number): number => nowMs + 30 * 86_400_000;

interface Opened {
  readonly deal: Deal;
  readonly atMs: number;
}

const opened = new WeakMap<Pen, Opened>();

/** The payment that a story opened first, and when; undefined where it opened none. */
export const openedBy = (pen: Pen): Opened | undefined => opened.get(pen);

/** An order with its payment as their services write of them, and the pen that writes. */
export class Deal {
  readonly pen: Pen;
  readonly orderNo: string;
  readonly tenant: string;
  readonly payNo: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly #options: DealOptions;
  #success: Told | null = null;

  constructor(pen: Pen, options: DealOptions = {}) {
    const { tenant, orderNo } = splitRoutingKey(pen.key);
    this.pen = pen;
    this.orderNo = orderNo;
    this.tenant = tenant;
    this.payNo = `PAY${orderNo}`;
    this.amountMinor = BigInt(pen.random.int(1_000_000) + 100);
    this.currency = pen.random.pick(['CNY', 'EUR', 'USD', 'JPY']);
    this.#options = options;
  }

  get isLed(): boolean {
    return this.#options.isLed === true;
  }

  orderCreated(over: Partial<Order<'OrderCreated'>> = {}): Told {
    const { orderNo, tenant, amountMinor, currency } = this;
    const purchase =
      this.#options.isPurchase === true ? { buyer: 'u1', balanceMinor: 0n, channel: 'MOCK' } : null;
    return this.order({
      type: 'OrderCreated',
      data: {
        ...{ orderNo, tenant, amountMinor, currency, purchase },
        items: [{ sku: 'S1', quantity: 1, unitAmountMinor: amountMinor }],
        ...{ payBy: far(this.pen.nowMs), idempotencyKey: null, fingerprint: 'f' },
        ...{ createdAt: this.pen.nowMs, ...over },
      },
    });
  }

  awaiting(): Told {
    const { orderNo, payNo } = this;
    const paymentEventId = `${payNo}-created`;
    const data = { orderNo, payNo, paymentEventId, atGateway: this.isLed };
    return this.order({ type: 'OrderAwaitingPayment', data });
  }

  /** By the payment's success, if that has been written. */
  orderPaid(over: Partial<Order<'OrderPaid'>> = {}): Told {
    const { orderNo, payNo, amountMinor, currency } = this;
    const paymentEventId = this.#success?.id ?? `${payNo}-success`;
    return this.order({
      type: 'OrderPaid',
      data: {
        ...{ orderNo, payNo, paymentEventId, amountMinor, currency },
        ...{ paidAt: this.pen.nowMs, ...over },
      },
    });
  }

  /** One of the ends without money. */
  orderEnded(how: 'OrderExpired' | 'OrderCancelled' | 'OrderFailed'): Told {
    const { orderNo, payNo } = this;
    if (how === 'OrderExpired')
      return this.order({ type: how, data: { orderNo, payBy: this.pen.nowMs } });
    if (how === 'OrderCancelled')
      return this.order({ type: how, data: { orderNo, reason: 'by the buyer' } });
    const data = { orderNo, payNo, paymentEventId: `${payNo}-failed`, reason: 'payment failed' };
    return this.order({ type: how, data });
  }

  reportRecorded(): Told {
    const { orderNo, payNo } = this;
    const paymentEventId = `${payNo}-report`;
    const data = { orderNo, payNo, paymentEventId, report: 'CLOSED', orderStatus: 'PAID' } as const;
    return this.order({ type: 'OrderPaymentReportRecorded', data });
  }

  created(over: Partial<Payment<'PaymentCreated'>> = {}): Told {
    const { orderNo, payNo, tenant, amountMinor, currency } = this;
    const { isMerchants } = this.#options;
    const policy = { attemptsMax: 1, queryIntervalMs: 60_000, refundLateSuccess: false };
    const led = { ...policy, subject: null, returnUrl: null, account: null };
    const theirs = { orderType: 'PAYMENT', subject: 'a thing', extraData: null } as const;
    const told = this.payment({
      type: 'PaymentCreated',
      data: {
        ...{ id: 1n, payNo, orderNo, tenant, amountMinor, currency, channel: 'MOCK' },
        ...{ expireAt: far(this.pen.nowMs), createdAt: this.pen.nowMs },
        gateway: this.isLed ? led : null,
        merchant:
          isMerchants === true ? { ...theirs, fingerprint: 'f', idempotencyKey: null } : null,
        ...over,
      },
    });
    if (openedBy(this.pen) === undefined) opened.set(this.pen, { deal: this, atMs: told.atMs });
    return told;
  }

  processing(): Told {
    const { orderNo, payNo } = this;
    const data = { orderNo, payNo, acceptedAt: this.pen.nowMs };
    return this.payment({
      type: 'PaymentProcessing',
      data: { ...data, gatewayTransactionId: null, payUrl: null },
    });
  }

  unknown(): Told {
    const { orderNo, payNo } = this;
    const data = { orderNo, payNo, code: 'TIMEOUT', message: 'no answer', since: this.pen.nowMs };
    return this.payment({ type: 'PaymentUnknown', data });
  }

  succeeded(over: Partial<Payment<'PaymentSucceeded'>> = {}): Told {
    const data = { ...this.#reported(), channelTradeNo: `T-${this.payNo}` };
    this.#success = this.payment({
      type: 'PaymentSucceeded',
      data: { ...data, paidAt: this.pen.nowMs, ...over },
    });
    return this.#success;
  }

  failed(): Told {
    const data = { ...this.#reported(), channelTradeNo: null };
    return this.payment({
      type: 'PaymentFailed',
      data: { ...data, failedAt: this.pen.nowMs, reason: 'refused' },
    });
  }

  closed(): Told {
    const { orderNo, payNo } = this;
    const data = { orderNo, payNo, reason: 'nobody paid', closedAt: this.pen.nowMs };
    return this.payment({ type: 'PaymentClosed', data });
  }

  /** A believed report says otherwise. */
  contradicted(reportedStatus: 'SUCCESS' | 'FAILED', source: 'CALLBACK' | 'QUERY'): Told {
    const { orderNo, payNo } = this;
    const currentStatus = reportedStatus === 'SUCCESS' ? 'FAILED' : 'SUCCESS';
    const of = { payNo, orderNo, callbackId: 'c', channelTradeNo: null };
    return this.payment({
      type: 'PaymentReportContradicted',
      data: { ...of, reportedAt: this.pen.nowMs, currentStatus, reportedStatus, source },
    });
  }

  confirmed(status: 'SUCCESS' | 'FAILED' | 'CLOSED', source: 'CALLBACK' | 'QUERY'): Told {
    const { orderNo, payNo } = this;
    const of = { payNo, orderNo, callbackId: 'c', channelTradeNo: null };
    return this.payment({
      type: 'PaymentReportConfirmed',
      data: { ...of, reportedAt: this.pen.nowMs, status, source },
    });
  }

  mismatched(over: Pick<Payment<'PaymentReportMismatched'>, 'source' | 'field' | 'found'>): Told {
    const { orderNo, payNo, amountMinor } = this;
    const expected = over.field === 'AMOUNT' ? amountMinor.toString() : 'ours';
    const of = { payNo, orderNo, sourceId: 's', expected, reportedAt: this.pen.nowMs };
    return this.payment({ type: 'PaymentReportMismatched', data: { ...of, ...over } });
  }

  requestConflicted(fingerprint: string): Told {
    const { orderNo, payNo } = this;
    const data = { payNo, orderNo, fields: ['amount'], fingerprint, requestedAt: this.pen.nowMs };
    return this.payment({ type: 'PaymentRequestConflicted', data });
  }

  transactionConflicted(otherPayNo: string): Told {
    const { orderNo, payNo } = this;
    const of = { payNo, orderNo, channel: 'LAKALA', gatewayTransactionId: 'T-7' } as const;
    const other = { otherPayNo, otherTenant: 'shop', otherOrderNo: 'O-0', otherEventId: 'e' };
    return this.payment({
      type: 'PaymentTransactionConflicted',
      data: { ...of, ...other, reportedAt: this.pen.nowMs },
    });
  }

  /** Of the transaction that paid, unless by the number of another. */
  refundRequested(
    refundId: string,
    amountMinor: bigint,
    gatewayTransactionId: string | null = null,
  ): Told {
    const { orderNo, payNo, currency } = this;
    const of = { payNo, orderNo, refundId, refundReference: `${payNo}-${refundId}` };
    return this.payment({
      type: 'RefundRequested',
      data: {
        ...{ ...of, amountMinor, currency, reason: null, automatic: false },
        gatewayTransactionId,
        requestedAt: this.pen.nowMs,
      },
    });
  }

  refundProcessing(refundId: string): Told {
    const { orderNo, payNo } = this;
    const data = { payNo, orderNo, refundId, gatewayRefundId: null, acceptedAt: this.pen.nowMs };
    return this.payment({ type: 'RefundProcessing', data });
  }

  refundUnknown(refundId: string): Told {
    const { orderNo, payNo } = this;
    const of = { payNo, orderNo, refundId, code: 'TIMEOUT', message: 'no answer' };
    return this.payment({ type: 'RefundUnknown', data: { ...of, since: this.pen.nowMs } });
  }

  refundSucceeded(
    refundId: string,
    amountMinor: bigint,
    gatewayTransactionId: string | null = null,
  ): Told {
    const { orderNo, payNo, currency } = this;
    const of = { payNo, orderNo, refundId, amountMinor, currency, gatewayRefundId: 'R' };
    const data = { ...of, gatewayTransactionId, refundedAt: this.pen.nowMs };
    return this.payment({ type: 'RefundSucceeded', data });
  }

  refundFailed(refundId: string): Told {
    const { orderNo, payNo } = this;
    const of = { payNo, orderNo, refundId, code: 'REFUSED', reason: 'refused' };
    return this.payment({ type: 'RefundFailed', data: { ...of, failedAt: this.pen.nowMs } });
  }

  /** What the gateway said to a question; it moves nothing here. */
  answered(
    answer: Partial<GatewayAnswer> & Pick<GatewayAnswer, 'result'>,
    status: Payment<'GatewayCallReported'>['afterStatus'],
  ): Told {
    const { orderNo, payNo } = this;
    const of = { payNo, orderNo, callId: 'call', kind: 'QUERY', refundId: null } as const;
    return this.payment({
      type: 'GatewayCallReported',
      data: {
        ...{ ...of, answer: { ...noAnswer, ...answer }, beforeStatus: status },
        ...{ afterStatus: status, reportedAt: this.pen.nowMs },
      },
    });
  }

  deferred(): Told {
    const { orderNo, payNo } = this;
    const { nowMs } = this.pen;
    const data = { payNo, orderNo, reason: 'a hint', askAt: nowMs + 1_000, deferredAt: nowMs };
    return this.payment({ type: 'GatewayQueryDeferred', data });
  }

  checkout(type: 'CheckoutCompleted' | 'CheckoutCompensated' | 'CheckoutStockRequested'): Told {
    const { orderNo } = this;
    const { nowMs } = this.pen;
    if (type === 'CheckoutCompleted')
      return this.#checkout({ type, data: { orderNo, completedAt: nowMs } });
    if (type === 'CheckoutCompensated')
      return this.#checkout({ type, data: { orderNo, compensatedAt: nowMs } });
    const of = { orderNo, step: 'RESERVE', reservationIds: [`${orderNo}-1`], attempt: 1 } as const;
    return this.#checkout({
      type,
      data: { ...of, requestedAt: nowMs, repeatAt: nowMs + 1_000 },
    });
  }

  order(event: OrdersEvent): Told {
    return this.pen.tell(topics.ordersEvents.name, event);
  }

  payment(event: PaymentsEvent): Told {
    return this.pen.tell(topics.paymentsEvents.name, event);
  }

  #checkout(event: CheckoutEvent): Told {
    return this.pen.tell(topics.checkoutEvents.name, event);
  }

  #reported() {
    const { orderNo, payNo, amountMinor, currency } = this;
    const of = { eventId: `${payNo}-report`, payNo, orderNo, amountMinor, currency };
    const { nowMs } = this.pen;
    return { ...of, channel: 'MOCK', eventTime: nowMs, traceId: 't', version: '1.0' } as const;
  }
}

const noAnswer: Omit<GatewayAnswer, 'result'> = {
  ...{ code: null, message: null, gatewayTransactionId: null, handle: null, payUrl: null },
  ...{ amountMinor: null, currency: null, occurredAt: null, refundedMinor: null },
  gatewayRefundId: null,
};
