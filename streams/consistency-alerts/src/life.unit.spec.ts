import type { CommandOutcome, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LifeCommand } from './life/life.ts';
import { alertIdOf } from './stores.ts';
import {
  key,
  mismatched,
  orderAwaiting,
  orderCreated,
  orderExpired,
  orderPaid,
  paymentCreated,
  paymentSucceeded,
  reportConfirmed,
  reportedFailed,
} from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

const graceMs = 60_000;
const actor = 'operator:lin';
let driver: TestDriver;
let commands = 0;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
  commands = 0;
});

const order = (...events: readonly OrdersEvent[]): void => {
  for (const payload of events) driver.pipeInput({ topic: topics.ordersEvents.name, key, payload });
};
const payment = (...events: readonly PaymentsEvent[]): void => {
  for (const payload of events)
    driver.pipeInput({ topic: topics.paymentsEvents.name, key, payload });
};

/** The payment succeeded and the order does not show it. */
function unpaidOrder(): void {
  order(orderCreated, orderAwaiting);
  payment(paymentCreated, paymentSucceeded);
}

const outcomes = () =>
  driver
    .readOutput(topics.alertsOutcomes.name)
    .map(({ payload }) => payload.data as CommandOutcome);

/** Says it, and what was answered: the status of the alert, or why not. */
function say(
  type: LifeCommand['type'],
  alertId: string,
  { reason = 'because', id = `c${(commands += 1)}`, to = key, more = {} } = {},
): unknown {
  driver.pipeInput({
    topic: topics.alertsCommands.name,
    key: to,
    payload: { type, data: { ...figures(type), alertId, reason, ...more } },
    envelope: { id, actor },
  });
  const [outcome] = outcomes();
  if (outcome?.status === 'REJECTED') return outcome.code;
  const { status } = JSON.parse(outcome?.answer ?? '{}') as { status?: unknown };
  return outcome?.status === 'UNCHANGED' ? `still ${String(status)}` : status;
}

/** All that is at stake, and for good. */
function figures(type: LifeCommand['type']): object {
  if (type === 'WriteOffAlert') return { lossMinor: null, lossCurrency: null };
  return type === 'SuppressAlert' ? { until: null } : {};
}

const news = () => driver.readOutput(topics.alertsEvents.name);
const said = () =>
  news().map(({ payload: { type, data } }) =>
    'resolution' in data ? `${type} ${String(data.resolution)}` : type,
  );

/** An alert of rule A, raised; its id. */
function raisedA(): string {
  unpaidOrder();
  driver.advanceStreamTime(graceMs + 10);
  const [raised] = news();
  expect(raised?.payload.type).toBe('AlertRaised');
  return raised?.envelope.subject ?? '';
}

