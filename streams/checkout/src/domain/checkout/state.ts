/** What has to be known of an order and its payment to tell either about the other. */
export interface CheckoutState {
  readonly payment: CheckoutPayment | null;
  /** The order was cancelled, failed or expired. It may have been before its payment was even created. */
  readonly orderEndedUnpaid: boolean;
  /**
   * The payment is of an order that its merchant keeps: there is none here to tell, and nobody here
   * may close it. Left out where that is not so, as in states from before there were such payments.
   */
  readonly isMerchants?: true;
  /** A checkout leads the order and is told how it ends. Left out like the one above. */
  readonly isPurchase?: true;
}

export interface CheckoutPayment {
  readonly payNo: string;
  /** Succeeded, failed or closed: there is nothing left to close. */
  readonly ended: boolean;
}

export const initialCheckout: CheckoutState = { payment: null, orderEndedUnpaid: false };
