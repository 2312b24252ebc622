// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** A payment succeeded by this transaction of its gateway. Keyed by the transaction, so that a second claim meets the first. */
export interface GatewayTransactionClaimed {
  /** The gateway. */
  readonly channel: string;
  /** The gateway's number of the transaction. */
  readonly gatewayTransactionId: string;
  /** Number of the payment. */
  readonly payNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Id of the event by which the payment succeeded. */
  readonly paymentEventId: string;
}

export type TransactionsEvent =
  | { readonly type: 'GatewayTransactionClaimed'; readonly data: GatewayTransactionClaimed };

/** Full record names of {@link TransactionsEvent}. */
export const transactionsEventNames = [
  'plumbline.transactions.GatewayTransactionClaimed',
] as const;
