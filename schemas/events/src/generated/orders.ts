// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Tell the order that a payment is on its way. */
export interface AwaitPayment {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** Whether a gateway has to be asked before the payment can end unpaid. */
  readonly atGateway: boolean;
}

/** Call off an order that is not paid. */
export interface CancelOrder {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Tell the order that a payment succeeded. */
export interface ConfirmPayment {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** What was paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** When the channel says it was paid. Epoch ms. */
  readonly paidAt: number;
}

/** Place an order. */
export interface CreateOrder {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** What is bought, in the order given. */
  readonly items: readonly OrderItem[];
  /** What has to be paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time at which an order that is not paid expires. Epoch ms. */
  readonly payBy: number;
  /** Key under which the client may repeat its request; null if it gave none. */
  readonly idempotencyKey: null | string;
  /** SHA-256 over the parameters of the request, 64 hex: tells a repeat from a clash. */
  readonly fingerprint: string;
  /** What its checkout needs; null for an order that is paid and delivered by others. */
  readonly purchase: null | Purchase;
}

/** End an order that cannot be delivered or paid. */
export interface FailOrder {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Tell the order that a payment failed. */
export interface FailPayment {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** A payment is on its way for the order. */
export interface OrderAwaitingPayment {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** Whether a gateway has to be asked before the payment can end unpaid. */
  readonly atGateway: boolean;
}

/** The order was called off before it was paid. */
export interface OrderCancelled {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** An order was placed and waits to be paid. */
export interface OrderCreated {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** What is bought, in the order given. */
  readonly items: readonly OrderItem[];
  /** What has to be paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time at which an order that is not paid expires. Epoch ms. */
  readonly payBy: number;
  /** Key under which the client may repeat its request; null if it gave none. */
  readonly idempotencyKey: null | string;
  /** SHA-256 over the parameters of the request, 64 hex: tells a repeat from a clash. */
  readonly fingerprint: string;
  /** Broker time of the command that placed it. Epoch ms. */
  readonly createdAt: number;
  /** What its checkout needs; null for an order that is paid and delivered by others. */
  readonly purchase: null | Purchase;
}

/** Nobody paid in time. */
export interface OrderExpired {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** The deadline that passed, broker time. Epoch ms. */
  readonly payBy: number;
}

/** Its time is over, and its payment is at a gateway, which has to say first that nobody paid. */
export interface OrderExpiryRequested {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** The deadline that passed, broker time. Epoch ms. */
  readonly payBy: number;
  /** Broker time at which it was noticed. Epoch ms. */
  readonly requestedAt: number;
}

/** The order can no longer be paid, because its payment failed. */
export interface OrderFailed {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment; null if there was none. */
  readonly payNo: null | string;
  /** Id of the payments event that this goes back to; null if there was none. */
  readonly paymentEventId: null | string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** One line of an order. */
export interface OrderItem {
  /** Stock keeping unit of what is bought. */
  readonly sku: string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Price of one, in minor units of the order's currency. */
  readonly unitAmountMinor: bigint;
}

/** The order is paid in full. */
export interface OrderPaid {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** What was paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** When the channel says it was paid. Epoch ms. */
  readonly paidAt: number;
}

/** The order is paid in full from the buyer's account. */
export interface OrderPaidFromBalance {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** What is paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time of the command. Epoch ms. */
  readonly paidAt: number;
}

/** A payment reported late or once more. Kept as evidence; it changes nothing. */
export interface OrderPaymentReportRecorded {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** What the payment reported. */
  readonly report: PaymentReport;
  /** Status in which the report found the order, and in which it left it. */
  readonly orderStatus: string;
}

/** What a payment reported to its order. */
export type PaymentReport = 'SUCCEEDED' | 'FAILED' | 'CLOSED' | 'UNKNOWN';

/** How an order of a buyer of this shop is paid and delivered. */
export interface Purchase {
  /** Opaque id of the buyer, and of the buyer's account. */
  readonly buyer: string;
  /** What of the amount comes from the buyer's account, in minor units of the order's currency. */
  readonly balanceMinor: bigint;
  /** Channel by which the rest is paid; null when nothing is left. */
  readonly channel: null | string;
}

/** Tell the order that a payment was closed without being paid. */
export interface RecordPaymentClosed {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Id of the payments event that this goes back to. */
  readonly paymentEventId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Pay an order from what is held on its buyer's account. */
export interface SettleOrder {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** What is paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
}

export type OrdersEvent =
  | { readonly type: 'OrderAwaitingPayment'; readonly data: OrderAwaitingPayment }
  | { readonly type: 'OrderCancelled'; readonly data: OrderCancelled }
  | { readonly type: 'OrderCreated'; readonly data: OrderCreated }
  | { readonly type: 'OrderExpired'; readonly data: OrderExpired }
  | { readonly type: 'OrderExpiryRequested'; readonly data: OrderExpiryRequested }
  | { readonly type: 'OrderFailed'; readonly data: OrderFailed }
  | { readonly type: 'OrderPaid'; readonly data: OrderPaid }
  | { readonly type: 'OrderPaidFromBalance'; readonly data: OrderPaidFromBalance }
  | { readonly type: 'OrderPaymentReportRecorded'; readonly data: OrderPaymentReportRecorded };

/** Full record names of {@link OrdersEvent}. */
export const ordersEventNames = [
  'plumbline.orders.OrderAwaitingPayment',
  'plumbline.orders.OrderCancelled',
  'plumbline.orders.OrderCreated',
  'plumbline.orders.OrderExpired',
  'plumbline.orders.OrderExpiryRequested',
  'plumbline.orders.OrderFailed',
  'plumbline.orders.OrderPaid',
  'plumbline.orders.OrderPaidFromBalance',
  'plumbline.orders.OrderPaymentReportRecorded',
] as const;

export type OrdersCommand =
  | { readonly type: 'AwaitPayment'; readonly data: AwaitPayment }
  | { readonly type: 'CancelOrder'; readonly data: CancelOrder }
  | { readonly type: 'ConfirmPayment'; readonly data: ConfirmPayment }
  | { readonly type: 'CreateOrder'; readonly data: CreateOrder }
  | { readonly type: 'FailOrder'; readonly data: FailOrder }
  | { readonly type: 'FailPayment'; readonly data: FailPayment }
  | { readonly type: 'RecordPaymentClosed'; readonly data: RecordPaymentClosed }
  | { readonly type: 'SettleOrder'; readonly data: SettleOrder };

/** Full record names of {@link OrdersCommand}. */
export const ordersCommandNames = [
  'plumbline.orders.AwaitPayment',
  'plumbline.orders.CancelOrder',
  'plumbline.orders.ConfirmPayment',
  'plumbline.orders.CreateOrder',
  'plumbline.orders.FailOrder',
  'plumbline.orders.FailPayment',
  'plumbline.orders.RecordPaymentClosed',
  'plumbline.orders.SettleOrder',
] as const;
