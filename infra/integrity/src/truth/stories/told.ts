import type { AttemptReport, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { Deal } from '../deal.ts';
import type { Story, Told } from '../story.ts';
import { soonAfter } from './parts.ts';

const report: AttemptReport = {
  ...{ outcome: 'DELIVERED', code: null, message: null, httpStatus: 200, retryAfterMs: null },
  ...{ startedAt: 0, durationMs: 1, dnsMs: null, connectMs: null, firstByteMs: 1 },
  ...{ requestBytes: 1, response: null, responseTruncated: false },
};

type Status = 'SUCCESS' | 'FAILED' | 'TIMEOUT';
const types = {
  ...{ SUCCESS: 'payment.succeeded', FAILED: 'payment.failed', TIMEOUT: 'payment.closed' },
} as const satisfies Record<Status, string>;

/** Endpoints of a merchant, and what is told them of a payment, in the order of its telling. */
class Merchant {
  readonly #deal: Deal;
  #sequence = 0n;

  constructor(deal: Deal) {
    this.#deal = deal;
  }

  /** There is something to tell; gives back what says that it was taken. */
  tell(endpointId: string, status: Status): () => Told {
    const { payNo: paymentId, orderNo, tenant, amountMinor, currency, pen } = this.#deal;
    this.#sequence += 1n;
    const sequence = this.#sequence;
    const notificationId = `n${sequence}`;
    const about = { type: types[status], sourceEventId: null, tenant, orderNo, paymentId } as const;
    const money = { amountMinor, currency, paymentMethod: 'MOCK', transactionId: null } as const;
    const rest = { refundId: null, occurredAt: pen.nowMs, data: null } as const;
    this.#say({
      type: 'NotificationCreated',
      data: {
        ...{ notificationId, endpointId, callbackUrl: null, sequence, inOrder: false },
        content: { ...about, ...money, ...rest, status },
        ...{ status: 'NOTIFYING', intervalsMs: [1_000], settingsVersion: 1 },
        ...{ createdAt: pen.nowMs, expireAt: pen.nowMs },
      },
    });
    return () => {
      const of = { notificationId, attempt: 1, report, deliveredAt: pen.nowMs };
      return this.#say({ type: 'NotificationDelivered', data: of });
    };
  }

  #say(event: NotificationsEvent): Told {
    return this.#deal.pen.tell(topics.notificationsEvents.name, event);
  }
}

const grace = 'U/correctionGraceMs';

/** hyperswitch#9278: the merchant goes on believing what is not true. */
const toldOtherwise: Story = {
  name: 'a merchant was told something else than is true',
  plants: ['U'],
  about: 'order',
  waitsFor: [grace],
  tell(pen) {
    const { random } = pen;
    // The order is the merchant's: of this one nothing else can be wrong.
    const deal = new Deal(pen, { isMerchants: true });
    const merchant = new Merchant(deal);
    const isMoney = random.chance(0.5);
    deal.created();
    soonAfter(pen);
    if (isMoney && random.chance(0.5)) deal.processing();
    if (!isMoney) deal.failed();
    soonAfter(pen);
    const taken = merchant.tell('ep_1', isMoney ? 'SUCCESS' : 'FAILED');
    pen.wait(2, 5_000);
    const first = taken();
    soonAfter(pen);
    // Of money that is not there it is wrong at once; of a failure, when there is money after all.
    const by = isMoney ? first : deal.succeeded();
    const severity = isMoney ? 'CRITICAL' : 'WARNING';
    const plant = { rule: 'U', by, severity, graceMs: pen.inForce.graceMs(grace) } as const;
    const isTwo = random.chance(0.3);
    const second = isTwo ? merchant.tell('ep_2', isMoney ? 'SUCCESS' : 'FAILED') : null;
    if (second !== null) {
      soonAfter(pen);
      second();
    }
    if (random.chance(0.3)) {
      pen.plant(plant);
      return;
    }
    pen.goAround(plant);
    if (isMoney && random.chance(0.4)) {
      // It was only too early.
      pen.plant({ ...plant, endedBy: deal.succeeded() });
      return;
    }
    const ends = isTwo ? ['ep_2', 'ep_1'] : ['ep_1'];
    const corrections = ends.map((endpoint) =>
      merchant.tell(endpoint, isMoney ? 'TIMEOUT' : 'SUCCESS'),
    );
    const told = corrections.map((correct) => correct());
    pen.plant({ ...plant, endedBy: told.at(-1) ?? by });
  },
};

/** Looks like it: each endpoint is told twice, and what comes late is stale. */
const toldRightly: Story = {
  name: 'a merchant was told rightly, and the first came last',
  plants: [],
  about: 'order',
  tell(pen) {
    const deal = new Deal(pen, { isMerchants: true });
    const merchant = new Merchant(deal);
    deal.created();
    soonAfter(pen);
    deal.failed();
    soonAfter(pen);
    const stale = merchant.tell('ep_1', 'FAILED');
    soonAfter(pen);
    deal.succeeded();
    soonAfter(pen);
    const right = merchant.tell('ep_1', 'SUCCESS');
    soonAfter(pen);
    right();
    pen.wait(2, 5_000);
    stale();
  },
};

export const toldStories: readonly Story[] = [toldOtherwise, toldRightly];
