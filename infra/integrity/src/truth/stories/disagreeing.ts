import type { Pen, Story, Told } from '../story.ts';
import { begin, beginMerchants, endOrNever, pay, soonAfter, unpaidEnds } from './parts.ts';

/** hyperswitch's forced sync; of a merchant's payment, whose order is not here. */
const reportAgainstStatus: Story = {
  name: 'a report says otherwise than a merchant’s payment stands',
  plants: ['N'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const deal = beginMerchants(pen);
    const isPaid = random.chance(0.5);
    if (isPaid) deal.succeeded();
    else deal.closed();
    pen.wait(5, 5_000);
    const by = deal.contradicted(isPaid ? 'FAILED' : 'SUCCESS', 'CALLBACK');
    const agree = (): Told => deal.confirmed(isPaid ? 'SUCCESS' : 'CLOSED', 'QUERY');
    endOrNever(pen, { rule: 'N', by, severity: 'WARNING' }, agree);
  },
};

const answerAgainstSuccess: Story = {
  name: 'the gateway knows nothing of a success when it is asked',
  plants: ['N'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const deal = beginMerchants(pen);
    deal.succeeded();
    pen.wait(5, 5_000);
    const result = random.pick(['PENDING', 'NOT_FOUND'] as const);
    const by = deal.answered({ result }, 'SUCCESS');
    if (random.chance(0.3)) {
      pen.wait(2, 1_000);
      deal.answered({ result }, 'SUCCESS');
    }
    const agree = (): Told =>
      random.chance(0.5)
        ? deal.answered({ result: 'PAID' }, 'SUCCESS')
        : deal.confirmed('SUCCESS', 'CALLBACK');
    endOrNever(pen, { rule: 'N', by, severity: 'WARNING' }, agree);
  },
};

/** mollie/WooCommerce#1252, NEARBuilders#209 */
const backwardAfterPaid: Story = {
  name: 'events that would leave what is paid',
  plants: ['O'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    pay(deal);
    tellBackward(pen, [
      () => deal.orderEnded(pen.random.pick(unpaidEnds)),
      () => deal.awaiting(),
      () => deal.orderCreated(),
      () => deal.processing(),
      () => deal.unknown(),
      () => deal.closed(),
      () => deal.created(),
    ]);
    // The same end again leaves nothing.
    soonAfter(pen);
    if (pen.random.chance(0.3)) deal.orderPaid();
    soonAfter(pen);
    if (pen.random.chance(0.3)) deal.succeeded();
  },
};

const backwardAfterEnd: Story = {
  name: 'events that would leave what ended unpaid',
  plants: ['O'],
  about: 'order',
  tell(pen) {
    const { deal } = begin(pen);
    deal.closed();
    soonAfter(pen);
    deal.orderEnded('OrderExpired');
    tellBackward(pen, [
      () => deal.orderEnded('OrderCancelled'),
      () => deal.awaiting(),
      () => deal.orderPaid(),
      () => deal.processing(),
      () => deal.failed(),
      () => deal.created(),
    ]);
  },
};

function tellBackward(pen: Pen, events: readonly (() => Told)[]): void {
  for (const event of pen.random.shuffle(events).slice(0, 1 + pen.random.int(3))) {
    pen.wait(2, 5_000);
    pen.plant({ rule: 'O', by: event(), severity: 'WARNING' });
  }
}

export const disagreeingStories: readonly Story[] = [
  reportAgainstStatus,
  answerAgainstSuccess,
  backwardAfterPaid,
  backwardAfterEnd,
];
