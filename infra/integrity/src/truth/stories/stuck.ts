import { Deal } from '../deal.ts';
import type { Story } from '../story.ts';
import { begin, endOrNever, soonAfter, unpaidEnds } from './parts.ts';

/** Goods or money stay put aside: mollie/WooCommerce#1252. */
const neverAwaits: Story = {
  name: 'a checkout does not get to the payment',
  plants: ['R'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const deal = new Deal(pen, { isPurchase: true });
    const created = deal.orderCreated();
    const plant = { rule: 'R', by: created, severity: 'WARNING' } as const;
    if (random.chance(0.5)) {
      soonAfter(pen);
      deal.checkout('CheckoutStockRequested');
    }
    if (random.chance(0.3)) {
      pen.plant(plant);
      return;
    }
    pen.goAround(plant);
    const how = random.pick(['awaits', 'ends', 'compensated'] as const);
    const next =
      how === 'awaits'
        ? deal.awaiting()
        : how === 'ends'
          ? deal.orderEnded('OrderCancelled')
          : deal.checkout('CheckoutCompensated');
    pen.plant({ ...plant, endedBy: next });
    // Its end is another thing to do, in a time of its own.
    if (how !== 'ends') return;
    soonAfter(pen);
    deal.checkout('CheckoutCompensated');
  },
};

const neverEnds: Story = {
  name: 'the order ended, and its checkout does not',
  plants: ['R'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const { deal } = begin(pen, { isPurchase: true });
    const isPaid = random.chance(0.5);
    if (isPaid) deal.succeeded();
    else deal.closed();
    soonAfter(pen);
    const ended = isPaid ? deal.orderPaid() : deal.orderEnded(random.pick(unpaidEnds));
    if (random.chance(0.3)) {
      pen.wait(5, 5_000);
      deal.checkout('CheckoutStockRequested');
    }
    endOrNever(pen, { rule: 'R', by: ended, severity: 'WARNING' }, () =>
      deal.checkout(isPaid ? 'CheckoutCompleted' : 'CheckoutCompensated'),
    );
  },
};

export const stuckStories: readonly Story[] = [neverAwaits, neverEnds];
