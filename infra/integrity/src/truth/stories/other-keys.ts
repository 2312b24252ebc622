import { topics } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { Pen, Severity, Story, Told } from '../story.ts';

const kinds = ['FAILING', 'EXHAUSTED', 'GONE', 'OVERDUE'] as const;
const severityOfKind = {
  ...{ FAILING: 'WARNING', EXHAUSTED: 'CRITICAL', GONE: 'WARNING', OVERDUE: 'CRITICAL' },
} as const satisfies Record<(typeof kinds)[number], Severity>;

/** hyperswitch#9278 */
const notTold: Story = {
  name: 'an endpoint takes no notifications',
  plants: ['U'],
  about: 'endpoint',
  tell(pen) {
    const { tenant, orderNo: endpointId } = splitRoutingKey(pen.key);
    const topic = topics.endpointsEvents.name;
    const open = [...kinds].slice(0, 1 + pen.random.int(kinds.length)).map((kind, index) => {
      pen.wait(2, 10_000);
      const incidentId = `i${index}`;
      const of = { endpointId, tenant, incidentId, kind };
      const opened = { since: pen.nowMs, notificationId: null, detail: 'it fails' };
      const by = pen.tell(topic, {
        type: 'EndpointIncidentOpened',
        data: { ...of, ...opened, openedAt: pen.nowMs },
      });
      return { of, by, severity: severityOfKind[kind] };
    });
    for (const { of, by, severity } of pen.random.shuffle(open)) {
      if (pen.random.chance(0.4)) {
        pen.plant({ rule: 'U', by, severity });
        continue;
      }
      pen.wait(1, 10_000);
      const endedBy = pen.tell(topic, {
        type: 'EndpointIncidentEnded',
        data: { ...of, reason: 'it answers', endedAt: pen.nowMs },
      });
      pen.plant({ rule: 'U', by, severity, endedBy });
    }
  },
};

/** Looks like U: the endpoint is paused and goes on, and says so. */
const paused: Story = {
  name: 'an endpoint is paused and resumed',
  plants: [],
  about: 'endpoint',
  tell(pen) {
    const { tenant, orderNo: endpointId } = splitRoutingKey(pen.key);
    const topic = topics.endpointsEvents.name;
    const pausedAt = pen.nowMs;
    pen.tell(topic, {
      type: 'EndpointPaused',
      data: { endpointId, tenant, reason: null, pausedAt },
    });
    pen.wait(5, 10_000);
    const resumedAt = pen.nowMs;
    pen.tell(topic, { type: 'EndpointResumed', data: { endpointId, tenant, resumedAt } });
  },
};

const reasons = ['NO_ORDER', 'SEVERAL_ORDERS', 'CHANNEL_UNKNOWN'] as const;

/** saleor#14733, shopper#658 */
const moneyOfNobody: Story = {
  name: 'money comes in on an account that is no order’s',
  plants: ['K', 'Z'],
  about: 'account',
  tell(pen) {
    const { random } = pen;
    for (let index = 0, count = 1 + random.int(4); index < count; index += 1) {
      const platformOrder = `wx${index}`;
      pen.wait(2, 5_000);
      const why = random.pick(reasons);
      const by = money(pen, platformOrder, why);
      const severity = why === 'SEVERAL_ORDERS' ? 'CRITICAL' : 'WARNING';
      if (random.chance(0.3)) {
        pen.wait(2, 3_000);
        plantOtherReports(pen, platformOrder);
      }
      if (random.chance(0.5)) {
        pen.plant({ rule: 'K', by, severity });
        continue;
      }
      pen.wait(1, 10_000);
      pen.plant({ rule: 'K', by, severity, endedBy: placed(pen, platformOrder) });
    }
  },
};

const account = (pen: Pen) => {
  const { tenant, orderNo } = splitRoutingKey(pen.key);
  const [pid = '', aid = ''] = orderNo.split('.');
  return { tenant, pid, aid };
};

const sum = { amountMinor: 1_000n, currency: 'CNY' } as const;
const where = { payway: 'wxpay', channel: 'wxpay1#1001', reportedBy: 'mc_1' } as const;

function money(pen: Pen, platformOrder: string, why: (typeof reasons)[number]): Told {
  const candidates = why === 'SEVERAL_ORDERS' ? ['A-1', 'B-1'] : [];
  return pen.tell(topics.receivingEvents.name, {
    type: 'MoneyUnmatched',
    data: {
      ...{ ...account(pen), ...where, ...sum, platformOrder, why, candidates },
      ...{ rawPayload: 'enc:v1:test:e30', receivedAt: pen.nowMs },
    },
  });
}

/** The same number again, as other money: once, however often it is said. */
function plantOtherReports(pen: Pen, platformOrder: string): void {
  const say = (): Told =>
    pen.tell(topics.receivingEvents.name, {
      type: 'MoneyReportContradicted',
      data: {
        ...{ ...account(pen), ...where, ...sum, platformOrder, amountMinor: 2_000n },
        reportedAt: pen.nowMs,
      },
    });
  pen.plant({ rule: 'Z', by: say(), severity: 'WARNING' });
  if (!pen.random.chance(0.3)) return;
  pen.wait(2, 1_000);
  say();
}

function placed(pen: Pen, platformOrder: string): Told {
  const topic = topics.receivingEvents.name;
  const of = { ...account(pen), platformOrder, ...sum };
  if (pen.random.chance(0.5)) {
    const data = { ...of, reason: 'a friend’s', setAsideAt: pen.nowMs };
    return pen.tell(topic, { type: 'MoneySetAside', data });
  }
  return pen.tell(topic, {
    type: 'MoneyMatched',
    data: {
      ...{ ...of, ...where, cid: '2', orderNo: 'H1', payNo: 'PAY1', reference: 'PAY1-1' },
      ...{ orderAmountMinor: 1_000n, toldMinor: 1_000n, kind: 'MANUAL', reason: 'shown' },
      ...{ rawPayload: null, receivedAt: 0, matchedAt: pen.nowMs },
    },
  });
}

const counts = {
  ...{ created: 12, succeeded: 0, failed: 3, closed: 4, unknown: 5, callbacks: 0, answers: 9 },
};

/** Stripe Ledger: expected events do not come. */
const silentChannel: Story = {
  name: 'payments of a channel do not succeed as usual',
  plants: ['W'],
  about: 'channel',
  waitsFor: ['W'],
  tell(pen) {
    const topic = topics.signalsEvents.name;
    const channel = splitRoutingKey(pen.key).orderNo.slice('channel.'.length);
    for (let times = 1 + pen.random.int(2); times > 0; times -= 1) {
      pen.wait(2, 10_000);
      const kind = pen.random.pick(['SILENT', 'COLLAPSED'] as const);
      const of = { channel, kind, since: pen.nowMs - 60_000, until: pen.nowMs, counts };
      const by = pen.tell(topic, {
        type: 'ChannelSilent',
        data: { ...of, expected: 20, usualPerMille: 950 },
      });
      const plant = { rule: 'W', by, severity: 'WARNING' } as const;
      if (times === 1 && pen.random.chance(0.4)) {
        pen.plant(plant);
        return;
      }
      pen.goAround(plant);
      const endedBy = pen.tell(topic, { type: 'ChannelSpeaks', data: of });
      pen.plant({ ...plant, endedBy });
    }
  },
};

export const otherKeyStories: readonly Story[] = [notTold, paused, moneyOfNobody, silentChannel];
