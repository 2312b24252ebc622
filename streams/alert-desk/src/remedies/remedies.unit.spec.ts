import { topics } from '@plumbline/events';
import { payNo, slotOf } from '@plumbline/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { hourMs, set, stop, yen } from '../domain/desk/testing-commands.ts';
import { resume } from '../domain/desk/testing-commands.ts';
import type { RemedyCommand } from '../domain/remedy/commands.ts';
import { effectIdOf, remedyIdOf } from '../domain/remedy/ids.ts';
import { sweptMax } from '../domain/remedy/limits.ts';
import type { World } from './testing-world.ts';
import { alert, alertOver, key, openWorld, refunded } from './testing-world.ts';

const remedyId = remedyIdOf(key, 'alert-1');
const approve = (id = remedyId): RemedyCommand => ({
  type: 'ApproveRemedy',
  data: { remedyId: id, reason: 'yes' },
});

let world: World;

beforeEach(async () => {
  world = await openWorld();
});

/** A policy that every partition knows. */
function policy(over: Parameters<typeof set>[0] = {}, tenant = 'main'): void {
  const command = set(over);
  world.ask({ ...command, data: { ...command.data, tenant } } as typeof command);
  world.run();
}

describe('a remedy', () => {
  it('is none without a policy, nor where the policy observes: not a record is written', () => {
    world.hear(alert());
    world.run();
    policy({ mode: 'OBSERVE' });
    world.hear(alert({ alertId: 'alert-2' }));
    world.run();
    world.answer('alert-2');
    world.pay(refunded(remedyId));
    world.hear(alertOver('alert-2'));
    expect([world.told(), world.effects(), [...world.remedies.store('aggregates')]]).toEqual([
      ...[[], [], []],
    ]);
  });

  it('refunds once, ends when the money went back, and ends the alert with that as proof', () => {
    policy();
    world.hear(alert());
    world.run();
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyStarted']);
    expect(world.effects()).toMatchObject([
      {
        ...{ topic: topics.paymentsCommands.name, key },
        envelope: { id: effectIdOf(key, remedyId), actor: 'system:desks' },
        payload: {
          type: 'RefundPayment',
          data: { payNo: 'P-1', refundId: remedyId, amountMinor: 1_000n, currency: 'JPY' },
        },
      },
    ]);
    world.answer('alert-1', {
      events: [{ eventId: 'r', type: 'RefundRequested', aggregateVersion: 2n }],
    });
    expect(world.told()).toEqual([]);
    world.pay(refunded(remedyId));
    expect(world.told()).toEqual(['DONE']);
    expect(world.aboutAlerts()).toMatchObject([
      { key, payload: { type: 'ResolveAlert', data: { alertId: 'alert-1' } } },
    ]);
    world.hear(alertOver());
    expect(world.told()).toEqual(['RemedyAlertEnded']);
  });

  it('gives back what was paid twice, of the second transaction alone', () => {
    policy({ rule: 'G', remedy: 'REFUND_SECOND' });
    world.hear(alert({ rule: 'G' }));
    world.run();
    expect(world.effects()).toMatchObject([
      {
        topic: topics.paymentsCommands.name,
        payload: {
          type: 'RefundSecondTransaction',
          data: { payNo: 'P-1', refundId: remedyId, amountMinor: 1_000n, currency: 'JPY' },
        },
      },
    ]);
    world.answer('alert-1');
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyStarted']);
    world.pay(refunded(remedyId));
    expect(world.told()).toEqual(['DONE']);
    expect(world.aboutAlerts()).toMatchObject([{ payload: { type: 'ResolveAlert' } }]);
  });

  it('of what was paid twice is refused once money of the first goes back', () => {
    policy({ rule: 'G', remedy: 'REFUND_SECOND' });
    world.hear(alert({ rule: 'G' }));
    world.run();
    world.answer('alert-1', { status: 'REJECTED', code: 'FIRST_REFUNDED', message: 'm' });
    expect(world.told().at(-1)).toBe('REFUSED');
    expect(world.aboutAlerts()).toEqual([]);
  });

  it('completes an order by the event of its payment, and is done when the order is paid', () => {
    policy({ rule: 'A', remedy: 'COMPLETE_ORDER' });
    const place = { topic: topics.paymentsEvents.name, partition: 0, offset: 7n, time: hourMs - 5 };
    const evidence = [
      { eventId: 'paid', type: 'PaymentSucceeded', ...place },
      { eventId: 'o', type: 'OrderAwaitingPayment', ...place },
    ];
    world.hear(alert({ rule: 'A', evidence }));
    world.run();
    expect(world.effects()).toMatchObject([
      {
        topic: topics.ordersCommands.name,
        payload: {
          type: 'ConfirmPayment',
          data: { paymentEventId: 'paid', amountMinor: 1_000n, paidAt: hourMs - 5 },
        },
      },
    ]);
    const events = [{ eventId: 'p', type: 'OrderPaid', aggregateVersion: 3n }];
    world.answer('alert-1', { events }, topics.ordersOutcomes.name);
    expect(world.told().at(-1)).toBe('DONE');
    expect(world.aboutAlerts()).toEqual([]);
  });

  it('pushes the checkout of an order that is stuck, and none for an item of which too much came back', () => {
    policy({ rule: 'R', remedy: 'PUSH_CHECKOUT', money: [] });
    world.hear(alert({ rule: 'R', payNo: null }));
    const from = { topic: topics.inventoryEvents.name, partition: 0, offset: 0n, time: hourMs };
    const evidence = [{ ...from, eventId: 's1', type: 'StockReleased' }];
    const ofItem = { alertId: 'alert-2', orderNo: 'S1', payNo: null, evidence };
    world.hear(alert({ rule: 'R', ...ofItem }), 'main/S1');
    world.run();
    expect(world.effects()).toMatchObject([
      { topic: topics.checkoutCommands.name, key, payload: { type: 'PushCheckout' } },
    ]);
  });

  it('asks about what lingers at a silent channel, once, as many as a sweep may, and shows it', () => {
    const at = 'platform/channel.MOCK';
    policy({ rule: 'W', remedy: 'SWEEP_CHANNEL', money: [] }, 'platform');
    const silent = { rule: 'W', tenant: 'platform', orderNo: 'channel.MOCK', payNo: null };
    world.hear(alert({ ...silent, amountMinor: 0n, currency: 'XXX' }), at);
    world.run();
    expect([world.told(), world.effects()]).toEqual([['RemedyProposed', 'RemedyStarted'], []]);
    const sweepId = remedyIdOf(at, 'alert-1');
    const payNos = Array.from({ length: sweptMax + 1 }, (_, n) =>
      payNo({ atMs: hourMs, slot: slotOf(`main/O-${n}`), random: n }),
    );
    const say = () => {
      const data = { remedyId: sweepId, payNos, left: 7 };
      return world.say({ type: 'RecordLingering', data }, at, 'system:sweeper');
    };
    say();
    const queries = world.queries();
    expect(queries).toHaveLength(sweptMax);
    expect(queries[0]).toMatchObject({
      ...{ key: payNos[0], envelope: { actor: 'system:remedies' } },
      payload: { type: 'QueryPayment', data: { payNo: payNos[0], isNews: false } },
    });
    expect(new Set(queries.map(({ envelope }) => envelope.id)).size).toBe(sweptMax);
    const swept = world.remedies.readOutput(topics.remediesEvents.name);
    expect(swept.map(({ payload }) => payload)).toMatchObject([
      { type: 'ChannelSwept', data: { payNos: payNos.slice(0, sweptMax), left: 8 } },
      {
        type: 'RemedyEnded',
        data: {
          ending: 'DONE',
          proof: { eventId: swept[0]?.envelope.id, topic: swept[0]?.topic, type: 'ChannelSwept' },
        },
      },
    ]);
    // Somebody who read it before he died says so again, or another does.
    expect(say().status).toBe('UNCHANGED');
    expect(world.queries()).toEqual([]);
    // That the channel is heard again is no matter of the sweep's.
    world.hear(alertOver('alert-1', 'AUTO_RESOLVED'), at);
    expect([world.told(), world.aboutAlerts()]).toEqual([['RemedyAlertEnded'], []]);
  });

  it('of a channel asks about nothing after a stop, in a dry run, and before a person says so', () => {
    const at = 'platform/channel.MOCK';
    const silent = { rule: 'W', tenant: 'platform', orderNo: 'channel.MOCK', payNo: null };
    const raise = (alertId: string) => {
      world.hear(alert({ ...silent, alertId }), at);
      world.run();
      const data = { remedyId: remedyIdOf(at, alertId), payNos: ['PAY1'], left: 0 };
      world.say({ type: 'RecordLingering', data }, at, 'system:sweeper');
      return [world.told().at(-1), world.queries().length];
    };
    const rule = { rule: 'W', remedy: 'SWEEP_CHANNEL', money: [] } as const;
    policy({ ...rule, dryRun: true }, 'platform');
    expect(raise('a1')).toEqual(['DRY_RUN', 0]);
    policy({ ...rule, mode: 'PROPOSE' }, 'platform');
    expect(raise('a2')).toEqual(['RemedyHeld', 0]);
    policy(rule, 'platform');
    world.ask({ type: 'StopRemedies', data: { tenant: 'platform', rule: null, reason: 'x' } });
    expect(raise('a3')).toEqual(['RemedyHeld', 0]);
    // An alert of an order, which rule W has none of, is of no channel.
    world.hear(alert({ rule: 'W', tenant: 'platform', alertId: 'a4' }), 'platform/O-1');
    world.run();
    expect(world.told()).toEqual([]);
  });

  it('tells a merchant again what is true, and is done when the alert heals by the delivery', () => {
    policy({ rule: 'U', remedy: 'TELL_AGAIN', money: [] });
    world.hear(alert({ rule: 'U' }));
    // An endpoint that takes nothing is under rule U as well; what it was not told nobody knows here.
    world.hear(alert({ rule: 'U', alertId: 'alert-2', orderNo: 'ep-1', payNo: null }), 'main/ep-1');
    world.run();
    expect(world.effects()).toMatchObject([
      {
        ...{ topic: topics.notificationsCommands.name, key },
        payload: { type: 'TellAgain', data: { correctionId: remedyId, paymentId: 'P-1' } },
      },
    ]);
    world.answer('alert-1', {}, topics.notificationsOutcomes.name);
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyStarted']);
    world.hear(alertOver('alert-1', 'AUTO_RESOLVED'));
    expect(world.told()).toEqual(['RemedyAlertEnded', 'DONE']);
    expect(world.aboutAlerts()).toEqual([]);
  });

  it('ends as refused where its target has moved on, with the code of the target', () => {
    policy();
    world.hear(alert());
    world.run();
    world.answer('alert-1', { status: 'REJECTED', code: 'REFUND_EXCEEDS_CAPTURED', message: 'm' });
    const [ended] = world.remedies
      .readOutput(topics.remediesEvents.name)
      .map(({ payload }) => payload.data);
    expect(ended).toMatchObject({ ending: 'REFUSED', code: 'REFUND_EXCEEDS_CAPTURED' });
    // Nothing went back: whoever looks after the alert still has to.
    expect(world.aboutAlerts()).toEqual([]);
  });

  it('is withdrawn when the alert ends while it waits, and no approval starts it then', () => {
    policy({ mode: 'PROPOSE' });
    world.hear(alert());
    world.run();
    world.hear(alertOver());
    world.run();
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyHeld', 'RemedyAlertEnded', 'WITHDRAWN']);
    expect(world.say(approve()).code).toBe('REMEDY_ENDED');
    world.run();
    expect(world.effects()).toEqual([]);
  });

  it('is withdrawn when the alert ends while the desk is asked, unless it has started', () => {
    policy({ mode: 'PROPOSE' });
    world.hear(alert());
    world.hear(alertOver());
    world.run();
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyAlertEnded', 'RemedyHeld', 'WITHDRAWN']);
    expect(world.effects()).toEqual([]);
  });

  it('tells of a dry run, and sends nothing', () => {
    policy({ dryRun: true });
    world.hear(alert());
    world.run();
    expect(world.told()).toEqual(['RemedyProposed', 'DRY_RUN']);
    expect(world.granted().at(-1)).toMatchObject({ type: 'LeaveGranted', data: { dryRun: true } });
    expect(world.effects()).toEqual([]);
  });
});