describe('what a person says of an alert', () => {
  it('is an event, with who said it, why and when, and its outcome', () => {
    const alertId = raisedA();
    expect(say('AcknowledgeAlert', alertId, { reason: 'I look' })).toBe('ACKNOWLEDGED');
    const atMs = driver.nowMs() - 1;
    expect(news()).toMatchObject([
      {
        key,
        envelope: { actor, subject: alertId, causationId: 'c1', aggregateVersion: 2n },
        payload: {
          type: 'AlertAcknowledged',
          data: {
            ...{ alertId, rule: 'A', tenant: 'main', orderNo: 'H1' },
            ...{ reason: 'I look', acknowledgedAt: atMs },
          },
        },
      },
    ]);
    expect(say('ResolveAlert', alertId, { reason: 'paid out' })).toBe('RESOLVED');
    expect(news()).toMatchObject([
      {
        envelope: { actor, aggregateVersion: 3n },
        payload: {
          type: 'AlertResolved',
          data: { resolution: 'RESOLVED', reason: 'paid out', supersededBy: null, evidence: [] },
        },
      },
    ]);
    expect(say('ReopenAlert', alertId)).toBe('OPEN');
    expect(said()).toEqual(['AlertReopened']);
    expect(say('ResolveAlert', alertId)).toBe('RESOLVED');
  });

  it('is kept through a restart', () => {
    const alertId = raisedA();
    say('ResolveAlert', alertId);
    driver.restart();
    expect(say('ResolveAlert', alertId)).toBe('still RESOLVED');
    order(orderPaid);
    expect(said()).toEqual(['AlertResolved RESOLVED']);
  });

  it('decides once, whatever came between, and is answered the same again', () => {
    const alertId = raisedA();
    say('ResolveAlert', alertId, { id: 'once' });
    say('ReopenAlert', alertId);
    news();
    expect(say('ResolveAlert', alertId, { id: 'once' })).toBe('RESOLVED');
    expect(news()).toEqual([]);
    expect(say('AcknowledgeAlert', alertId)).toBe('ACKNOWLEDGED');
    news();
    expect(say('ResolveAlert', alertId, { id: 'once', reason: 'other' })).toBe('COMMAND_ID_REUSED');
    expect(news()).toEqual([]);
  });

  it.each([
    ['acknowledged', ['AcknowledgeAlert'], 'AcknowledgeAlert', 'still ACKNOWLEDGED'],
    ['resolved', ['ResolveAlert'], 'ResolveAlert', 'still RESOLVED'],
    ['resolved', ['ResolveAlert'], 'AcknowledgeAlert', 'ALERT_ENDED'],
    ['open', [], 'ReopenAlert', 'ALERT_NOT_ENDED'],
    ['acknowledged', ['AcknowledgeAlert'], 'ReopenAlert', 'ALERT_NOT_ENDED'],
  ] as const)('changes nothing of one that is %s (%s, then %s)', (_is, before, type, answer) => {
    const alertId = raisedA();
    for (const each of before) say(each, alertId);
    news();
    expect(say(type, alertId)).toBe(answer);
    expect(news()).toEqual([]);
  });

  it.each([
    ['an alert that there is not', 'nothing', key],
    ['an order that there is not', 'nothing', 'main/H2'],
    ['a key of no order', 'nothing', 'PAY1'],
  ])('is refused of %s', (_what, alertId, to) => {
    raisedA();
    for (const type of types) {
      expect(say(type, alertId, { to })).toBe('ALERT_NOT_FOUND');
    }
    expect(news()).toEqual([]);
  });

  it('is refused of a finding whose grace still runs', () => {
    unpaidOrder();
    const [watched] = [...driver.store('watched').values()] as {
      watches: Record<string, { trigger: { eventId: string } }>;
    }[];
    const trigger = watched?.watches['A']?.trigger.eventId ?? '';
    expect(trigger).not.toBe('');
    expect(say('ResolveAlert', alertIdOf('A', key, trigger))).toBe('ALERT_NOT_FOUND');
  });
});

describe('an alert that is written off', () => {
  it('has its loss in the event, which is at most what is at stake', () => {
    const alertId = raisedA();
    const more = (lossMinor: bigint) => ({ more: { lossMinor, lossCurrency: 'CNY' } });
    expect(say('WriteOffAlert', alertId, more(9_991n))).toBe('LOSS_INVALID');
    expect(say('WriteOffAlert', alertId, more(9_990n))).toBe('WRITTEN_OFF');
    expect(news()).toMatchObject([
      {
        envelope: { actor },
        payload: {
          type: 'AlertResolved',
          data: { resolution: 'WRITTEN_OFF', lossMinor: 9_990n, lossCurrency: 'CNY' },
        },
      },
    ]);
  });

  it('loses the money of the payment where it had healed and was reopened', () => {
    const alertId = raisedA();
    order(orderPaid);
    say('ReopenAlert', alertId);
    news();
    expect(say('WriteOffAlert', alertId)).toBe('WRITTEN_OFF');
    expect(news()).toMatchObject([{ payload: { data: { lossMinor: 9_990n } } }]);
  });
});

