import { Deal } from '../deal.ts';
import type { Story, Told } from '../story.ts';
import { begin, endOrNever, soonAfter, unpaidEnds } from './parts.ts';

/** open-mercato#1311, new-api#4353: a forged callback paid the order. */
const paidByNothing: Story = {
  name: 'the order is paid, and nothing shows the payment',
  plants: ['L', 'B'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const { deal } = begin(pen);
    const paid = deal.orderPaid(random.chance(0.3) ? { payNo: 'PAYforged' } : {});
    const data = paid.payload?.data;
    const isForged = hasPayNo(data) && data.payNo !== deal.payNo;
    const l = { rule: 'L', by: paid, severity: 'CRITICAL' } as const;
    const how = random.pick(['never', 'late', 'fails'] as const);
    if (how === 'never') {
      pen.plant(l);
      return;
    }
    pen.goAround(l);
    if (how === 'fails') {
      const failed = deal.failed();
      pen.plant({ ...l, endedBy: failed, over: 'B' });
      pen.plant({ rule: 'B', by: failed, severity: 'CRITICAL' });
      return;
    }
    const success = deal.succeeded();
    // That of another payment shows nothing of the one that the order names.
    pen.plant(isForged ? l : { ...l, endedBy: success });
  },
};

const hasPayNo = (data: unknown): data is { readonly payNo: unknown } =>
  typeof data === 'object' && data !== null && 'payNo' in data;

/** hyperswitch#13180, lago#1223; of a merchant's payment, so that no order has a say. */
const openBeyondItsTime: Story = {
  name: 'a payment is open beyond its time',
  plants: ['M'],
  waitsFor: ['M'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const deal = new Deal(pen, { isMerchants: true, isLed: true });
    const expireAt = pen.nowMs + 1_000 + random.int(10_000);
    const by = deal.created({ expireAt });
    soonAfter(pen);
    if (random.chance(0.5)) deal.processing();
    const plant = { rule: 'M', by, severity: 'WARNING', sinceMs: expireAt } as const;
    if (random.chance(0.3)) {
      // What becomes unknown after its time is stuck since then.
      pen.goTo(expireAt + 1 + random.int(2_000));
      deal.unknown();
    }
    endOrNever(pen, plant, anyEnd(deal));
  },
};

const unknownTooLong: Story = {
  name: 'nobody knows of a payment whether its gateway has it',
  plants: ['M'],
  waitsFor: ['M/unknownGraceMs'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const deal = new Deal(pen, { isMerchants: true, isLed: true });
    deal.created();
    pen.wait(5, 5_000);
    const by = deal.unknown();
    const graceMs = pen.inForce.graceMs('M/unknownGraceMs');
    if (random.chance(0.5)) {
      pen.wait(5, 3_000);
      deal.unknown();
    }
    endOrNever(pen, { rule: 'M', by, severity: 'WARNING', graceMs }, anyEnd(deal));
  },
};

const anyEnd = (deal: Deal) => (): Told =>
  deal.pen.random.pick([() => deal.succeeded(), () => deal.failed(), () => deal.closed()])();

/** Looks like M: nobody can be asked about what people serve by hand. */
const servedByHand: Story = {
  name: 'a payment that people serve by hand is open beyond its time',
  plants: [],
  about: 'order',
  tell(pen) {
    const deal = new Deal(pen, { isMerchants: true, isLed: false });
    deal.created({ expireAt: pen.nowMs + 1_000 });
    pen.wait(5, 1_000);
    deal.processing();
  },
};

/** jeepay, woocommerce-gateway-stripe#5759 */
const stillPayable: Story = {
  name: 'the order ended unpaid, and its payment is still payable',
  plants: ['P'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const { deal } = begin(pen, { isLed: random.chance(0.8) });
    const ended = deal.orderEnded(random.pick(unpaidEnds));
    const plant = { rule: 'P', by: ended, severity: 'WARNING' } as const;
    let closed: Told | undefined;
    if (random.chance(0.7)) {
      pen.goAround(plant);
      closed = random.chance(0.5) ? deal.closed() : deal.failed();
    }
    // Of one that is served by hand nobody can be asked.
    if (!deal.isLed) return;
    pen.plant(closed === undefined ? plant : { ...plant, endedBy: closed });
  },
};

const waitsInVain: Story = {
  name: 'the payment ended unpaid, and its order still waits',
  plants: ['P', 'B'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const { deal } = begin(pen);
    const isFailed = random.chance(0.5);
    const by = isFailed ? deal.failed() : deal.closed();
    const plant = { rule: 'P', by, severity: 'WARNING' } as const;
    if (random.chance(0.3)) {
      pen.plant(plant);
      return;
    }
    pen.goAround(plant);
    if (isFailed && random.chance(0.4)) {
      const paid = deal.orderPaid();
      pen.plant({ ...plant, endedBy: paid, over: 'B' });
      pen.plant({ rule: 'B', by: paid, severity: 'CRITICAL' });
      return;
    }
    pen.plant({ ...plant, endedBy: deal.orderEnded(random.pick(unpaidEnds)) });
  },
};

/** saleor#14733, shopper#658 */
const noSuchOrder: Story = {
  name: 'a payment succeeded and there is no such order',
  plants: ['K'],
  about: 'order',
  tell(pen) {
    const { random } = pen;
    const isMerchants = random.chance(0.2);
    const deal = new Deal(pen, { isMerchants, isLed: random.chance(0.5) });
    deal.created();
    soonAfter(pen);
    const by = deal.succeeded();
    // A merchant's order is not here.
    if (isMerchants) return;
    const graceMs = pen.inForce.graceMs('K/orderGraceMs');
    const plant = { rule: 'K', by, severity: 'CRITICAL', graceMs } as const;
    if (random.chance(0.4)) {
      pen.plant(plant);
      return;
    }
    pen.goAround(plant);
    pen.plant({ ...plant, endedBy: deal.orderCreated() });
    soonAfter(pen);
    deal.orderPaid();
  },
};

export const endingStories: readonly Story[] = [
  paidByNothing,
  openBeyondItsTime,
  unknownTooLong,
  servedByHand,
  stillPayable,
  waitsInVain,
  noSuchOrder,
];
