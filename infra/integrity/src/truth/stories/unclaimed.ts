import type { CallbackUnclaimed } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { Pen, Story, Told } from '../story.ts';

const topic = topics.callbacksEvents.name;

/** Callbacks of one number, as their follower tells of them. */
class Number {
  readonly #pen: Pen;
  readonly #payNo: string;
  #waiting = 0;

  constructor(pen: Pen) {
    this.#pen = pen;
    this.#payNo = splitRoutingKey(pen.key).orderNo.slice('payment.'.length);
  }

  came(saysPaid: boolean): Told {
    this.#waiting += 1;
    const callbackId = `callback-${this.#waiting}`;
    const of = { payNo: this.#payNo, callbackId, paymentEventId: `of-${callbackId}` };
    const data = { ...of, saysPaid, waiting: this.#waiting, ...this.#word(saysPaid) };
    return this.#pen.tell(topic, { type: 'CallbackUnclaimed', data });
  }

  created(): Told {
    const of = { payNo: this.#payNo, tenant: 'main', orderNo: 'L-1', paymentEventId: 'created' };
    return this.#pen.tell(topic, {
      type: 'CallbacksClaimed',
      data: { ...of, claimed: this.#waiting },
    });
  }

  /** A week is over: what waited is forgotten, and counted anew. */
  forgotten(): void {
    this.#waiting = 0;
  }

  /** Contract 1 signs neither a channel nor a sum, and a gateway names a sum where there is one. */
  #word(
    saysPaid: boolean,
  ): Pick<CallbackUnclaimed, 'channel' | 'gatewayTransactionId' | 'amountMinor' | 'currency'> {
    const { random } = this.#pen;
    if (random.chance(0.3))
      return { channel: null, gatewayTransactionId: null, amountMinor: null, currency: null };
    const sum = saysPaid
      ? { amountMinor: random.pick([1n, 1_990n]), currency: random.pick(['CNY', 'JPY']) }
      : { amountMinor: null, currency: null };
    return { channel: 'LAKALA', gatewayTransactionId: 'T-1', ...sum };
  }
}

const grace = 'K/callbackGraceMs';

/** saleor#14733: the gateway has the money, and says so, and the shop has made no payment for it. */
const paidAndUnknown: Story = {
  name: 'a gateway says paid of a payment that nobody created',
  plants: ['K'],
  about: 'number',
  waitsFor: [grace],
  tell(pen) {
    const { random } = pen;
    const number = new Number(pen);
    if (random.chance(0.3)) {
      number.came(false);
      pen.wait(2, 5_000);
      if (random.chance(0.3)) number.forgotten();
    }
    const by = number.came(true);
    const graceMs = pen.inForce.graceMs(grace);
    const plant = { rule: 'K', by, severity: 'CRITICAL', graceMs } as const;
    for (let more = random.int(3); more > 0; more -= 1) {
      pen.wait(2, 3_000);
      number.came(random.chance(0.7));
    }
    if (random.chance(0.3)) {
      pen.plant(plant);
      return;
    }
    pen.goAround(plant);
    const endedBy = number.created();
    pen.plant({ ...plant, endedBy });
  },
};

/** Looks like it: no money is spoken of, or the payment is there and all is told once more. */
const nothingPaid: Story = {
  name: 'callbacks of no payment that speak of no money',
  plants: [],
  about: 'number',
  tell(pen) {
    const { random } = pen;
    const number = new Number(pen);
    for (let count = 1 + random.int(3); count > 0; count -= 1) {
      number.came(false);
      pen.wait(2, 20_000);
    }
    if (random.chance(0.5)) return;
    number.created();
    pen.wait(2, 20_000);
    number.came(true);
  },
};

export const unclaimedStories: readonly Story[] = [paidAndUnknown, nothingPaid];