describe('a suppressed alert', () => {
  const untilMs = () => driver.nowMs() + graceMs;

  /** Of rule A, suppressed for a grace. */
  function suppressedA(): string {
    const alertId = raisedA();
    const told = say('SuppressAlert', alertId, { more: { until: untilMs() } });
    expect([told, said()]).toEqual(['SUPPRESSED', ['AlertResolved SUPPRESSED']]);
    return alertId;
  }

  it('stands again by itself at its time, and heals then as any', () => {
    const alertId = suppressedA();
    driver.advanceStreamTime(graceMs / 2);
    expect(news()).toEqual([]);
    driver.restart();
    driver.advanceStreamTime(graceMs);
    expect(news()).toMatchObject([
      {
        envelope: { actor: 'system:consistency-alerts', subject: alertId },
        payload: { type: 'AlertReopened', data: { alertId, rule: 'A', orderNo: 'H1' } },
      },
    ]);
    order(orderPaid);
    expect(said()).toEqual(['AlertResolved AUTO_RESOLVED']);
  });

  it('heals in silence, and then stays so at its time', () => {
    const alertId = suppressedA();
    order(orderPaid);
    driver.advanceStreamTime(2 * graceMs);
    expect(news()).toEqual([]);
    expect(say('ReopenAlert', alertId)).toBe('OPEN');
  });

  it('never stands again by itself where it is for good, or was reopened meanwhile', () => {
    const alertId = raisedA();
    say('SuppressAlert', alertId);
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual(['AlertResolved SUPPRESSED']);
    say('ReopenAlert', alertId);
    say('SuppressAlert', alertId, { more: { until: untilMs() } });
    say('ReopenAlert', alertId);
    news();
    driver.advanceStreamTime(2 * graceMs);
    expect(news()).toEqual([]);
  });

  it('is put off from the last time that it was suppressed', () => {
    const alertId = suppressedA();
    say('ReopenAlert', alertId);
    say('SuppressAlert', alertId, { more: { until: driver.nowMs() + 10 * graceMs } });
    news();
    driver.advanceStreamTime(5 * graceMs);
    expect(news()).toEqual([]);
    driver.advanceStreamTime(6 * graceMs);
    expect(said()).toEqual(['AlertReopened']);
  });

  it('that a person had reopened after it healed stands again all the same', () => {
    const alertId = raisedA();
    order(orderPaid);
    say('ReopenAlert', alertId);
    say('SuppressAlert', alertId, { more: { until: untilMs() } });
    news();
    driver.advanceStreamTime(2 * graceMs);
    expect(said()).toEqual(['AlertReopened']);
  });
});

describe('the log and a person', () => {
  it('heal an acknowledged alert by the log', () => {
    const alertId = raisedA();
    say('AcknowledgeAlert', alertId);
    order(orderPaid);
    expect(said()).toEqual(['AlertAcknowledged', 'AlertResolved AUTO_RESOLVED']);
    expect(say('ResolveAlert', alertId)).toBe('ALERT_ENDED');
  });

  it('say nothing twice: what a person ended heals in silence', () => {
    const alertId = raisedA();
    say('ResolveAlert', alertId);
    news();
    order(orderPaid);
    expect(news()).toEqual([]);
    expect(say('AcknowledgeAlert', alertId)).toBe('ALERT_ENDED');
  });

  it('raise what comes again as another alert', () => {
    unpaidOrder();
    order(orderPaid);
    payment(reportedFailed);
    const [first] = news();
    const alertId = first?.envelope.subject ?? '';
    say('ResolveAlert', alertId);
    payment(reportConfirmed);
    payment(reportedFailed);
    expect(said()).toEqual(['AlertResolved RESOLVED', 'AlertRaised']);
  });

  it('leave standing what was reopened after it healed, until a person ends it', () => {
    const alertId = raisedA();
    order(orderPaid);
    expect(said()).toEqual(['AlertResolved AUTO_RESOLVED']);
    expect(say('ReopenAlert', alertId)).toBe('OPEN');
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual(['AlertReopened']);
    expect(say('AcknowledgeAlert', alertId)).toBe('ACKNOWLEDGED');
    expect(say('ResolveAlert', alertId)).toBe('RESOLVED');
  });

  it('heal what was reopened while it was still found', () => {
    const alertId = raisedA();
    say('ResolveAlert', alertId);
    say('ReopenAlert', alertId);
    order(orderPaid);
    expect(said().at(-1)).toBe('AlertResolved AUTO_RESOLVED');
  });

  it('never reopen what another alert took the place of', () => {
    const alertId = raisedA();
    order(orderExpired);
    expect(said()).toEqual(['AlertRaised', 'AlertResolved SUPERSEDED']);
    expect(say('ReopenAlert', alertId)).toBe('ALERT_SUPERSEDED');
    expect(say('AcknowledgeAlert', alertId)).toBe('ALERT_ENDED');
  });

  it('end what the log says for good, which nothing heals', () => {
    order(orderCreated);
    payment(paymentCreated, mismatched('amount', '1'));
    const [raised] = news();
    const alertId = raised?.envelope.subject ?? '';
    expect(say('ResolveAlert', alertId)).toBe('RESOLVED');
    payment(paymentSucceeded);
    expect(said().slice(1)).toEqual([]);
  });
});

