export const gateways = ['mock', 'paypay', 'lakala'] as const;
export type Gateway = (typeof gateways)[number];

export const paymentStatuses = ['PENDING', 'SUCCESS', 'FAILED', 'CLOSED'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** Why a gateway closed a payment. */
export const closeReasons = ['ASKED', 'EXPIRED', 'UNDER_OUR_FEET', 'CONTROL'] as const;
export type CloseReason = (typeof closeReasons)[number];

/**
 *              pay
 *     PENDING ─────────────► SUCCESS   refunds: reserved + refunded <= amount, always
 *        │ │   decline
 *        │ └───────────────► FAILED
 *        │     close, or its time is over
 *        └─────────────────► CLOSED
 *
 * Only PENDING moves. A refund is a thing of its own and leaves its payment in SUCCESS.
 */
export type Payment = PendingPayment | PaidPayment | FailedPayment | ClosedPayment;

export interface PaymentFacts {
  readonly gateway: Gateway;
  /** The merchant's number of it, unique per gateway. */
  readonly reference: string;
  /** What the gateway calls the order from its creation on. */
  readonly orderId: string;
  /** What the gateway calls the payment of the order; the same as the order's where it has one id. */
  readonly transactionId: string;
  /** What statements call it. */
  readonly statementId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly subject: string;
  /** Epoch ms. */
  readonly expireAtMs: number;
  readonly createdAtMs: number;
  /** `null` where the gateway has it from elsewhere, or from nowhere. */
  readonly notifyUrl: string | null;
  readonly returnUrl: string | null;
}

export interface PendingPayment extends PaymentFacts {
  readonly status: 'PENDING';
}

export interface PaidPayment extends PaymentFacts {
  readonly status: 'SUCCESS';
  readonly paidAtMs: number;
  /** Refunds that are done. */
  readonly refundedMinor: bigint;
  /** Refunds that are accepted and neither done nor failed. */
  readonly reservedMinor: bigint;
}

export interface FailedPayment extends PaymentFacts {
  readonly status: 'FAILED';
  readonly failedAtMs: number;
  readonly reason: string;
}

export interface ClosedPayment extends PaymentFacts {
  readonly status: 'CLOSED';
  readonly closedAtMs: number;
  readonly reason: CloseReason;
}

/** PENDING ends once, as its plan says, when its time has come. */
export interface Refund {
  readonly gateway: Gateway;
  readonly reference: string;
  /** The merchant's number of it, unique per gateway. */
  readonly refundReference: string;
  readonly refundId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reason: string | null;
  readonly status: 'PENDING' | 'SUCCESS' | 'FAILED';
  readonly createdAtMs: number;
  /** When a pending one ends. */
  readonly settleAtMs: number;
  readonly settleAs: 'SUCCESS' | 'FAILED';
  readonly settledAtMs: number | null;
}

export const paymentKey = (gateway: Gateway, reference: string): string =>
  `${gateway} ${reference}`;
