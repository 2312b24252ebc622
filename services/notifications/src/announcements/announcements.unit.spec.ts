import { topics } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../domain/endpoint/testing-commands.ts';
import {
  create,
  delivered,
  payNo,
  replay,
  retry,
  startMs,
} from '../domain/notification/testing-commands.ts';
import { trigger, update } from '../domain/notification/testing-commands.ts';
import type { NotificationsDriver } from './testing-notifications.ts';
import {
  acknowledged,
  activated,
  closed,
  created,
  endedAs,
  failed,
  investigated,
  key,
} from './testing-notifications.ts';
import { notRefunded, openNotifications, raised, refunded } from './testing-notifications.ts';
import { refundedSecond } from './testing-notifications.ts';
import { reopened, resolved, succeeded, topology } from './testing-notifications.ts';

let driver: NotificationsDriver;

beforeEach(async () => {
  driver = await openNotifications();
});

/** What was announced since the last call, and to whom. */
const announced = () =>
  driver.events().flatMap((event) => {
    if (event.type !== 'NotificationCreated') return [];
    const { endpointId, content, sequence } = event.data;
    return [{ endpointId, sequence, ...content }];
  });
const toWhom = () => announced().map(({ endpointId }) => endpointId);
const everyTenant = settingsOf({ events: ['*'], everyTenant: true });

describe('an event of a payment', () => {
  it('is told to every endpoint of its tenant that asked for it, and to no other', () => {
    driver.copy();
    driver.copy({ endpointId: 'ep-2', settings: settingsOf({ events: ['payment.succeeded'] }) });
    driver.copy({ endpointId: 'ep-3', settings: settingsOf({ events: ['payment.failed'] }) });
    driver.copy({ endpointId: 'ep-4', tenant: 'shop' });
    driver.copy({ endpointId: 'ep-5', tenant: 'platform', settings: everyTenant });
    driver.pay(succeeded);
    expect(toWhom()).toEqual(['ep-1', 'ep-2', 'ep-5']);
    driver.pay(failed, 'shop/O-1');
    expect(toWhom()).toEqual(['ep-4', 'ep-5']);
    driver.pay(failed, 'third/O-1');
    expect(toWhom()).toEqual(['ep-5']);
    expect(driver.aggregates()).toEqual([key, 'shop/O-1', 'third/O-1']);
  });

  it('of a tenant that nobody listens to leads to nothing, and no state', () => {
    driver.copy({ tenant: 'shop' });
    for (const event of [created, succeeded, refunded]) driver.pay(event);
    expect([driver.events(), driver.aggregates(), driver.timers()]).toEqual([[], [], []]);
    expect(driver.readOutput(topics.notificationsOutcomes.name)).toEqual([]);
  });

  it('between a payment and its gateway is not even decoded', () => {
    driver.copy();
    const nonsense = (type: string): number => {
      const record = { key: Buffer.from(key), value: Buffer.from('nonsense') };
      const headers = { ce_type: Buffer.from(type) };
      driver.pipeRaw({ topic: topics.paymentsEvents.name, ...record, headers });
      return driver.readOutput(topics.notificationsDeadLetters.name).length;
    };
    expect(nonsense('GatewayCallReported')).toBe(0);
    expect(nonsense('PaymentSucceeded')).toBe(1);
  });

  it('under the number of a payment that nobody created is nobody’s', () => {
    driver.copy({ tenant: 'platform', settings: everyTenant });
    driver.pay(succeeded, payNo);
    expect([driver.events(), driver.aggregates()]).toEqual([[], []]);
  });

  it('says who paid what, and how it ended', () => {
    driver.copy();
    const none = { refundId: null, data: null };
    const money = { ...none, paymentId: payNo, amountMinor: 10_000n, currency: 'CNY' };
    const by = (paymentMethod: string) => ({ ...money, paymentMethod });
    const closing = { ...by('ALIPAY'), type: 'payment.closed', transactionId: null };
    driver.pay(created);
    for (const event of [succeeded, failed, closed('TIMED_OUT'), closed('a mind')])
      driver.pay(event);
    expect(announced()).toMatchObject([
      { ...by('MOCK'), type: 'payment.succeeded', status: 'SUCCESS', transactionId: 'T-1' },
      { ...by('MOCK'), type: 'payment.failed', status: 'FAILED', transactionId: null },
      { ...closing, status: 'TIMEOUT' },
      { ...closing, status: 'CANCELLED' },
    ]);
  });

  it('says of a refund its own amount, and none where it failed', () => {
    driver.copy();
    driver.pay(created);
    for (const event of [refunded, notRefunded]) driver.pay(event);
    const about = { paymentId: payNo, refundId: 'R-1', paymentMethod: 'ALIPAY' };
    expect(announced()).toMatchObject([
      { ...about, status: 'REFUNDED', amountMinor: 300n, currency: 'CNY', transactionId: 'GR-1' },
      { ...about, status: 'SUCCESS', amountMinor: null, currency: null, transactionId: null },
    ]);
  });

  it('says of what was paid twice that it went back, and that the payment is as it was', () => {
    driver.copy();
    driver.pay(created);
    driver.pay(refundedSecond);
    expect(announced()).toMatchObject([
      { type: 'refund.succeeded', status: 'SUCCESS', refundId: 'R-1', amountMinor: 300n },
    ]);
  });

  it('says less where its creation is not known here, and no other payment’s', () => {
    driver.copy();
    driver.pay(created, 'main/O-2');
    for (const event of [closed('TIMED_OUT'), refunded, notRefunded]) driver.pay(event);
    expect(announced()).toMatchObject([
      { paymentMethod: null, amountMinor: null, currency: null },
      { paymentMethod: null, amountMinor: 300n, currency: 'CNY' },
      { paymentMethod: null, amountMinor: null, currency: null },
    ]);
  });

  it('stands in each notification with its id, tenant, order and time, one after the other', () => {
    driver.copy();
    driver.copy({ endpointId: 'ep-2' });
    driver.pay(succeeded, 'main/a/b', 'e-7');
    driver.pay(refunded, 'main/a/b', 'e-8');
    const about = { tenant: 'main', orderNo: 'a/b' };
    const told = announced();
    expect(told).toMatchObject([
      { ...about, sourceEventId: 'e-7', endpointId: 'ep-1', sequence: 1n, occurredAt: startMs + 2 },
      { ...about, sourceEventId: 'e-7', endpointId: 'ep-2', sequence: 2n },
      { ...about, sourceEventId: 'e-8', endpointId: 'ep-1', sequence: 3n, occurredAt: startMs + 3 },
      { ...about, sourceEventId: 'e-8', endpointId: 'ep-2', sequence: 4n },
    ]);
  });

  it('that comes twice under the same id is told once', () => {
    driver.copy();
    driver.pay(succeeded, key, 'e-7');
    driver.restart();
    driver.pay(succeeded, key, 'e-7');
    expect(announced()).toHaveLength(1);
    driver.pay(succeeded, key, 'e-8');
    expect(announced()).toHaveLength(1);
  });
});

