// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Everything that was put aside is free again. */
export interface CheckoutCompensated {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Broker time. Epoch ms. */
  readonly compensatedAt: number;
}

/** Goods and money are where they belong. */
export interface CheckoutCompleted {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Broker time. Epoch ms. */
  readonly completedAt: number;
}

/** The buyer's account answered. */
export interface CheckoutFundsAnswered {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was asked. */
  readonly step: FundsStep;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not, as a code of the answering context; null when it was done. */
  readonly code: null | string;
  /** Broker time at which the answer arrived. Epoch ms. */
  readonly answeredAt: number;
}

/** The buyer's account was asked. */
export interface CheckoutFundsRequested {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was asked. */
  readonly step: FundsStep;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Broker time. Epoch ms. */
  readonly requestedAt: number;
  /** Broker time at which it is asked again if nobody answers. Epoch ms. */
  readonly repeatAt: number;
}

/** One line of the order. */
export interface CheckoutItem {
  /** Stock keeping unit. */
  readonly sku: string;
  /** How many; at least one. */
  readonly quantity: number;
}

/** One line of the order with the reservation that is made for it. */
export interface CheckoutLine {
  /** Stock keeping unit. */
  readonly sku: string;
  /** How many; at least one. */
  readonly quantity: number;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
}

/** The order ended: the checkout goes on to its end, or back. */
export interface CheckoutOrderEnded {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How. */
  readonly end: OrderEnd;
  /** Id of the orders event that says so. */
  readonly orderEventId: string;
  /** Broker time at which the checkout heard of it. Epoch ms. */
  readonly endedAt: number;
}

/** The order was asked to end. */
export interface CheckoutOrderRequested {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was asked. */
  readonly step: OrderStep;
  /** Why, in words for people. */
  readonly reason: string;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Broker time. Epoch ms. */
  readonly requestedAt: number;
  /** Broker time at which it is asked again if nobody answers. Epoch ms. */
  readonly repeatAt: number;
}

/** The payment was opened, or refused. */
export interface CheckoutPaymentAnswered {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment; null if there is none. */
  readonly payNo: null | string;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not, as a code of the answering context; null when it was done. */
  readonly code: null | string;
  /** Broker time at which the answer arrived. Epoch ms. */
  readonly answeredAt: number;
}

/** A payment was asked for. */
export interface CheckoutPaymentRequested {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** What is to be paid, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** By which channel. */
  readonly channel: string;
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Broker time. Epoch ms. */
  readonly requestedAt: number;
  /** Broker time at which it is asked again if nobody answers. Epoch ms. */
  readonly repeatAt: number;
}

/** An operator had it ask again at once. */
export interface CheckoutPushed {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the push, chosen by whoever pushes: the same one counts once. */
  readonly pushId: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time. Epoch ms. */
  readonly pushedAt: number;
}

/** A purchase is being led. */
export interface CheckoutStarted {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the buyer, and of the buyer's account. */
  readonly buyer: string;
  /** What is bought, with its reservations. */
  readonly lines: readonly CheckoutLine[];
  /** Id of the hold on the buyer's account, where there is one. */
  readonly holdId: string;
  /** What the order costs, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** What of it comes from the buyer's account, in minor units of the currency. */
  readonly balanceMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Channel by which the rest is paid; null when nothing is left. */
  readonly channel: null | string;
  /** Broker time at which the order expires if nobody has paid. Epoch ms. */
  readonly payBy: number;
  /** Broker time at which reservations and hold end by themselves. Epoch ms. */
  readonly reserveUntil: number;
  /** Broker time of the command. Epoch ms. */
  readonly startedAt: number;
}

/** The inventory answered. */
export interface CheckoutStockAnswered {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was asked. */
  readonly step: StockStep;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not, as a code of the answering context; null when it was done. */
  readonly code: null | string;
  /** Broker time at which the answer arrived. Epoch ms. */
  readonly answeredAt: number;
}

/** The inventory was asked. */
export interface CheckoutStockRequested {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was asked. */
  readonly step: StockStep;
  /** Which reservations. */
  readonly reservationIds: readonly string[];
  /** Which attempt it is, from 1. */
  readonly attempt: number;
  /** Broker time. Epoch ms. */
  readonly requestedAt: number;
  /** Broker time at which it is asked again if nobody answers. Epoch ms. */
  readonly repeatAt: number;
}

/** What a checkout asks of the buyer's account. */
export type FundsStep = 'HOLD' | 'CAPTURE' | 'RELEASE' | 'UNKNOWN';

/** How an order ended. */
export type OrderEnd = 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED' | 'UNKNOWN';

/** What a checkout asks of its order. */
export type OrderStep = 'SETTLE' | 'FAIL' | 'UNKNOWN';