describe('what others say', () => {
  const nonsense = (topic: string, headers: Readonly<Record<string, string>>, at = key) => {
    const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)] as const);
    const record = { key: Buffer.from(at), value: Buffer.from('nonsense') };
    world.remedies.pipeRaw({ topic, ...record, headers: Object.fromEntries(bytes) });
    return world.remedies.readOutput(topics.remediesDeadLetters.name).length;
  };
  const outcome = (commandId: string) => ({
    ...{ ce_type: 'CommandOutcome', ce_causationid: commandId },
  });

  it('is not decoded where no policy stands and nothing is asked', () => {
    const { ordersOutcomes, checkoutOutcomes, alertsEvents } = topics;
    for (const { name } of [ordersOutcomes, checkoutOutcomes])
      expect(nonsense(name, outcome('x'))).toBe(0);
    expect(nonsense(alertsEvents.name, { ce_type: 'AlertRaised' })).toBe(0);
    policy({ mode: 'OBSERVE' });
    expect(nonsense(alertsEvents.name, { ce_type: 'AlertRaised' })).toBe(0);
    policy();
    expect(nonsense(alertsEvents.name, { ce_type: 'AlertRaised' }, 'other/O-1')).toBe(0);
    expect(nonsense(alertsEvents.name, { ce_type: 'AlertRaised' })).toBe(1);
  });

  it('of an order with a remedy is decoded where it answers that, and not where another', () => {
    policy();
    world.hear(alert());
    world.run();
    const { paymentsEvents, paymentsOutcomes } = topics;
    expect(nonsense(paymentsOutcomes.name, outcome('x'))).toBe(0);
    expect(nonsense(paymentsEvents.name, { ce_type: 'GatewayCallReported' })).toBe(0);
    expect(nonsense(paymentsEvents.name, { ce_type: 'RefundSucceeded' })).toBe(1);
    expect(nonsense(paymentsOutcomes.name, outcome(effectIdOf(key, remedyId)))).toBe(1);
  });
});

