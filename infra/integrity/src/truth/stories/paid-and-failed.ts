import type { Story } from '../story.ts';
import { begin, noise, pay, soonAfter } from './parts.ts';

/** The order is PAID, and the payment fails. */
const failsAfterPaid: Story = {
  name: 'the payment fails after its order is paid',
  plants: ['B'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    pay(deal);
    pen.wait(10, 20_000);
    const failed = deal.failed();
    pen.plant({ rule: 'B', by: failed, severity: 'CRITICAL' });
  },
};

/** A believed report says that it failed, and perhaps a later one that it did not. */
const reportedFailed: Story = {
  name: 'a report says that a paid order was not paid',
  plants: ['B'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const { random } = pen;
    pay(deal);
    for (let times = 1 + random.int(2); times > 0; times -= 1) {
      pen.wait(5, 10_000);
      const said = deal.contradicted('FAILED', random.pick(['CALLBACK', 'QUERY']));
      // Said again it is the same.
      if (random.chance(0.3)) {
        pen.wait(5, 1_000);
        deal.contradicted('FAILED', 'CALLBACK');
      }
      if (times === 1 && random.chance(0.5)) {
        pen.plant({ rule: 'B', by: said, severity: 'CRITICAL' });
        return;
      }
      pen.wait(1, 10_000);
      const agreed = deal.confirmed('SUCCESS', random.pick(['CALLBACK', 'QUERY']));
      pen.plant({ rule: 'B', by: said, severity: 'CRITICAL', endedBy: agreed });
    }
  },
};

/** The report comes before the order is paid: with that event it is B, and until then the two disagree. */
const reportedBeforePaid: Story = {
  name: 'a report says that the money failed before the order is paid',
  plants: ['A', 'B', 'N'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    const success = deal.succeeded();
    soonAfter(pen);
    const said = deal.contradicted('FAILED', 'CALLBACK');
    const late = { rule: 'A', by: success, severity: 'WARNING' } as const;
    pen.goAround(late);
    const paid = deal.orderPaid();
    pen.plant({ ...late, endedBy: paid });
    pen.plant({ rule: 'N', by: said, severity: 'WARNING', endedBy: paid, over: 'B' });
    pen.plant({ rule: 'B', by: paid, severity: 'CRITICAL' });
  },
};

/** Looks like B: the report that says otherwise is of a payment that nobody believes paid. */
const failedAndUnpaid: Story = {
  name: 'the payment failed and its order ended, and both say so',
  plants: [],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    deal.failed();
    soonAfter(pen);
    deal.orderEnded('OrderFailed');
    pen.wait(5, 5_000);
    noise(deal);
  },
};

/** Looks like A and B: everything is as it should be. */
const paidInTime: Story = {
  name: 'an order is paid',
  plants: [],
  about: 'order',
  tell(pen) {
    const isPurchase = pen.random.chance(0.4);
    const { deal } = begin(pen, { isPurchase });
    pen.wait(1, 2_000);
    pay(deal);
    soonAfter(pen);
    if (isPurchase) deal.checkout('CheckoutCompleted');
    pen.wait(5, 5_000);
    noise(deal);
  },
};

/** Looks like C: nothing was ever paid. */
const endsUnpaid: Story = {
  name: 'an order ends unpaid, and its payment is closed',
  plants: [],
  about: 'order',
  tell(pen) {
    const isPurchase = pen.random.chance(0.4);
    const { deal } = begin(pen, { isPurchase });
    pen.wait(1, 2_000);
    const isClosedFirst = pen.random.chance(0.5);
    if (isClosedFirst) deal.closed();
    soonAfter(pen);
    deal.orderEnded(pen.random.pick(['OrderExpired', 'OrderCancelled']));
    soonAfter(pen);
    if (isPurchase) deal.checkout('CheckoutCompensated');
    if (!isClosedFirst) deal.closed();
  },
};

export const paidAndFailedStories: readonly Story[] = [
  failsAfterPaid,
  reportedFailed,
  reportedBeforePaid,
  failedAndUnpaid,
  paidInTime,
  endsUnpaid,
];