/** Ask again at once for what a checkout waits for. */
export interface PushCheckout {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the push, chosen by whoever pushes: the same one counts once. */
  readonly pushId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** What the buyer's account decided for a checkout. */
export interface RecordFundsAnswer {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Opaque id of the account within its tenant. */
  readonly account: string;
  /** Id of the hold, chosen by whoever holds. */
  readonly holdId: string;
  /** What was asked. */
  readonly step: FundsStep;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not, as a code of the answering context; null when it was done. */
  readonly code: null | string;
}

/** The order of a checkout ended. */
export interface RecordOrderEnded {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How. */
  readonly end: OrderEnd;
  /** Id of the orders event that says so. */
  readonly orderEventId: string;
}

/** What became of the payment that a checkout asked for. */
export interface RecordPaymentAnswer {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment; null if there is none. */
  readonly payNo: null | string;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not, as a code of the answering context; null when it was done. */
  readonly code: null | string;
}

/** What the inventory decided for a checkout. */
export interface RecordStockAnswer {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Stock keeping unit. */
  readonly sku: string;
  /** Id of the reservation, chosen by whoever reserves. */
  readonly reservationId: string;
  /** What was asked. */
  readonly step: StockStep;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not, as a code of the answering context; null when it was done. */
  readonly code: null | string;
}

/** Lead a purchase from its order to goods and money, or back. */
export interface StartCheckout {
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Whose it is; the part of the record key before the slash. */
  readonly tenant: string;
  /** Opaque id of the buyer, and of the buyer's account. */
  readonly buyer: string;
  /** What is bought, in the order given. */
  readonly items: readonly CheckoutItem[];
  /** What the order costs, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** What of it comes from the buyer's account, in minor units of the currency. */
  readonly balanceMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Channel by which the rest is paid; null when nothing is left. */
  readonly channel: null | string;
  /** Broker time at which the order expires if nobody has paid. Epoch ms. */
  readonly payBy: number;
}

/** What a checkout asks of the inventory. */
export type StockStep = 'RESERVE' | 'CONFIRM' | 'RELEASE' | 'UNKNOWN';

export type CheckoutEvent =
  | { readonly type: 'CheckoutCompensated'; readonly data: CheckoutCompensated }
  | { readonly type: 'CheckoutCompleted'; readonly data: CheckoutCompleted }
  | { readonly type: 'CheckoutFundsAnswered'; readonly data: CheckoutFundsAnswered }
  | { readonly type: 'CheckoutFundsRequested'; readonly data: CheckoutFundsRequested }
  | { readonly type: 'CheckoutOrderEnded'; readonly data: CheckoutOrderEnded }
  | { readonly type: 'CheckoutOrderRequested'; readonly data: CheckoutOrderRequested }
  | { readonly type: 'CheckoutPaymentAnswered'; readonly data: CheckoutPaymentAnswered }
  | { readonly type: 'CheckoutPaymentRequested'; readonly data: CheckoutPaymentRequested }
  | { readonly type: 'CheckoutPushed'; readonly data: CheckoutPushed }
  | { readonly type: 'CheckoutStarted'; readonly data: CheckoutStarted }
  | { readonly type: 'CheckoutStockAnswered'; readonly data: CheckoutStockAnswered }
  | { readonly type: 'CheckoutStockRequested'; readonly data: CheckoutStockRequested };

/** Full record names of {@link CheckoutEvent}. */
export const checkoutEventNames = [
  'plumbline.checkout.CheckoutCompensated',
  'plumbline.checkout.CheckoutCompleted',
  'plumbline.checkout.CheckoutFundsAnswered',
  'plumbline.checkout.CheckoutFundsRequested',
  'plumbline.checkout.CheckoutOrderEnded',
  'plumbline.checkout.CheckoutOrderRequested',
  'plumbline.checkout.CheckoutPaymentAnswered',
  'plumbline.checkout.CheckoutPaymentRequested',
  'plumbline.checkout.CheckoutPushed',
  'plumbline.checkout.CheckoutStarted',
  'plumbline.checkout.CheckoutStockAnswered',
  'plumbline.checkout.CheckoutStockRequested',
] as const;

export type CheckoutCommand =
  | { readonly type: 'PushCheckout'; readonly data: PushCheckout }
  | { readonly type: 'RecordFundsAnswer'; readonly data: RecordFundsAnswer }
  | { readonly type: 'RecordOrderEnded'; readonly data: RecordOrderEnded }
  | { readonly type: 'RecordPaymentAnswer'; readonly data: RecordPaymentAnswer }
  | { readonly type: 'RecordStockAnswer'; readonly data: RecordStockAnswer }
  | { readonly type: 'StartCheckout'; readonly data: StartCheckout };

/** Full record names of {@link CheckoutCommand}. */
export const checkoutCommandNames = [
  'plumbline.checkout.PushCheckout',
  'plumbline.checkout.RecordFundsAnswer',
  'plumbline.checkout.RecordOrderEnded',
  'plumbline.checkout.RecordPaymentAnswer',
  'plumbline.checkout.RecordStockAnswer',
  'plumbline.checkout.StartCheckout',
] as const;