describe('persons', () => {
  it('two who approve at once: one start, by both of them', () => {
    policy({ money: [{ ...yen, secondPersonAboveMinor: 500n }] });
    world.hear(alert());
    world.run();
    expect(world.say(approve(), key, 'operator:a').status).toBe('ACCEPTED');
    expect(world.say(approve(), key, 'operator:b').status).toBe('ACCEPTED');
    expect(world.say(approve(), key, 'operator:c').code).toBe('REMEDY_BEING_DECIDED');
    world.run();
    expect(world.effects()).toHaveLength(1);
    expect(world.granted().at(-1)).toMatchObject({
      data: { approvals: ['operator:a', 'operator:b'] },
    });
  });

  it('one alone does not start what needs two, however often they say so', () => {
    policy({ money: [{ ...yen, secondPersonAboveMinor: 500n }] });
    world.hear(alert());
    world.run();
    for (let n = 0; n < 3; n += 1) world.say(approve());
    // The desk is not even asked: a policy that changes now must not start what waits for a second.
    expect(world.remedies.readOutput(topics.desksCommands.name)).toEqual([]);
    world.run();
    expect(world.effects()).toEqual([]);
  });
});

describe('the kill switch', () => {
  it('in flight: what asks after the stop waits, and goes on by a person after the resume', () => {
    policy();
    world.hear(alert());
    // The request is in the log, and not decided yet.
    expect(world.ask(stop(null)).status).toBe('ACCEPTED');
    world.run();
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyHeld']);
    expect(world.effects()).toEqual([]);
    world.say(approve());
    world.run();
    expect(world.effects()).toEqual([]);
    world.ask(resume(null));
    world.say(approve());
    world.run();
    expect(world.effects()).toHaveLength(1);
  });
});

