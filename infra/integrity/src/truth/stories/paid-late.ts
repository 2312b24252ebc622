import { Deal } from '../deal.ts';
import type { Story } from '../story.ts';
import { begin, noise, soonAfter, unpaidEnds } from './parts.ts';

/**
 * Money came, and its order shows it late, never, or ends unpaid: medusa#13301, saleor#10925. An
 * order that shows it within the grace is the look-alike.
 */
const shownLate: Story = {
  name: 'the order shows late that it is paid',
  plants: ['A'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const success = deal.succeeded();
    const plant = { rule: 'A', by: success, severity: 'WARNING' } as const;
    pen.goAround(plant);
    pen.plant({ ...plant, endedBy: deal.orderPaid() });
  },
};

const neverShown: Story = {
  name: 'the order never shows that it is paid',
  plants: ['A'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const success = deal.succeeded();
    if (pen.random.chance(0.3)) {
      pen.wait(10, 5_000);
      noise(deal);
    }
    pen.plant({ rule: 'A', by: success, severity: 'WARNING' });
  },
};

/** It begins with the later of the two. */
const orderReadLast: Story = {
  name: 'the payment is read before its order, which never shows it',
  plants: ['A'],
  about: 'order',
  tell(pen) {
    const deal = new Deal(pen);
    deal.created();
    soonAfter(pen);
    deal.succeeded();
    soonAfter(pen);
    const created = deal.orderCreated();
    pen.plant({ rule: 'A', by: created, severity: 'WARNING' });
    soonAfter(pen);
    deal.awaiting();
  },
};

/** The buyer's money is held for nothing: A if it stood, and C in its place. */
const endsThoughPaid: Story = {
  name: 'the order ends unpaid after the money came',
  plants: ['A', 'C'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const success = deal.succeeded();
    const plant = { rule: 'A', by: success, severity: 'WARNING' } as const;
    pen.goAround(plant);
    const ended = deal.orderEnded(pen.random.pick(unpaidEnds));
    pen.plant({ ...plant, endedBy: ended, over: 'C' });
    pen.plant({ rule: 'C', by: ended, severity: 'CRITICAL' });
  },
};

/** woocommerce-gateway-stripe#5703, ruoyi-vue-pro#1152 */
const paidAfterEnd: Story = {
  name: 'money comes after the order ended unpaid',
  plants: ['C', 'P'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const ended = deal.orderEnded(pen.random.pick(unpaidEnds));
    const plant = { rule: 'P', by: ended, severity: 'WARNING' } as const;
    pen.goAround(plant);
    const success = deal.succeeded();
    // Until then it could still be paid, and somebody could be asked about it.
    if (deal.isLed) pen.plant({ ...plant, endedBy: success, over: 'C' });
    pen.plant({ rule: 'C', by: success, severity: 'CRITICAL' });
  },
};

/** The payment was over, too, and a believed report says that money came all the same. */
const reportedAfterEnd: Story = {
  name: 'a report says that money came for what had ended',
  plants: ['C'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const { random } = pen;
    const isClosed = random.chance(0.5);
    if (isClosed) deal.closed();
    else deal.failed();
    soonAfter(pen);
    deal.orderEnded(random.pick(unpaidEnds));
    pen.wait(10, 10_000);
    const late = deal.contradicted('SUCCESS', random.pick(['CALLBACK', 'QUERY']));
    if (random.chance(0.5)) {
      pen.plant({ rule: 'C', by: late, severity: 'CRITICAL' });
      return;
    }
    pen.wait(1, 10_000);
    const agreed = deal.confirmed(isClosed ? 'CLOSED' : 'FAILED', 'QUERY');
    pen.plant({ rule: 'C', by: late, severity: 'CRITICAL', endedBy: agreed });
  },
};

export const paidLateStories: readonly Story[] = [
  shownLate,
  neverShown,
  orderReadLast,
  endsThoughPaid,
  paidAfterEnd,
  reportedAfterEnd,
];
