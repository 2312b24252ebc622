import { checkoutIsStuck } from './checkout-rules.ts';
import { lateSuccess, orderDoesNotShowPayment, paidOrderFailedPayment } from './contract-rules.ts';
import { movesBackward, wordsDisagree } from './disagreement-rules.ts';
import { orderPaidByNothing, orderStillPayable, paymentIsStuck } from './ending-rules.ts';
import { merchantIsNotTold } from './endpoint-rules.ts';
import { oneNumberForTwo, reportOfSomethingElse } from './payment-rules.ts';
import { moneyWithoutOrder } from './receiving-rules.ts';
import { refundIsStuck, refundOfNothing, refundsExceedCapture } from './refund-rules.ts';
import type { Rule, RuleId } from './rule.ts';
import { channelIsSilent } from './silence-rules.ts';
import { amountDiffers, currencyDiffers, otherAmountTaken, paidTwice } from './sum-rules.ts';

/** In the order of ALERTS.md. */
export const rules: readonly Rule[] = [
  orderDoesNotShowPayment,
  paidOrderFailedPayment,
  lateSuccess,
  amountDiffers,
  currencyDiffers,
  otherAmountTaken,
  paidTwice,
  refundsExceedCapture,
  refundOfNothing,
  refundIsStuck,
  moneyWithoutOrder,
  orderPaidByNothing,
  paymentIsStuck,
  wordsDisagree,
  movesBackward,
  orderStillPayable,
  checkoutIsStuck,
  merchantIsNotTold,
  reportOfSomethingElse,
  channelIsSilent,
  oneNumberForTwo,
];

interface Successor {
  readonly by: RuleId;
  readonly reason: string;
}

const received: Successor = { by: 'C', reason: 'money came after the order had ended' };
const unpaid: Successor = { by: 'B', reason: 'the order is paid and the payment is not' };

const answered = 'the gateway says the same when it is asked';

/** Which rules take over when an alert's condition ends because something worse began, and why. */
export const supersededBy: Readonly<Partial<Record<RuleId, readonly Successor[]>>> = {
  A: [{ by: 'C', reason: 'the order ended unpaid' }],
  D: [{ by: 'D', reason: 'the money has moved' }],
  J: [{ by: 'H', reason: 'more goes back than was captured' }],
  L: [unpaid],
  N: [received, unpaid],
  P: [received, unpaid],
  V: [
    { by: 'E', reason: answered },
    { by: 'F', reason: answered },
    { by: 'G', reason: answered },
  ],
};
