import type { NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Told } from './testing-driver.ts';
import { tell } from './testing-driver.ts';
import {
  key,
  ledPayment,
  orderAwaiting,
  orderCreated,
  paymentClosed,
  paymentFailed,
  paymentProcessing,
  paymentSucceeded,
} from './testing-events.ts';
import { delivered, notified, replayed, usedUp } from './testing-notification-events.ts';

const graceMs = 600_000;
let told: Told;

beforeEach(async () => {
  told = await tell();
  told.order(orderCreated);
  told.payment(ledPayment(), paymentProcessing);
  told.order(orderAwaiting);
});

const notify = (...events: readonly NotificationsEvent[]): void => {
  for (const payload of events)
    told.driver.pipeInput({ topic: topics.notificationsEvents.name, key, payload });
};
/** Of the rules that such stories are about as well, this one's. */
const saidOfU = () => told.said().filter((each) => each.startsWith('U'));
const raisedByU = () => told.raised().filter(({ rule }) => rule === 'U');

/** The merchant took that it failed, and then the money came. */
const failedThenPaid = (): void => {
  told.payment(paymentFailed);
  notify(notified('n1', { sequence: 1n, status: 'FAILED' }), delivered('n1'));
  told.payment(paymentSucceeded);
  notify(notified('n2', { sequence: 2n, status: 'SUCCESS' }));
};

describe('Rule U: a merchant was told something else than is true (hyperswitch#9278)', () => {
  it('is raised when what a merchant took last is not corrected in time, and over with the correction', () => {
    failedThenPaid();
    told.pass(graceMs - 100);
    expect(raisedByU()).toEqual([]);
    told.pass(200);
    const [alert, ...others] = raisedByU();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      ...{ rule: 'U', severity: 'WARNING', tenant: 'main', orderNo: 'H1', payNo: 'PAY1' },
      ...{ amountMinor: 9_990n, currency: 'CNY', actual: 'told that it was not paid' },
      summary: 'payment PAY1 is SUCCESS, and ep_1 took last that it was not paid',
      evidence: [
        { type: 'PaymentSucceeded', topic: topics.paymentsEvents.name },
        { type: 'NotificationDelivered', topic: topics.notificationsEvents.name },
      ],
    });
    notify(delivered('n2'));
    expect(saidOfU()).toEqual(['U AUTO_RESOLVED']);
  });

  it('matters more where money was told of that there is not', () => {
    notify(notified('n1', { sequence: 1n, status: 'SUCCESS' }), delivered('n1'));
    told.payment(paymentClosed);
    told.pass(graceMs + 10);
    expect(raisedByU()).toMatchObject([
      { severity: 'CRITICAL', actual: 'told that it was paid', orderNo: 'H1' },
    ]);
  });

  it('says nothing of what was told rightly, in whatever order it arrived', () => {
    told.payment(paymentFailed);
    notify(notified('n1', { sequence: 1n, status: 'FAILED' }));
    told.payment(paymentSucceeded);
    notify(notified('n2', { sequence: 2n, status: 'SUCCESS' }), delivered('n2'), delivered('n1'));
    notify(notified('n3', { sequence: 3n, status: 'REFUNDED', refundId: 'r1' }), delivered('n3'));
    told.pass(graceMs + 10);
    expect(saidOfU()).toEqual([]);
  });

  it('says nothing while nobody knows how the payment ends, nor of another payment', () => {
    notify(notified('n1', { sequence: 1n, status: 'FAILED' }), delivered('n1'));
    notify(notified('n2', { sequence: 2n, status: 'SUCCESS', paymentId: 'PAY0' }), delivered('n2'));
    told.pass(graceMs + 10);
    expect(saidOfU()).toEqual([]);
  });

  it('does not take for told what was never delivered', () => {
    told.payment(paymentFailed);
    notify(notified('n1', { sequence: 1n, status: 'FAILED' }), usedUp('n1'));
    told.payment(paymentSucceeded);
    told.pass(graceMs + 10);
    expect(saidOfU()).toEqual([]);
  });

  it('is over when a correction that had been given up is replayed', () => {
    failedThenPaid();
    notify(usedUp('n2'));
    told.pass(graceMs + 10);
    expect(saidOfU()).toEqual(['U raised WARNING']);
    notify(replayed('n1', { sequence: 1n, status: 'FAILED' }), delivered('n1'));
    expect(saidOfU()).toEqual([]);
    notify(replayed('n2', { sequence: 2n, status: 'SUCCESS' }), delivered('n2'));
    expect(saidOfU()).toEqual(['U AUTO_RESOLVED']);
  });

  it('is one alert of an order, however many endpoints were told', () => {
    told.payment(paymentFailed);
    for (let n = 1; n <= 7; n += 1) {
      const of = { sequence: BigInt(n), status: 'FAILED', endpointId: `ep_${n}` } as const;
      notify(notified(`n${n}`, of), delivered(`n${n}`));
    }
    told.payment(paymentSucceeded);
    told.pass(graceMs + 10);
    const [alert, ...others] = raisedByU();
    expect(others).toEqual([]);
    expect(alert?.summary).toContain('ep_1, ep_2, ep_3, ep_4, ep_5 and 2 more');
    expect(alert?.evidence).toHaveLength(6);
    for (let n = 1; n <= 7; n += 1) {
      const of = { sequence: BigInt(n + 7), status: 'SUCCESS', endpointId: `ep_${n}` } as const;
      expect(saidOfU()).toEqual([]);
      notify(notified(`m${n}`, of), delivered(`m${n}`));
    }
    expect(saidOfU()).toEqual(['U AUTO_RESOLVED']);
  });

  it('has a grace of its own, which a record sets', () => {
    const values = [{ name: 'correctionGraceMs', value: 5_000 }];
    const rules = [{ rule: 'U', version: 1, enabled: true, graceMs: null, values }];
    told.driver.pipeInput({
      ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
      payload: { type: 'ActivateRules', data: { rules, reason: 'test' } },
    });
    failedThenPaid();
    told.pass(5_100);
    expect(saidOfU()).toEqual(['U raised WARNING']);
  });

  it('keeps what was told through a restart', () => {
    failedThenPaid();
    told.driver.restart();
    told.pass(graceMs + 10);
    expect(saidOfU()).toEqual(['U raised WARNING']);
    notify(delivered('n2'));
    expect(saidOfU()).toEqual(['U AUTO_RESOLVED']);
  });
});
