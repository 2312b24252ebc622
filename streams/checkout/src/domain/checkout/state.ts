/** What has to be known of an order and its payment to tell either about the other. */
export interface CheckoutState {
  readonly payment: CheckoutPayment | null;
  /** The order was cancelled or expired. It may have been before its payment was even created. */
  readonly orderEndedUnpaid: boolean;
}

export interface CheckoutPayment {
  readonly payNo: string;
  /** Succeeded, failed or closed: there is nothing left to close. */
  readonly ended: boolean;
}

export const initialCheckout: CheckoutState = { payment: null, orderEndedUnpaid: false };
