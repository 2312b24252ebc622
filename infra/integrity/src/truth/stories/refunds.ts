import type { Deal } from '../deal.ts';
import type { Pen, Story, Told } from '../story.ts';
import { beginMerchants, endOrNever, soonAfter } from './parts.ts';

/** A merchant's payment; paid, unless said otherwise. */
function payment(pen: Pen, isPaid = true): Deal {
  const deal = beginMerchants(pen);
  deal.processing();
  soonAfter(pen);
  if (isPaid) deal.succeeded();
  pen.wait(5, 5_000);
  return deal;
}

/** hyperswitch#13182: two refunds at once. */
const tooMuch: Story = {
  name: 'more is given back than was captured',
  plants: ['H'],
  about: 'order',
  tell(pen) {
    const deal = payment(pen);
    deal.refundRequested('r1', deal.amountMinor);
    soonAfter(pen);
    deal.refundSucceeded('r1', deal.amountMinor);
    soonAfter(pen);
    const by = deal.refundRequested('r2', 1n);
    const plant = { rule: 'H', by, severity: 'CRITICAL' } as const;
    soonAfter(pen);
    const isRefused = pen.random.chance(0.5);
    const end = isRefused ? deal.refundFailed('r2') : deal.refundSucceeded('r2', 1n);
    pen.plant(isRefused ? { ...plant, endedBy: end } : plant);
  },
};

const tooMuchThere: Story = {
  name: 'the gateway says that more went back than was captured',
  plants: ['H', 'J'],
  about: 'order',
  waitsFor: ['J'],
  tell(pen) {
    const deal = payment(pen);
    const { amountMinor } = deal;
    let part: Told | undefined;
    if (pen.random.chance(0.5)) {
      part = deal.answered({ result: 'PAID', refundedMinor: amountMinor / 2n }, 'SUCCESS');
      pen.goAround({ rule: 'J', by: part });
    }
    const by = deal.answered({ result: 'PAID', refundedMinor: amountMinor + 1n }, 'SUCCESS');
    pen.plant({ rule: 'H', by, severity: 'CRITICAL' });
    if (part !== undefined)
      pen.plant({ rule: 'J', by: part, severity: 'WARNING', endedBy: by, over: 'H' });
  },
};

/** jeepay */
const ofNothing: Story = {
  name: 'a refund of what nobody paid',
  plants: ['I'],
  about: 'order',
  tell(pen) {
    const deal = payment(pen, false);
    const how = pen.random.pick(['refused', 'done', 'there', 'paid'] as const);
    const by =
      how === 'there'
        ? deal.answered({ result: 'PENDING', refundedMinor: 1n }, 'PAYING')
        : deal.refundRequested('r1', 1n);
    const plant = { rule: 'I', by, severity: 'CRITICAL' } as const;
    pen.wait(2, 2_000);
    if (how === 'there') pen.plant(plant);
    else if (how === 'refused') pen.plant({ ...plant, endedBy: deal.refundFailed('r1') });
    else if (how === 'done') {
      deal.refundSucceeded('r1', 1n);
      pen.plant(plant);
    } else {
      pen.plant({ ...plant, endedBy: deal.succeeded() });
      deal.refundSucceeded('r1', 1n);
    }
  },
};

const stuckAsked: Story = {
  name: 'a refund is asked for and not taken',
  plants: ['J'],
  about: 'order',
  waitsFor: ['J'],
  tell(pen) {
    const { random } = pen;
    const deal = payment(pen);
    const by = deal.refundRequested('r1', 1n);
    const plant = { rule: 'J', by, severity: 'WARNING' } as const;
    // Unknown again and again is stuck, too.
    for (let times = random.int(3); times > 0; times -= 1) {
      pen.wait(2, 2_000);
      deal.refundUnknown('r1');
    }
    endOrNever(pen, plant, anyEnd(deal));
  },
};

const stuckTaken: Story = {
  name: 'a refund is taken by the gateway and does not end',
  plants: ['J'],
  about: 'order',
  waitsFor: ['J', 'J/processingGraceMs'],
  tell(pen) {
    const deal = payment(pen);
    deal.refundRequested('r1', 1n);
    soonAfter(pen);
    const by = deal.refundProcessing('r1');
    const graceMs = pen.inForce.graceMs('J/processingGraceMs');
    const plant = { rule: 'J', by, severity: 'WARNING', graceMs } as const;
    endOrNever(pen, plant, anyEnd(deal));
  },
};

