import { topics } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import { hourMs, set, stop, yen } from '../domain/desk/testing-commands.ts';
import { resume } from '../domain/desk/testing-commands.ts';
import type { RemedyCommand } from '../domain/remedy/commands.ts';
import { effectIdOf, remedyIdOf } from '../domain/remedy/ids.ts';
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
function policy(over: Parameters<typeof set>[0] = {}): void {
  world.ask(set(over));
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
