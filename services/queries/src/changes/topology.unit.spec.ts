import type {
  ChangeNoted,
  CheckoutEvent,
  DesksEvent,
  IncidentsEvent,
  OrdersEvent,
  PaymentsEvent,
  RemediesEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { slotOfRecordKey, slotOfUuid } from '@plumbline/kernel';
import type { OutputMessage, TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { describe, expect, it } from 'vitest';
import * as limits from '../limits.ts';
import { changesTopology } from './topology.ts';

const key = 'main/O-1';
const [orders, payments] = [topics.ordersEvents.name, topics.paymentsEvents.name];
const [checkout, alerts] = [topics.checkoutEvents.name, topics.alertsEvents.name];
const [remedies, incidents] = [topics.remediesEvents.name, topics.incidentsEvents.name];
const desks = topics.desksEvents.name;
const feed = topics.changesEvents.name;

const created = (buyer: string | null): OrdersEvent => ({
  type: 'OrderCreated',
  data: {
    ...{ orderNo: 'O-1', tenant: 'main', items: [], amountMinor: 1n, currency: 'CNY', payBy: 9 },
    ...{ idempotencyKey: null, fingerprint: 'f', createdAt: 1 },
    purchase: buyer === null ? null : { buyer, balanceMinor: 0n, channel: 'MOCK' },
  },
});
const cancelled: OrdersEvent = {
  type: 'OrderCancelled',
  data: { orderNo: 'O-1', reason: 'mind' },
};
const closed = (payNo = 'PAY-1'): PaymentsEvent => ({
  type: 'PaymentClosed',
  data: { orderNo: 'O-1', payNo, reason: 'TIMED_OUT', closedAt: 9 },
});
const pushed: CheckoutEvent = {
  type: 'CheckoutPushed',
  data: { orderNo: 'O-1', pushId: 'p', reason: 'stuck', pushedAt: 3 },
};

let events = 0;

type Noted =
  OrdersEvent | PaymentsEvent | CheckoutEvent | RemediesEvent | IncidentsEvent | DesksEvent;
type Piped = readonly [string, Noted];

const pipe = (driver: TestDriver, [topic, payload]: Piped, at = key, id = `e-${++events}`) => {
  driver.pipeInput({ topic, key: at, payload, envelope: { id } });
  return id;
};

const notedOf = (message: OutputMessage): ChangeNoted => message.payload.data as ChangeNoted;

/** `ORDER OrderCreated b`, with `again` where it is noted again. */
const linesOf = (driver: TestDriver): readonly string[] =>
  driver
    .readOutput(feed)
    .map(notedOf)
    .map(({ kind, eventType, buyer, again }) =>
      [kind, eventType, buyer ?? '-', ...(again ? ['again'] : [])].join(' '),
    );

const open = (): Promise<TestDriver> => createTestDriver(changesTopology);

describe('the live feed notes', () => {
  it('each event of an order once, with its buyer and where it stands', async () => {
    const driver = await open();
    pipe(driver, [orders, created('b')]);
    pipe(driver, [checkout, pushed]);
    const id = pipe(driver, [payments, closed()]);
    const written = driver.readOutput(feed);
    expect(written.map((each) => notedOf(each).eventType)).toEqual([
      ...['OrderCreated', 'CheckoutPushed', 'PaymentClosed'],
    ]);
    const last = written.at(-1);
    expect(last).toMatchObject({ key, envelope: { causationId: id, aggregateVersion: null } });
    expect(last?.payload.data).toEqual({
      ...{ tenant: 'main', orderNo: 'O-1', buyer: 'b', kind: 'PAYMENT', eventId: id },
      ...{ eventType: 'PaymentClosed', sourceTopic: payments, sourcePartition: 0 },
      ...{ sourceOffset: 0n, again: false, notedAt: driver.nowMs() - 1 },
    });
    expect(slotOfUuid(last?.envelope.id ?? '')).toBe(slotOfRecordKey(key));
  });

  it('nothing of a payment that only its number names, nor of rules', async () => {
    const driver = await open();
    pipe(driver, [payments, closed()], 'PAY1700000000000000001234567890');
    const data = { revision: 1n, rules: [], reason: 'test', activatedAt: 1 };
    driver.pipeInput({ topic: alerts, key, payload: { type: 'RulesActivated', data } });
    expect(driver.readOutput(feed)).toEqual([]);
    expect(driver.store('buyers').size).toBe(0);
  });

  it('remedies of an order with it, and incidents in the place of one, without keeping anything', async () => {
    const driver = await open();
    const about = { remedyId: 'r', alertId: 'a', rule: 'C', tenant: 'main', orderNo: 'O-1' };
    const approved = { ...about, by: 'operator:a', reason: 'yes', isEnough: true, approvedAt: 1 };
    const counts = { members: 1, open: 0, resolved: 0, autoResolved: 1, superseded: 0 };
    const ended: IncidentsEvent = {
      type: 'IncidentEnded',
      data: {
        ...{ incidentId: 'i', rule: 'A', tenant: 'main', reason: 'ALL_ENDED', endedAt: 9 },
        ...{ counts: { ...counts, writtenOff: 0, suppressed: 0 }, money: [] },
      },
    };
    const granted = {
      ...{ tenant: 'main', rule: 'C', remedyId: 'r', alertId: 'a', orderNo: 'O-1' },
      ...({ remedy: 'REFUND', amountMinor: 1n, currency: 'CNY', dryRun: false } as const),
      ...{ approvals: [], hour: 0, grantedAt: 1 },
    };
    pipe(driver, [orders, created('b')]);
    pipe(driver, [remedies, { type: 'RemedyApproved', data: approved }]);
    pipe(driver, [incidents, ended], 'main/incidents.A');
    const stopped = { tenant: 'main', rule: null, reason: 'wait', stoppedAt: 1 };
    pipe(driver, [desks, { type: 'RemediesStopped', data: stopped }], 'main/remedies');
    pipe(driver, [desks, { type: 'LeaveGranted', data: granted }], 'main/remedies');
    expect(driver.readOutput(feed).map(notedOf).slice(1)).toMatchObject([
      { kind: 'REMEDY', orderNo: 'O-1', buyer: 'b', eventType: 'RemedyApproved' },
      { kind: 'INCIDENT', orderNo: 'incidents.A', buyer: null, sourceTopic: incidents },
      { kind: 'REMEDY', orderNo: 'remedies', buyer: null, eventType: 'RemediesStopped' },
    ]);
    expect([...driver.store('buyers').keys()]).toEqual([key]);
    expect(driver.timers()).toEqual([]);
  });

  it('under ids that a replay repeats and no two notes share', async () => {
    const idsOf = async () => {
      const driver = await open();
      pipe(driver, [payments, closed()], key, 'a');
      pipe(driver, [checkout, pushed], key, 'b');
      pipe(driver, [orders, created('b')], key, 'c');
      return driver.readOutput(feed).map(({ envelope }) => envelope.id);
    };
    const first = await idsOf();
    expect(new Set(first).size).toBe(5);
    expect(await idsOf()).toEqual(first);
  });
});

describe('an event that overtakes its order is noted', () => {
  it('at once without a buyer, and again with the buyer when the order is known', async () => {
    const driver = await open();
    pipe(driver, [payments, closed()]);
    pipe(driver, [checkout, pushed]);
    expect(linesOf(driver)).toEqual(['PAYMENT PaymentClosed -', 'CHECKOUT CheckoutPushed -']);
    driver.restart();
    pipe(driver, [orders, created('b')]);
    expect(linesOf(driver)).toEqual([
      'ORDER OrderCreated b',
      'PAYMENT PaymentClosed b again',
      'CHECKOUT CheckoutPushed b again',
    ]);
    pipe(driver, [orders, cancelled]);
    expect(linesOf(driver)).toEqual(['ORDER OrderCancelled b']);
    expect(driver.timers()).toEqual([]);
  });

  it('once, where the order turns out to have no buyer', async () => {
    const driver = await open();
    pipe(driver, [payments, closed()]);
    pipe(driver, [orders, created(null)]);
    pipe(driver, [payments, closed()]);
    expect(linesOf(driver)).toEqual([
      'PAYMENT PaymentClosed -',
      'ORDER OrderCreated -',
      'PAYMENT PaymentClosed -',
    ]);
  });

  it('again with the place where it stands, not that of the order', async () => {
    const driver = await open();
    pipe(driver, [payments, closed('PAY-0')], 'main/O-2');
    const id = pipe(driver, [payments, closed()]);
    pipe(driver, [orders, created('b')]);
    const again = driver.readOutput(feed).map(notedOf).at(-1);
    expect(again).toMatchObject({ eventId: id, sourceTopic: payments, sourceOffset: 1n });
  });

  it('again up to the newest hundred, and not for ever', async () => {
    const driver = await open();
    for (let n = 0; n <= limits.overtakingMax; n += 1) pipe(driver, [payments, closed()]);
    pipe(driver, [payments, closed()], 'main/O-2');
    driver.readOutput(feed);
    pipe(driver, [orders, created('b')]);
    expect(linesOf(driver)).toHaveLength(1 + limits.overtakingMax);
    expect(driver.store('buyers').size).toBe(2);
    driver.advanceStreamTime(limits.overtakenKeptMs + 1_000);
    expect([...driver.store('buyers').keys()]).toEqual([key]);
  });
});