const types = [
  ...(['AcknowledgeAlert', 'InvestigateAlert', 'ResolveAlert'] as const),
  ...(['WriteOffAlert', 'SuppressAlert', 'ReopenAlert'] as const),
];

const isOfOrder = (event: OrdersEvent | PaymentsEvent): event is OrdersEvent =>
  event.type.startsWith('Order');

it('any events and words in any order: each alert goes its way, in one chain of versions', async () => {
  const steps = [
    ...[orderAwaiting, orderPaid, orderExpired, paymentSucceeded, reportedFailed, reportConfirmed],
  ];
  const word = fc.record({
    word: fc.constantFrom(...types),
    which: fc.nat({ max: 3 }),
    forMs: fc.integer({ min: 1, max: 3 * graceMs }),
  });
  const doing = fc.oneof(
    fc.nat({ max: steps.length - 1 }).map((at) => ({ event: at })),
    word,
    fc.constant({ pass: true as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(doing, { maxLength: 30 }), async (doings) => {
      driver = await createTestDriver(consistencyAlerts);
      order(orderCreated);
      payment(paymentCreated);
      const alerts: string[] = [];
      const standing = new Map<string, string>();
      let version = 0n;
      const hear = () => {
        for (const { envelope, payload } of news()) {
          expect(envelope.aggregateVersion).toBe((version += 1n));
          const { subject: id } = envelope;
          const before = standing.get(id);
          const stands = ['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING'].includes(before ?? '');
          switch (payload.type) {
            case 'AlertRaised':
              expect(before).toBe(undefined);
              alerts.push(id);
              standing.set(id, 'OPEN');
              break;
            case 'AlertAcknowledged':
              expect(before).toBe('OPEN');
              standing.set(id, 'ACKNOWLEDGED');
              break;
            case 'AlertInvestigated':
              expect(['OPEN', 'ACKNOWLEDGED']).toContain(before);
              standing.set(id, 'INVESTIGATING');
              break;
            case 'AlertResolved':
              expect(stands).toBe(true);
              standing.set(id, (payload.data as { resolution: string }).resolution);
              break;
            case 'AlertReopened':
              expect(['RESOLVED', 'AUTO_RESOLVED', 'WRITTEN_OFF', 'SUPPRESSED']).toContain(before);
              if (envelope.actor !== actor) expect(before).toBe('SUPPRESSED');
              standing.set(id, 'OPEN');
          }
        }
      };
      for (const each of doings) {
        if ('pass' in each) driver.advanceStreamTime(graceMs + 10);
        else if ('word' in each) {
          const alertId = alerts[each.which] ?? 'nothing';
          const until = driver.nowMs() + each.forMs;
          const more = each.word === 'SuppressAlert' ? { until } : {};
          const told = say(each.word, alertId, { more });
          hear();
          const known = standing.get(alertId);
          if (known === undefined) expect(told).toBe('ALERT_NOT_FOUND');
          else if (!String(told).startsWith('ALERT_')) {
            expect(String(told).replace('still ', '')).toBe(known);
          }
        } else {
          const event = steps[each.event] ?? reportConfirmed;
          if (isOfOrder(event)) order(event);
          else payment(event);
        }
        hear();
      }
    }),
    { numRuns: 150 },
  );
});