describe('limits', () => {
  it('hold at the edge of an hour: three of five start, the others wait', () => {
    policy({ mode: 'ACT' });
    for (const n of [1, 2, 3, 4, 5]) {
      world.hear(alert({ alertId: `alert-${n}`, orderNo: `O-${n}` }), `main/O-${n}`);
    }
    world.run();
    expect(world.effects()).toHaveLength(3);
    expect(world.told().filter((each) => each === 'RemedyHeld')).toHaveLength(2);
    world.desks.advanceStreamTime(3_600_000);
    world.say(approve(remedyIdOf('main/O-5', 'alert-5')), 'main/O-5');
    world.run();
    expect(world.effects()).toHaveLength(1);
  });
});

describe('whatever happens between two steps', () => {
  it('each record taken twice, each task restarted after each: one command, one end', () => {
    policy();
    for (let n = 0; n < 2; n += 1) {
      world.hear(alert());
      world.remedies.restart();
      world.desks.restart();
      world.run(2);
    }
    world.remedies.restart();
    world.desks.restart();
    for (let n = 0; n < 2; n += 1) {
      world.answer('alert-1', {
        events: [{ eventId: 'r', type: 'RefundRequested', aggregateVersion: 2n }],
      });
      world.pay(refunded(remedyId));
      world.remedies.restart();
    }
    world.run(2);
    expect(world.effects()).toHaveLength(1);
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyStarted', 'DONE']);
    expect(world.granted().filter(({ type }) => type === 'LeaveGranted')).toHaveLength(1);
  });

  it('the end before the word that it started: both are told, once', () => {
    policy();
    world.hear(alert());
    world.pay(refunded(remedyId));
    world.run();
    expect(world.told()).toEqual(['RemedyProposed', 'RemedyStarted', 'DONE']);
    expect(world.effects()).toHaveLength(1);
  });
});