describe('an alert', () => {
  it('is told with its data, without the places of its evidence', () => {
    driver.copy();
    driver.alert(raised);
    const [told] = announced();
    const { data, ...about } = told ?? { data: null };
    expect(about).toMatchObject({ type: 'alert.raised', paymentId: payNo, status: 'UNKNOWN' });
    expect(JSON.parse(data ?? '')).toEqual({
      ...{ alertId: 'A-1', rule: 'PAID_NOT_CONFIRMED', ruleVersion: 2, severity: 'CRITICAL' },
      ...{ summary: 'paid in vain', expected: 'CONFIRMED', actual: 'CREATED', orderNo: 'O-1' },
      ...{ paymentId: payNo, amountMinor: '10000', currency: 'CNY' },
      detectedAt: new Date(startMs).toISOString(),
      evidence: [{ eventId: 'e-1', type: 'PaymentSucceeded' }],
    });
  });

  it('is told through its life', () => {
    driver.copy();
    const ends = [resolved, endedAs('WRITTEN_OFF'), endedAs('SUPPRESSED')];
    for (const event of [acknowledged, investigated, ...ends, reopened]) driver.alert(event);
    const told = announced();
    expect(told.map(({ type }) => type)).toEqual([
      ...['alert.acknowledged', 'alert.investigated', 'alert.resolved', 'alert.resolved'],
      ...['alert.resolved', 'alert.reopened'],
    ]);
    const about = { alertId: 'A-1', rule: 'PAID_NOT_CONFIRMED', orderNo: 'O-1' };
    expect(told.map(({ data }) => JSON.parse(data ?? '') as unknown)).toEqual([
      { ...about, reason: 'I look' },
      { ...about, reason: 'I dig' },
      { ...about, resolution: 'AUTO_RESOLVED', reason: 'it came' },
      {
        ...{ ...about, resolution: 'WRITTEN_OFF', reason: 'so it is' },
        ...{ lossMinor: '990', lossCurrency: 'CNY' },
      },
      {
        ...{ ...about, resolution: 'SUPPRESSED', reason: 'so it is' },
        suppressedUntil: new Date(startMs + 1_000).toISOString(),
      },
      { ...about, reason: 'not over' },
    ]);
  });

  it('is not what a change of the rules is', () => {
    driver.copy({ tenant: 'platform', settings: everyTenant });
    driver.alert(activated, 'main/rules-0');
    expect([driver.events(), driver.aggregates()]).toEqual([[], []]);
  });
});