const anyEnd = (deal: Deal) => (): Told =>
  deal.pen.random.pick([() => deal.refundSucceeded('r1', 1n), () => deal.refundFailed('r1')])();

const elsewhere: Story = {
  name: 'a refund is done at the gateway only',
  plants: ['J'],
  about: 'order',
  waitsFor: ['J'],
  tell(pen) {
    const deal = payment(pen);
    const by = deal.answered({ result: 'PAID', refundedMinor: 50n }, 'SUCCESS');
    const plant = { rule: 'J', by, severity: 'WARNING' } as const;
    if (pen.random.chance(0.4)) {
      pen.plant(plant);
      return;
    }
    pen.goAround(plant);
    pen.plant({ ...plant, endedBy: deal.refundRequested('r1', 50n) });
    soonAfter(pen);
    deal.refundSucceeded('r1', 50n);
  },
};

/** Looks like H and J: in parts, up to the last of it, and the gateway says the same. */
const inParts: Story = {
  name: 'everything is given back in parts',
  plants: [],
  about: 'order',
  tell(pen) {
    const deal = payment(pen);
    const { amountMinor } = deal;
    const parts = [50n, amountMinor - 50n];
    let done = 0n;
    for (const [index, part] of parts.entries()) {
      deal.refundRequested(`r${index}`, part);
      soonAfter(pen);
      if (pen.random.chance(0.5)) deal.refundProcessing(`r${index}`);
      soonAfter(pen);
      deal.refundSucceeded(`r${index}`, part);
      done += part;
      soonAfter(pen);
      deal.answered({ result: 'PAID', refundedMinor: done }, 'SUCCESS');
      soonAfter(pen);
    }
  },
};

/**
 * Looks like H where it ends well: the second transaction goes back by its number, and the first may as
 * well. What is given back beyond that is of one of the two, and H, though it is less than both took.
 */
const secondGoesBack: Story = {
  name: 'what a second transaction took is given back by its number',
  plants: ['G', 'H'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const deal = payment(pen);
    const { amountMinor } = deal;
    // Not one of those that facts beside a story name: it would be the same fact.
    const second = 'T-second';
    const named = deal.mismatched({ source: 'QUERY', field: 'TRANSACTION', found: second });
    const isG = pen.inForce.isOn('G');
    pen.plant({ rule: isG ? 'G' : 'V', by: named, severity: 'CRITICAL' });
    soonAfter(pen);
    deal.refundRequested('r1', amountMinor, second);
    soonAfter(pen);
    let backMinor = amountMinor;
    // The gateway has done it before it says that it has.
    if (random.chance(0.5)) deal.answered({ result: 'PAID', refundedMinor: backMinor }, 'SUCCESS');
    soonAfter(pen);
    deal.refundSucceeded('r1', amountMinor, second);
    soonAfter(pen);
    if (random.chance(0.5)) {
      deal.refundRequested('r2', amountMinor);
      soonAfter(pen);
      deal.refundSucceeded('r2', amountMinor);
      backMinor += amountMinor;
      soonAfter(pen);
      if (random.chance(0.5))
        deal.answered({ result: 'PAID', refundedMinor: backMinor }, 'SUCCESS');
      soonAfter(pen);
    }
    if (random.chance(0.5)) return;
    const ofSecond = random.chance(0.5) ? second : null;
    const isFull = ofSecond === second || backMinor > amountMinor;
    const by = deal.refundRequested('r3', isFull ? 1n : amountMinor + 1n, ofSecond);
    pen.plant({ rule: 'H', by, severity: 'CRITICAL', endedBy: failed(deal, 'r3') });
  },
};

function failed(deal: Deal, refundId: string): Told {
  soonAfter(deal.pen);
  return deal.refundFailed(refundId);
}

export const refundStories: readonly Story[] = [
  tooMuch,
  tooMuchThere,
  ofNothing,
  stuckAsked,
  stuckTaken,
  elsewhere,
  inParts,
  secondGoesBack,
];
