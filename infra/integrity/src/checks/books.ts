/** What the simulated gateways know, as their control API shows it: amounts as text, times in epoch ms. */
export interface Books {
  readonly payments: readonly BookedPayment[];
  readonly refunds: readonly BookedRefund[];
  /** Those that went wrong. */
  readonly callbacks: readonly BookedCallback[];
}

export interface BookedPayment {
  readonly gateway: string;
  readonly reference: string;
  readonly transactionId: string;
  readonly status: 'PENDING' | 'SUCCESS' | 'FAILED' | 'CLOSED';
  readonly amountMinor: string;
  readonly refundedMinor: string;
  readonly currency: string;
  readonly paidAt: number | null;
}

export interface BookedRefund {
  readonly gateway: string;
  /** Of the payment. */
  readonly reference: string;
  readonly refundReference: string;
  readonly status: 'PENDING' | 'SUCCESS' | 'FAILED';
  readonly amountMinor: string;
  readonly currency: string;
}

export interface BookedCallback {
  readonly gateway: string;
  readonly reference: string;
  readonly refundReference: string | null;
  readonly truth: 'right' | 'contradicts' | 'garbled';
  readonly state: 'waiting' | 'acknowledged' | 'given-up' | 'lost';
}

/** A number is its gateway's own: two may have the same. */
export const bookKey = (gateway: string, reference: string): string =>
  `${gateway.toLowerCase()} ${reference}`;
