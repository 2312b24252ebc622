import { topics } from '@plumbline/events';
import { Deal } from '../deal.ts';
import type { Story } from '../story.ts';
import { begin, soonAfter } from './parts.ts';

/** Events without what they need: an order, a payment or a checkout that never began. */
const withoutBeginning: Story = {
  name: 'events of what never began',
  plants: [],
  about: 'order',
  tell(pen) {
    const deal = new Deal(pen);
    const events = [
      () => deal.awaiting(),
      () => deal.orderPaid(),
      () => deal.orderEnded('OrderExpired'),
      () => deal.processing(),
      () => deal.succeeded(),
      () => deal.failed(),
      () => deal.contradicted('FAILED', 'CALLBACK'),
      () => deal.mismatched({ source: 'CALLBACK', field: 'AMOUNT', found: '1' }),
      () => deal.requestConflicted('f2'),
      () => deal.refundSucceeded('r1', 1n),
      () => deal.checkout('CheckoutCompleted'),
    ];
    for (const event of pen.random.shuffle(events).slice(0, 4)) {
      event();
      pen.wait(2, 5_000);
    }
  },
};

/** Bytes that nobody can read: what comes after them under the key waits until a person looks. */
const unreadable: Story = {
  name: 'an event that nobody can read, and what waits behind it',
  plants: [],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    pen.tell(topics.paymentsEvents.name, null);
    soonAfter(pen);
    deal.succeeded();
    soonAfter(pen);
    deal.mismatched({ source: 'CALLBACK', field: 'MERCHANT', found: 'm-other' });
  },
};

export const impossibleStories: readonly Story[] = [withoutBeginning, unreadable];
