import type { AlertRaised, AlertResolved, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  key,
  orderAwaiting,
  orderCreated,
  orderExpired,
  orderFailed,
  orderPaid,
  orderReportRecorded,
  paymentCreated,
  paymentFailed,
  paymentSucceeded,
  reportConfirmed,
  reportedFailed,
  reportedSuccess,
} from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

const graceMs = 60_000;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

const order = (...events: OrdersEvent[]): void => {
  for (const payload of events) driver.pipeInput({ topic: topics.ordersEvents.name, key, payload });
};
const payment = (...events: PaymentsEvent[]): void => {
  for (const payload of events) {
    driver.pipeInput({ topic: topics.paymentsEvents.name, key, payload });
  }
};

/** What was said since the last call: `raised A`, `resolved A AUTO_RESOLVED`. */
function said(): string[] {
  return driver.readOutput(topics.alertsEvents.name).map(({ payload }) => {
    if (payload.type === 'AlertRaised') return `raised ${(payload.data as AlertRaised).rule}`;
    if (payload.type !== 'AlertResolved') return payload.type;
    const { rule, resolution } = payload.data as AlertResolved;
    return `resolved ${rule} ${resolution}`;
  });
}

/** An order that waits for its payment. */
const waiting = (): void => {
  order(orderCreated);
  payment(paymentCreated);
  order(orderAwaiting);
};

describe('Rule A: payment succeeded, an open order does not show it after the grace', () => {
  it('says nothing about an order that is paid within the grace', () => {
    waiting();
    payment(paymentSucceeded);
    driver.advanceStreamTime(graceMs - 10);
    order(orderPaid);
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual([]);
    expect(driver.timers()).toEqual([]);
  });

  it('is raised at append time of the success plus the grace, not a millisecond before', () => {
    waiting();
    const succeededAt = driver.nowMs();
    payment(paymentSucceeded);
    driver.advanceStreamTime(succeededAt + graceMs - driver.nowMs());
    expect(said()).toEqual([]);
    driver.advanceStreamTime(1);
    const [raised] = driver.readOutput(topics.alertsEvents.name);
    expect(raised?.payload.data).toMatchObject({
      rule: 'A',
      ruleVersion: 1,
      orderNo: 'H1',
      payNo: 'PAY1',
      deadline: succeededAt + graceMs,
      detectedAt: succeededAt + graceMs,
      amountMinor: 9_990n,
      currency: 'CNY',
      expected: 'order PAID',
      actual: 'order WAITING_PAYMENT',
      evidence: [
        {
          type: 'PaymentSucceeded',
          topic: topics.paymentsEvents.name,
          partition: 0,
          offset: 1n,
          time: succeededAt,
        },
        { type: 'OrderAwaitingPayment', topic: topics.ordersEvents.name, offset: 1n },
      ],
    });
  });

  it('counts an order that is paid in the very millisecond of the deadline as in time', () => {
    waiting();
    const deadline = driver.nowMs() + graceMs;
    payment(paymentSucceeded);
    driver.advanceStreamTime(deadline - driver.nowMs());
    order(orderPaid);
    driver.advanceStreamTime(graceMs);
    expect(said()).toEqual([]);
  });

  it('heals when the order is paid, with the healing event as proof', () => {
    waiting();
    payment(paymentSucceeded);
    driver.advanceStreamTime(2 * graceMs);
    expect(said()).toEqual(['raised A']);
    order(orderPaid);
    const [resolved] = driver.readOutput(topics.alertsEvents.name);
    expect(resolved?.payload).toMatchObject({
      type: 'AlertResolved',
      data: { rule: 'A', resolution: 'AUTO_RESOLVED', evidence: [{ type: 'OrderPaid' }] },
    });
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual([]);
  });

  it('is superseded by C, naming it, when the order ends unpaid', () => {
    waiting();
    payment(paymentSucceeded);
    driver.advanceStreamTime(2 * graceMs);
    said();
    order(orderExpired);
    const [raised, resolved] = driver.readOutput(topics.alertsEvents.name);
    expect(raised?.payload).toMatchObject({ type: 'AlertRaised', data: { rule: 'C' } });
    expect(resolved?.payload).toMatchObject({
      type: 'AlertResolved',
      data: {
        rule: 'A',
        resolution: 'SUPERSEDED',
        supersededBy: (raised?.payload.data as AlertRaised).alertId,
      },
    });
  });

  it('leaves an order alone that does not exist, and begins when it appears', () => {
    payment(paymentCreated, paymentSucceeded);
    driver.advanceStreamTime(10 * graceMs);
    // That is for K to say.
    expect(said()).toEqual(['raised K']);
    order(orderCreated);
    expect(said()).toEqual(['resolved K AUTO_RESOLVED']);
    driver.advanceStreamTime(graceMs + 1);
    expect(said()).toEqual(['raised A']);
  });

  it('does not hold the backlog of an input against the order', () => {
    waiting();
    driver.stall(topics.ordersEvents.name);
    payment(paymentSucceeded);
    order(orderPaid);
    // The order was paid in time; its event only reaches the task long after the deadline.
    driver.advanceWallClockTime(10 * graceMs);
    expect(said()).toEqual([]);
    driver.release(topics.ordersEvents.name);
    driver.advanceStreamTime(graceMs);
    expect(said()).toEqual([]);
  });

  it('is raised while the orders process is down, since an idle input is not a stalled one', () => {
    waiting();
    payment(paymentSucceeded);
    driver.advanceWallClockTime(graceMs + 1);
    expect(said()).toEqual(['raised A']);
  });
});

