import type { AlertRaised, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { alertIdOf } from './stores.ts';
import { lastingFactsMax } from './rules/limits.ts';
import {
  key,
  mismatched,
  orderAwaiting,
  orderCreated,
  orderPaid,
  paymentCreated,
  paymentSucceeded,
  reportConfirmed,
  reportedFailed,
  requestConflicted,
  transactionConflicted,
} from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

const alertsTopic = topics.alertsEvents.name;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

const order = (...events: readonly OrdersEvent[]): void => {
  for (const payload of events) driver.pipeInput({ topic: topics.ordersEvents.name, key, payload });
};
const payment = (...events: readonly PaymentsEvent[]): void => {
  for (const payload of events)
    driver.pipeInput({ topic: topics.paymentsEvents.name, key, payload });
};
const activate = (rule: string, over: { enabled?: boolean; graceMs?: number } = {}): void => {
  driver.pipeInput({
    ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
    payload: {
      type: 'ActivateRules',
      data: {
        rules: [{ rule, version: 1, enabled: true, graceMs: 0, values: [], ...over }],
        reason: 'test',
      },
    },
  });
};

/** What was raised since the last call; anything else is a failure. */
function raised(): AlertRaised[] {
  const said = driver
    .readOutput(alertsTopic)
    .filter(({ payload }) => payload.type !== 'RulesActivated');
  expect(said.map(({ payload }) => payload.type)).toEqual(said.map(() => 'AlertRaised'));
  return said.map(({ payload }) => payload.data as AlertRaised);
}

describe('Rule V: a believed report speaks of something else than was asked for', () => {
  it('is raised at once, on the creation of the payment and the report', () => {
    order(orderCreated);
    payment(paymentCreated);
    const reportedAt = driver.nowMs();
    driver.pipeInput({
      ...{ topic: topics.paymentsEvents.name, key, payload: mismatched('AMOUNT', '100') },
      envelope: { id: 'm1' },
    });
    expect(raised()).toMatchObject([
      {
        ...{ alertId: alertIdOf('V', key, 'm1'), rule: 'V', ruleVersion: 1, severity: 'CRITICAL' },
        ...{ tenant: 'main', orderNo: 'H1', payNo: 'PAY1', amountMinor: 9_990n, currency: 'CNY' },
        ...{ expected: 'amount 9990', actual: 'amount 100', triggerEventId: 'm1' },
        ...{ deadline: null, detectedAt: reportedAt },
        evidence: [
          { type: 'PaymentCreated', topic: topics.paymentsEvents.name, partition: 0, offset: 0n },
          { eventId: 'm1', type: 'PaymentReportMismatched', offset: 1n, time: reportedAt },
        ],
      },
    ]);
  });

  it.each(['MERCHANT', 'AMOUNT', 'CURRENCY', 'TRANSACTION'])(
    'is raised for another %s',
    (field) => {
      payment(paymentCreated, mismatched(field, 'found'));
      expect(raised()).toMatchObject([{ rule: 'V', actual: `${field.toLowerCase()} found` }]);
    },
  );

  it('is not healed by a right report: that says nothing of where the other money is', () => {
    order(orderCreated);
    payment(paymentCreated);
    order(orderAwaiting);
    payment(mismatched('AMOUNT', '100'), paymentSucceeded, reportConfirmed);
    order(orderPaid);
    driver.advanceStreamTime(600_000);
    expect(raised().map(({ rule }) => rule)).toEqual(['V']);
  });

  it('is one alert for each thing that differs, and none for what was said before', () => {
    const said = [mismatched('AMOUNT', '1'), mismatched('AMOUNT', '2'), mismatched('AMOUNT', '1')];
    payment(paymentCreated, ...said, mismatched('CURRENCY', '1'));
    expect(raised().map(({ actual }) => actual)).toEqual(['amount 1', 'amount 2', 'currency 1']);
  });

  it('ends with the number of facts that are kept, however many a gateway makes up', () => {
    const many = Array.from({ length: lastingFactsMax + 9 }, (_, i) =>
      mismatched('AMOUNT', `${i}`),
    );
    payment(paymentCreated, ...many);
    expect(raised()).toHaveLength(lastingFactsMax);
  });
});

describe('Rule Z: one number for two things', () => {
  it('is critical for a transaction on two payments, on the success and the conflict', () => {
    payment(paymentCreated, paymentSucceeded, transactionConflicted('PAY0'));
    expect(raised()).toMatchObject([
      {
        ...{ rule: 'Z', severity: 'CRITICAL', payNo: 'PAY1', amountMinor: 9_990n },
        expected: 'one payment for one transaction',
        actual: 'also on payment PAY0 of order shop/O-0',
        evidence: [
          { type: 'PaymentCreated' },
          { type: 'PaymentSucceeded' },
          { type: 'PaymentTransactionConflicted' },
        ],
      },
    ]);
  });

  it('is a warning for a number that was asked for again with other parameters', () => {
    payment(paymentCreated, requestConflicted('f2'));
    expect(raised()).toMatchObject([
      {
        ...{ rule: 'Z', severity: 'WARNING', actual: 'other amount, subject' },
        evidence: [{ type: 'PaymentCreated' }, { type: 'PaymentRequestConflicted' }],
      },
    ]);
  });

  it('is one alert for each: a warning hides nothing that is critical', () => {
    payment(paymentCreated, requestConflicted('f2'), requestConflicted('f2'), paymentSucceeded);
    payment(transactionConflicted('PAY0'), transactionConflicted('PAY0'), requestConflicted('f3'));
    expect(raised().map(({ severity }) => severity)).toEqual(['WARNING', 'CRITICAL', 'WARNING']);
    order(orderCreated, orderPaid);
    driver.advanceStreamTime(600_000);
    expect(raised()).toEqual([]);
  });
});

describe('rules V and Z', () => {
  it('leave the others alone, which begin and end beside them', () => {
    order(orderCreated);
    payment(paymentCreated);
    order(orderAwaiting);
    payment(mismatched('AMOUNT', '1'), paymentSucceeded);
    expect(raised().map(({ rule }) => rule)).toEqual(['V']);
    order(orderPaid);
    payment(reportedFailed, transactionConflicted('PAY0'));
    expect(raised().map(({ rule }) => rule)).toEqual(['B', 'Z']);
    payment(reportConfirmed);
    expect(driver.readOutput(alertsTopic)).toMatchObject([
      { payload: { type: 'AlertResolved', data: { rule: 'B' } } },
    ]);
  });

  it('hold for payments of merchants, whose orders are nowhere', () => {
    payment(paymentCreated, mismatched('AMOUNT', '1'), requestConflicted('f2'));
    expect(raised().map(({ rule }) => rule)).toEqual(['V', 'Z']);
  });

  it('wait for their grace, and name the deadline', () => {
    activate('V', { graceMs: 5_000 });
    payment(paymentCreated);
    const saidAt = driver.nowMs();
    payment(mismatched('AMOUNT', '1'));
    driver.advanceStreamTime(saidAt + 5_000 - driver.nowMs());
    expect(raised()).toEqual([]);
    driver.advanceStreamTime(1);
    expect(raised()).toMatchObject([{ deadline: saidAt + 5_000, detectedAt: saidAt + 5_000 }]);
  });

  it('say nothing while they are off; on again, they begin with the next event of the order', () => {
    for (const rule of ['V', 'Z']) activate(rule, { enabled: false });
    payment(paymentCreated);
    const event = { topic: topics.paymentsEvents.name, key, payload: mismatched('AMOUNT', '1') };
    driver.pipeInput({ ...event, envelope: { id: 'm1' } });
    payment(requestConflicted('f2'), transactionConflicted('PAY0'));
    expect(raised()).toEqual([]);
    activate('V');
    order(orderCreated);
    // The id is that of an alert that had never been off.
    expect(raised()).toMatchObject([{ rule: 'V', alertId: alertIdOf('V', key, 'm1') }]);
  });

  it('are listed among those in force once they have been set', () => {
    activate('A');
    activate('V');
    const listed = driver
      .readOutput(alertsTopic)
      .map(({ payload }) => (payload.data as { rules: readonly { rule: string }[] }).rules);
    expect(listed.map((rules) => rules.map(({ rule }) => rule).join(''))).toEqual(['ABC', 'ABCV']);
  });

  it('raise the same alerts when the task is taken over between any two events', async () => {
    const events = [
      ...[paymentCreated, mismatched('AMOUNT', '1'), requestConflicted('f2'), paymentSucceeded],
      ...[transactionConflicted('PAY0'), mismatched('AMOUNT', '1'), requestConflicted('f2')],
    ];
    payment(...events);
    const expected = driver.readOutput(alertsTopic);
    driver = await createTestDriver(consistencyAlerts);
    for (const event of events) {
      payment(event);
      driver.restart();
    }
    expect(driver.readOutput(alertsTopic)).toEqual(expected);
    expect(expected).toHaveLength(3);
  });
});
