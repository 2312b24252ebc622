import { Deal } from '../deal.ts';
import type { Pen, Story } from '../story.ts';
import { cancel, pay, soonAfter } from './parts.ts';

/** The order and its payment name another sum from the beginning. */
function tellCreated(
  pen: Pen,
  over: { readonly amountMinor?: bigint; readonly currency?: string },
) {
  const deal = new Deal(pen, { isLed: pen.random.chance(0.5) });
  const isCrossed = pen.random.chance(0.3);
  if (isCrossed) deal.created();
  else deal.orderCreated(over);
  soonAfter(pen);
  const second = isCrossed ? deal.orderCreated(over) : deal.created();
  soonAfter(pen);
  deal.awaiting();
  pen.wait(5, 5_000);
  return { deal, second };
}

/** Azuriom#284: paid 0.01 for 100.00. */
const amountDiffers: Story = {
  name: 'the order asks for another amount than its payment is over',
  plants: ['D'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const { deal, second } = tellCreated(pen, { amountMinor: random.pick([1n, 99_999_999n]) });
    const asked = { rule: 'D', by: second, severity: 'WARNING' } as const;
    const how = random.pick(['open', 'paid', 'closed'] as const);
    if (how === 'open') {
      pen.plant(asked);
    } else if (how === 'closed') {
      pen.plant({ ...asked, endedBy: cancel(deal) });
    } else {
      // Money has moved: that is another alert, in the place of the first.
      const success = pay(deal);
      pen.plant({ ...asked, endedBy: success, over: 'D' });
      pen.plant({ rule: 'D', by: success, severity: 'CRITICAL' });
    }
  },
};

const paidWithOther: Story = {
  name: 'the order says that it was paid with another amount or currency',
  plants: ['D', 'E'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const { deal } = tellCreated(pen, {});
    deal.succeeded();
    soonAfter(pen);
    const isAmount = random.chance(0.5);
    const paid = deal.orderPaid(isAmount ? { amountMinor: 1n } : { currency: 'XAF' });
    pen.plant({ rule: isAmount ? 'D' : 'E', by: paid, severity: 'CRITICAL' });
  },
};

/** hyperswitch `conflicted` */
const currencyDiffers: Story = {
  name: 'the order is of another currency than its payment',
  plants: ['E'],
  about: 'order',
  tell(pen) {
    const { deal, second } = tellCreated(pen, { currency: 'XAF' });
    const plant = { rule: 'E', by: second, severity: 'CRITICAL' } as const;
    if (pen.random.chance(0.5)) {
      pen.plant(plant);
      pay(deal);
      return;
    }
    pen.plant({ ...plant, endedBy: cancel(deal) });
  },
};

/** Looks like D: a part comes from the buyer's account, and only the rest by the payment. */
const partFromBalance: Story = {
  name: 'a part of the order is paid from the balance',
  plants: [],
  about: 'order',
  tell(pen) {
    const deal = new Deal(pen, { isPurchase: true });
    const balanceMinor = BigInt(1 + pen.random.int(10_000));
    deal.orderCreated({
      amountMinor: deal.amountMinor + balanceMinor,
      purchase: { buyer: 'u1', balanceMinor, channel: 'MOCK' },
    });
    soonAfter(pen);
    deal.created();
    soonAfter(pen);
    deal.awaiting();
    pen.wait(5, 2_000);
    pay(deal);
    soonAfter(pen);
    deal.checkout('CheckoutCompleted');
  },
};

export const sumStories: readonly Story[] = [
  amountDiffers,
  paidWithOther,
  currencyDiffers,
  partFromBalance,
];
