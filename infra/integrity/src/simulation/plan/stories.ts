/** One thing that a client does for an order. */
export type Step =
  | { readonly do: 'create-order'; readonly times: number }
  /** An order that a checkout leads; what is bought, and by whom, is drawn. */
  | { readonly do: 'purchase'; readonly times: number; readonly pays: PaidBy }
  /** An operator has the checkout ask again. */
  | { readonly do: 'push-checkout' }
  | {
      readonly do: 'create-payment';
      readonly times: number;
      readonly channel: 'MOCK' | 'ALIPAY' | 'PERSONAL';
      /** At the gateway, which is asked; else by hand. */
      readonly isLed: boolean;
      /** What a merchant asks for that keeps the order itself; `null` for an order that is here. */
      readonly asked: string | null;
    }
  /** A part of what was paid, or all of it; which part is drawn. */
  | { readonly do: 'refund'; readonly times: number }
  /** The same, as a merchant asks: by the id of its payment order. */
  | { readonly do: 'refund-order'; readonly times: number }
  | { readonly do: 'cancel-order' }
  | { readonly do: 'close-payment' }
  | { readonly do: 'await-deadline' }
  | {
      readonly do: 'report';
      readonly status: 'SUCCESS' | 'FAILED';
      /** Reports of one letter share their callback id. */
      readonly letter: string;
      readonly times: number;
    };

export type PaidBy = 'gateway' | 'balance' | 'both' | 'nothing-offered';

export interface Story {
  readonly name: string;
  /** The order's deadline is short. */
  readonly expires: boolean;
  readonly steps: readonly Step[];
}

const order = (times = 1): Step => ({ do: 'create-order', times });
const payment = (times = 1, channel: 'MOCK' | 'ALIPAY' = 'MOCK'): Step => ({
  do: 'create-payment',
  ...{ times, channel, isLed: false, asked: null },
});
const ledPayment = (times = 1): Step => ({
  do: 'create-payment',
  ...{ times, channel: 'MOCK', isLed: true, asked: null },
});
const personalPayment = (times = 1): Step => ({
  do: 'create-payment',
  ...{ times, channel: 'PERSONAL', isLed: true, asked: null },
});
/** Under one number, each letter with other parameters. */
const merchantPayment = (asked: string, times = 1, { isLed = false } = {}): Step => ({
  do: 'create-payment',
  ...{ times, channel: 'MOCK', isLed, asked },
});
const refund = (times = 1): Step => ({ do: 'refund', times });
const refundOrder = (times = 1): Step => ({ do: 'refund-order', times });
const report = (status: 'SUCCESS' | 'FAILED', letter = 'a', times = 1): Step => ({
  do: 'report',
  ...{ status, letter, times },
});
const purchase = (pays: PaidBy, times = 1): Step => ({ do: 'purchase', times, pays });
const push: Step = { do: 'push-checkout' };
const deadline: Step = { do: 'await-deadline' };
const cancel: Step = { do: 'cancel-order' };
const close: Step = { do: 'close-payment' };

const story = (name: string, steps: readonly Step[], { expires = false } = {}): Story => ({
  ...{ name, steps, expires },
});
const expiring = { expires: true };

/** As the demo's, with what only a simulation can try. */
export const stories: readonly Story[] = [
  story('paid at once', [order(), payment(), report('SUCCESS')]),
  story('paid at once again', [order(), payment(), report('SUCCESS')]),
  story('everything repeated', [order(3), payment(2), report('SUCCESS', 'a', 3)]),
  story('declined', [order(), payment(), report('FAILED')]),
  story('declined, then paid', [order(), payment(), report('FAILED'), report('SUCCESS', 'b')]),
  story('contradicted', [order(), payment(), report('SUCCESS'), report('FAILED', 'b', 2)]),
  story('contradicted by the same id', [order(), payment(), report('SUCCESS'), report('FAILED')]),
  story('contradicted and healed', [
    ...[order(), payment(), report('SUCCESS'), report('FAILED', 'b'), report('SUCCESS', 'c')],
  ]),
  story('never paid', [order(), payment(), deadline], expiring),
  story('never opened', [order(), deadline], expiring),
  story('paid after the deadline', [order(), payment(), deadline, report('SUCCESS')], expiring),
  story('cancelled', [order(), cancel]),
  story('cancelled, then paid', [order(), payment(), cancel, report('SUCCESS')]),
  story('paid, then cancelled', [order(), payment(), report('SUCCESS'), cancel]),
  story('closed by hand', [order(), payment(1, 'ALIPAY'), close, cancel]),
  story('payment first', [payment(), order(), report('SUCCESS')]),
  story('payment of no order', [payment(), report('SUCCESS')]),
  story('report of no payment', [order(), report('SUCCESS')]),
  story('reported before its payment', [order(), report('SUCCESS', 'a', 2), payment()]),
  story('contradicted before its payment', [
    ...[order(), report('SUCCESS'), report('FAILED', 'b'), payment(2)],
  ]),
  story('at a gateway', [order(), ledPayment()]),
  story('at a gateway, repeated', [order(2), ledPayment(3)]),
  story('at a gateway, cancelled', [order(), ledPayment(), cancel]),
  story('at a gateway, closed by hand', [order(), ledPayment(), close]),
  story('at a gateway, after the deadline', [order(), ledPayment(), deadline], expiring),
  story('at a gateway, refunded', [order(), ledPayment(), deadline, refund(4)], expiring),
  story('at a gateway, refunded too early', [order(), ledPayment(), refund(3)]),
  story('at a gateway, of no order', [ledPayment()]),
  story('of a merchant', [merchantPayment('a', 2), report('SUCCESS')]),
  story('of a merchant, asked for otherwise', [
    ...[merchantPayment('a'), merchantPayment('b', 2), merchantPayment('c'), report('SUCCESS')],
  ]),
  story('of a merchant, at a gateway', [
    ...[merchantPayment('a', 1, { isLed: true }), merchantPayment('b', 1, { isLed: true })],
  ]),
  story(
    'of a merchant, refunded',
    [...[merchantPayment('a', 1, { isLed: true }), deadline, refundOrder(3)]],
    expiring,
  ),
  story('of a merchant, closed', [merchantPayment('a', 1, { isLed: true }), close]),
  story('purchase', [purchase('gateway')]),
  story('purchase, repeated', [purchase('both', 3)]),
  story('purchase from the balance', [purchase('balance')]),
  story('purchase from the balance, pushed', [purchase('balance'), push]),
  story('purchase, cancelled', [purchase('gateway'), cancel]),
  story('purchase from the balance, cancelled', [purchase('balance'), cancel]),
  story('purchase, after the deadline', [purchase('both'), deadline], expiring),
  story('purchase, pushed after the deadline', [purchase('gateway'), deadline, push], expiring),
  story('purchase by a channel that is not offered', [purchase('nothing-offered')]),
  story(
    'purchase that somebody else pays',
    [purchase('gateway'), payment(), report('SUCCESS')],
    expiring,
  ),
  story('cancelled before it was', [cancel, order(), payment(), report('FAILED')]),
];

/** What is paid into personal accounts; who pays, and what, is drawn by the world. */
export const personalStories: readonly Story[] = [
  story('into an account', [order(), personalPayment()]),
  story('into an account again', [order(), personalPayment()]),
  story('into an account, repeated', [order(2), personalPayment(2)]),
  story('into an account, of no order', [personalPayment()]),
  story('into an account, cancelled', [order(), personalPayment(), cancel]),
  story('into an account, closed by hand', [order(), personalPayment(), close]),
  story('into an account, after the deadline', [order(), personalPayment(), deadline], expiring),
];