describe('Rule B: order paid, payment failed or reported as failed', () => {
  it('is raised by a validly signed report, and heals when a later one agrees again', () => {
    waiting();
    payment(paymentSucceeded);
    order(orderPaid);
    payment(reportedFailed);
    expect(said()).toEqual(['raised B']);
    payment(reportConfirmed);
    expect(said()).toEqual(['resolved B AUTO_RESOLVED']);
  });

  it('is raised once for one contradiction, and anew for the next', () => {
    waiting();
    payment(paymentSucceeded);
    order(orderPaid);
    payment(reportedFailed, reportedFailed);
    expect(said()).toEqual(['raised B']);
    payment(reportConfirmed, reportedFailed);
    expect(said()).toEqual(['resolved B AUTO_RESOLVED', 'raised B']);
  });

  it('waits for the order to be paid when the report came before', () => {
    waiting();
    payment(paymentSucceeded, reportedFailed);
    expect(said()).toEqual([]);
    order(orderPaid);
    expect(said()).toEqual(['raised B']);
  });

  it('is raised for a paid order whose payment failed', () => {
    waiting();
    payment(paymentFailed);
    order(orderPaid);
    expect(said()).toEqual(['raised B']);
  });
});

describe('Rule C: payment succeeded, order ended unpaid', () => {
  it('is raised by a success after the order expired', () => {
    waiting();
    order(orderExpired);
    payment(paymentSucceeded);
    const [raised] = driver.readOutput(topics.alertsEvents.name);
    expect(raised?.payload).toMatchObject({
      type: 'AlertRaised',
      data: {
        rule: 'C',
        deadline: null,
        evidence: [{ type: 'OrderExpired' }, { type: 'PaymentSucceeded' }],
      },
    });
  });

  it('is raised when the payment had failed and the gateway reports success late', () => {
    waiting();
    payment(paymentFailed);
    order(orderFailed);
    expect(said()).toEqual([]);
    payment(reportedSuccess);
    expect(said()).toEqual(['raised C']);
  });

  it('is raised when the order ends within the grace of a success', () => {
    waiting();
    payment(paymentSucceeded);
    order(orderExpired);
    expect(said()).toEqual(['raised C']);
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual([]);
  });
});

describe('parameters by record', () => {
  const activate = (graceMsOfA: number | null, enabled = true, id = 'cmd-1'): void => {
    driver.pipeInput({
      topic: topics.alertsCommands.name,
      key: 'main/rules-0',
      payload: {
        type: 'ActivateRules',
        data: {
          rules: [{ rule: 'A', version: 1, enabled, graceMs: graceMsOfA, values: [] }],
          reason: 'test',
        },
      },
      envelope: { id },
    });
  };
  const outcome = () => driver.readOutput(topics.alertsOutcomes.name)[0]?.payload.data;

  it('hold for conditions that begin after them', () => {
    waiting();
    payment(paymentSucceeded);
    activate(5_000);
    expect(outcome()).toMatchObject({ status: 'ACCEPTED' });
    driver.advanceStreamTime(6_000);
    expect(said()).toEqual(['RulesActivated']);
    driver.advanceStreamTime(graceMs);
    expect(said()).toEqual(['raised A']);
  });

  it('shorten the grace of what comes later', () => {
    activate(5_000);
    waiting();
    payment(paymentSucceeded);
    driver.advanceStreamTime(5_001);
    expect(said()).toEqual(['RulesActivated', 'raised A']);
  });

  it('are refused when they make no sense, and change nothing', () => {
    activate(-1);
    expect(outcome()).toMatchObject({ status: 'REJECTED', code: 'INVALID_RULE_PARAMETERS' });
    expect(said()).toEqual([]);
  });

  it('are activated once however often the command is written', () => {
    activate(5_000);
    activate(5_000);
    const outcomes = driver.readOutput(topics.alertsOutcomes.name).map(({ payload }) => payload);
    expect(outcomes).toMatchObject([
      { data: { status: 'ACCEPTED' } },
      { data: { status: 'UNCHANGED' } },
    ]);
    expect(said()).toEqual(['RulesActivated']);
  });

  it('switch a rule off', () => {
    activate(null, false);
    waiting();
    payment(paymentSucceeded);
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual(['RulesActivated']);
  });

  it('switch a rule on again: the next event of an order begins it, also one that changes nothing', () => {
    activate(null, false);
    waiting();
    payment(paymentSucceeded);
    activate(null, true, 'on-again');
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual(['RulesActivated', 'RulesActivated']);
    order(orderReportRecorded);
    driver.advanceStreamTime(graceMs + 1);
    expect(said()).toEqual(['raised A']);
  });
});

describe('a takeover', () => {
  it('keeps deadlines and raises the same alert that an undisturbed task raises', async () => {
    const undisturbed = await createTestDriver(consistencyAlerts);
    const run = (d: TestDriver, disturb: () => void) => {
      const pipe = (topic: string, payload: OrdersEvent | PaymentsEvent) =>
        d.pipeInput({ topic, key, payload });
      pipe(topics.ordersEvents.name, orderCreated);
      pipe(topics.paymentsEvents.name, paymentCreated);
      disturb();
      pipe(topics.paymentsEvents.name, paymentSucceeded);
      disturb();
      d.advanceStreamTime(2 * graceMs);
      disturb();
      pipe(topics.ordersEvents.name, orderExpired);
      return d.readOutput(topics.alertsEvents.name);
    };
    const expected = run(undisturbed, () => undefined);
    const found = run(driver, () => driver.restart());
    expect(found).toEqual(expected);
    expect(found).toHaveLength(3);
  });
});
