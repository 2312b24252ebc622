import { checkoutIsStuck } from './checkout-rules.ts';
import { lateSuccess, orderDoesNotShowPayment, paidOrderFailedPayment } from './contract-rules.ts';
import { orderPaidByNothing, orderStillPayable, paymentIsStuck } from './ending-rules.ts';
import { merchantIsNotTold } from './endpoint-rules.ts';
import { oneNumberForTwo, reportOfSomethingElse } from './payment-rules.ts';
import { moneyWithoutOrder } from './receiving-rules.ts';
import { refundIsStuck, refundOfNothing, refundsExceedCapture } from './refund-rules.ts';
import type { Rule, RuleId } from './rule.ts';
import { amountDiffers, currencyDiffers } from './sum-rules.ts';

/** In the order of ALERTS.md. */
export const rules: readonly Rule[] = [
  orderDoesNotShowPayment,
  paidOrderFailedPayment,
  lateSuccess,
  amountDiffers,
  currencyDiffers,
  refundsExceedCapture,
  refundOfNothing,
  refundIsStuck,
  moneyWithoutOrder,
  orderPaidByNothing,
  paymentIsStuck,
  orderStillPayable,
  checkoutIsStuck,
  merchantIsNotTold,
  reportOfSomethingElse,
  oneNumberForTwo,
];

interface Successor {
  readonly by: RuleId;
  readonly reason: string;
}

const received: Successor = { by: 'C', reason: 'money came after the order had ended' };
const unpaid: Successor = { by: 'B', reason: 'the order is paid and the payment is not' };

/** Which rules take over when an alert's condition ends because something worse began, and why. */
export const supersededBy: Readonly<Partial<Record<RuleId, readonly Successor[]>>> = {
  A: [{ by: 'C', reason: 'the order ended unpaid' }],
  D: [{ by: 'D', reason: 'the money has moved' }],
  J: [{ by: 'H', reason: 'more goes back than was captured' }],
  L: [unpaid],
  P: [received, unpaid],
};