describe('an endpoint', () => {
  it('is told as it is when the event comes, also after a takeover', () => {
    driver.copy();
    const settings = settingsOf({ events: ['refund.succeeded'], intervalsMs: [7_000] });
    driver.copy({ settings: { ...settings, inOrder: true }, settingsVersion: 2 });
    driver.restart();
    for (const event of [succeeded, refunded]) driver.pay(event);
    const [one, ...others] = driver.events();
    expect(others).toEqual([]);
    expect(one?.data).toMatchObject({ settingsVersion: 2, intervalsMs: [7_000], inOrder: true });
  });

  it('that is paused or disabled is told; one that was removed is not', () => {
    for (const [status, count] of [
      ['PAUSED', 1],
      ['DISABLED', 1],
      ['REMOVED', 0],
      ['ACTIVE', 1],
    ] as const) {
      driver.copy({ status });
      driver.pay(succeeded);
      expect(toWhom()).toHaveLength(count);
    }
  });

  it('that is for every tenant, or not any more, is told once of each event', () => {
    driver.copy();
    driver.copy({ settings: everyTenant });
    driver.pay(succeeded);
    driver.pay(succeeded, 'shop/O-1');
    expect(toWhom()).toEqual(['ep-1', 'ep-1']);
    driver.copy();
    driver.pay(succeeded);
    driver.pay(succeeded, 'shop/O-1');
    expect(toWhom()).toEqual(['ep-1']);
    driver.copy({ status: 'REMOVED' });
    expect([...driver.store('subscriptions')]).toEqual([]);
  });
});

describe('a trial', () => {
  it('is a notification to its endpoint, whatever that asked for', () => {
    driver.copy({ settings: settingsOf({ events: ['payment.failed'], inOrder: true }) });
    const outcome = driver.ask(trigger('n1'));
    expect(outcome).toMatchObject({ status: 'ACCEPTED', commandType: 'TriggerNotification' });
    expect(JSON.parse(outcome.answer ?? '')).toMatchObject({
      ...{ notificationId: 'n1', endpointId: 'ep-1', type: 'endpoint.test', attempt: 1 },
      notificationStatus: 'NOTIFYING',
    });
    expect(driver.events()).toMatchObject([{ data: { inOrder: true, settingsVersion: 1 } }]);
    expect(driver.ask(trigger('n1'), key, 'again')).toMatchObject({ status: 'UNCHANGED' });
  });

  it('at an endpoint that is not there, or somebody else’s, is refused', () => {
    const refused = { status: 'REJECTED', code: 'ENDPOINT_NOT_FOUND' };
    expect(driver.ask(trigger('n1'))).toMatchObject(refused);
    driver.copy({ tenant: 'shop' });
    expect(driver.ask(trigger('n1'))).toMatchObject(refused);
    driver.copy({ tenant: 'platform', settings: everyTenant });
    expect(driver.ask(trigger('n1'))).toMatchObject({ status: 'ACCEPTED' });
  });
});

describe('the notifications of an order', () => {
  it('are found by the number of its payment and by its routing key', () => {
    driver.copy();
    driver.pay(succeeded);
    const [one] = driver.events();
    const id = one?.type === 'NotificationCreated' ? one.data.notificationId : '';
    expect(driver.ask(delivered(id, 1), payNo)).toMatchObject({ status: 'ACCEPTED' });
    driver.restart();
    expect(driver.ask(replay(id), payNo)).toMatchObject({ status: 'ACCEPTED' });
    expect(driver.ask(retry(null), payNo)).toMatchObject({ code: 'RETRY_NOT_ALLOWED' });
    expect(driver.ask(retry(null))).toMatchObject({ code: 'RETRY_NOT_ALLOWED' });
    expect(driver.ask(update('FAILED'), payNo)).toMatchObject({ code: 'STATUS_FOLLOWS_LOG' });
    expect(driver.aggregates()).toEqual([key]);
  });

  it('of a payment that only a caller knows stand under its number, which is no name of it', () => {
    expect(driver.ask(create('n1', { paymentId: 'their-1' }), 'their-1')).toMatchObject({
      status: 'ACCEPTED',
    });
    expect(driver.aggregates()).toEqual(['their-1']);
    expect([...driver.store('names').keys()]).toEqual([]);
    expect(driver.ask(update('REFUNDED', null, 'their-1'), 'their-1')).toMatchObject({
      status: 'ACCEPTED',
      aggregateVersion: 2n,
    });
  });
});

it('hears what it says it hears, and lets parked keys go on', () => {
  expect(topology.inputs.map(({ kind, topic }) => [kind, topic])).toEqual([
    ['commands', topics.notificationsCommands.name],
    ['events', topics.endpointsCopies.name],
    ['events', topics.paymentsEvents.name],
    ['events', topics.alertsEvents.name],
    ['redrives', topics.deadLettersCommands.name],
  ]);
});
