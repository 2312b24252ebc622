// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** A verified callback came for a number under which there is no payment, and waits for one. */
export interface CallbackUnclaimed {
  /** Number of the payment that it names. */
  readonly payNo: string;
  /** Whose callback it is; null of one by contract 1, which names nobody. */
  readonly channel: null | string;
  /** The id that its sender gave it, or a digest of what was signed. */
  readonly callbackId: string;
  /** Whether it says that the payment was paid. */
  readonly saysPaid: boolean;
  /** The gateway's own number of the transaction; null if it gave none. */
  readonly gatewayTransactionId: null | string;
  /** What it says was paid, in minor units of the currency; null if it does not say. */
  readonly amountMinor: null | bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: null | string;
  /** How many callbacks of this number wait by now, this one among them. */
  readonly waiting: number;
  /** Id of the event of payments by which the callback was recorded. */
  readonly paymentEventId: string;
}

/** A payment was created under a number whose callbacks waited; they are said to it again. */
export interface CallbacksClaimed {
  /** Number of the payment. */
  readonly payNo: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How many callbacks had waited. */
  readonly claimed: number;
  /** Id of the event by which the payment was created. */
  readonly paymentEventId: string;
}

export type CallbacksEvent =
  | { readonly type: 'CallbackUnclaimed'; readonly data: CallbackUnclaimed }
  | { readonly type: 'CallbacksClaimed'; readonly data: CallbacksClaimed };

/** Full record names of {@link CallbacksEvent}. */
export const callbacksEventNames = [
  'plumbline.callbacks.CallbackUnclaimed',
  'plumbline.callbacks.CallbacksClaimed',
] as const;
