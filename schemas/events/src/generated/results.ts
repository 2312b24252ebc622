// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** A merchant's payment order has another status. */
export interface PaymentResult {
  /** Id of the payment order. */
  readonly paymentOrderId: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Status before, in the words of the merchant API: pending, processing. */
  readonly oldStatus: string;
  /** Status afterwards: processing, succeeded, failed. */
  readonly newStatus: string;
  /** The gateway's number of the transaction; null while there is none. */
  readonly gatewayTransactionId: null | string;
  /** Amount of the payment, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time of the event that moved it. Epoch ms. */
  readonly occurredAt: number;
}

/** A refund of a merchant's payment order has another status. */
export interface RefundResult {
  /** Id of the refund. */
  readonly refundOrderId: string;
  /** Id of the payment order. */
  readonly paymentOrderId: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Status before, in the words of the merchant API: pending, processing. */
  readonly oldStatus: string;
  /** Status afterwards: processing, succeeded, failed. */
  readonly newStatus: string;
  /** The gateway's number of the refund; null while there is none. */
  readonly gatewayRefundId: null | string;
  /** What goes back, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Broker time of the event that moved it. Epoch ms. */
  readonly occurredAt: number;
}

export type ResultsEvent =
  | { readonly type: 'PaymentResult'; readonly data: PaymentResult }
  | { readonly type: 'RefundResult'; readonly data: RefundResult };

/** Full record names of {@link ResultsEvent}. */
export const resultsEventNames = [
  'plumbline.results.PaymentResult',
  'plumbline.results.RefundResult',
] as const;
