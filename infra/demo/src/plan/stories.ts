/** What happens to one order, in the order in which the driver makes it happen. */
export type Step =
  | { readonly do: 'place-order'; readonly times: number }
  | { readonly do: 'open-payment'; readonly times: number }
  | { readonly do: 'see-order'; readonly status: OrderStatus }
  | { readonly do: 'see-payment'; readonly status: 'PAYING' }
  | { readonly do: 'cancel-order' }
  /** Goes on only while the orders process is down. */
  | { readonly do: 'await-outage' }
  | {
      readonly do: 'report';
      readonly status: ReportedStatus;
      /** Reports of one letter share timestamp and nonce, which is what makes a repeat. */
      readonly letter: string;
      readonly times: number;
      readonly forged: boolean;
    };

export type OrderStatus =
  'PENDING' | 'WAITING_PAYMENT' | 'PAID' | 'FAILED' | 'EXPIRED' | 'CANCELLED';
export type ReportedStatus = 'SUCCESS' | 'FAILED';

export interface Story {
  readonly name: string;
  /** Of a thousand orders; at least one order tells it. */
  readonly perMille: number;
  /** Whether the order's deadline is short, because it is to expire. */
  readonly expires: boolean;
  readonly steps: readonly Step[];
}

const place: Step = { do: 'place-order', times: 1 };
const open: Step = { do: 'open-payment', times: 1 };
const see = (status: OrderStatus): Step => ({ do: 'see-order', status });
const report = (status: ReportedStatus, letter: string, times = 1): Step => ({
  do: 'report',
  ...{ status, letter, times },
  forged: false,
});

const story = (
  name: string,
  perMille: number,
  steps: readonly Step[],
  { expires = false } = {},
): Story => ({ name, perMille, expires, steps });

/** The one that all orders tell for which there is no other. */
export const paidAtOnce: Story = story('paid at once', 0, [place, open, report('SUCCESS', 'a')]);

const toExpire = { expires: true };

export const stories: readonly Story[] = [
  story('everything repeated', 80, [
    { do: 'place-order', times: 2 },
    { do: 'open-payment', times: 2 },
    report('SUCCESS', 'a', 3),
  ]),
  story('report lost', 40, [place, open, see('EXPIRED')], toExpire),
  story('forged report', 20, [place, open, forged('SUCCESS'), see('EXPIRED')], toExpire),
  story('paid after expiry', 40, [place, open, see('EXPIRED'), report('SUCCESS', 'a')], toExpire),
  story('declined', 40, [place, open, forged('SUCCESS'), report('FAILED', 'a'), see('FAILED')]),
  story('declined, then paid', 20, [
    ...[place, open, report('FAILED', 'a'), see('FAILED')],
    report('SUCCESS', 'b'),
  ]),
  story('decline overtakes success', 15, [
    place,
    open,
    report('FAILED', 'a'),
    report('SUCCESS', 'b'),
  ]),
  story('success overtakes decline', 15, [
    place,
    open,
    report('SUCCESS', 'a'),
    report('FAILED', 'b'),
  ]),
  story('contradicted', 25, [
    ...[place, open, report('SUCCESS', 'a'), see('PAID')],
    report('FAILED', 'b', 2),
  ]),
  story('contradicted by the same id', 10, [
    ...[place, open, report('SUCCESS', 'a'), see('PAID')],
    report('FAILED', 'a'),
  ]),
  story('contradicted and healed', 25, [
    ...[place, open, report('SUCCESS', 'a'), see('PAID')],
    ...[report('FAILED', 'b'), report('SUCCESS', 'c')],
  ]),
  story('cancelled', 20, [place, { do: 'cancel-order' }]),
  story('cancelled, then paid', 20, [
    ...[place, open, { do: 'see-payment', status: 'PAYING' } as const],
    ...[{ do: 'cancel-order' } as const, report('SUCCESS', 'a')],
  ]),
  story('paid in the outage', 50, [
    ...[place, open, see('WAITING_PAYMENT'), { do: 'await-outage' } as const],
    report('SUCCESS', 'a'),
  ]),
  story('placed in the outage', 25, [
    ...[{ do: 'await-outage' } as const, place, open],
    report('SUCCESS', 'a'),
  ]),
];

function forged(status: ReportedStatus): Step {
  return { do: 'report', status, letter: 'x', times: 1, forged: true };
}
