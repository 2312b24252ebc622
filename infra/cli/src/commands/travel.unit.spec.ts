import { EventEmitter } from 'node:events';
import { topics } from '@plumbline/events';
import { derivedUuid, payNo as payNoOf, slotOf } from '@plumbline/kernel';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventWriter, WrittenEvent } from '../testing/event-writer.ts';
import { createEventWriter } from '../testing/event-writer.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import {
  alertRaised,
  callbackRecorded,
  encrypted,
  money,
  orderCreated,
  orderKey,
  paymentCreated,
} from '../testing/sample-events.ts';
import type { AggregateKind } from '../travel/aggregates.ts';
import type { TravelOptions } from './travel.ts';
import { travel } from './travel.ts';

const key = orderKey;
const of = { orderNo: 'H1', payNo: 'P1' };
let writer: EventWriter;

beforeEach(() => {
  writer = createEventWriter();
});

/** What a command says, on a session of its own. */
async function show(
  id: string,
  options: TravelOptions = {},
  kind: AggregateKind = 'order',
): Promise<{ readonly exitCode: number; readonly text: string; readonly notes: string }> {
  const session: MemorySession = writer.session.again();
  const exitCode = await travel(session, kind, { ...options, id });
  return { exitCode, text: session.out.stdout(), notes: session.out.stderr() };
}

const json = async (id: string, options: TravelOptions, kind?: AggregateKind): Promise<unknown> =>
  JSON.parse((await show(id, { ...options, json: true }, kind)).text);

/** An order that is created, waits, and is paid, ten seconds apart. */
async function paidOrder(): Promise<readonly [WrittenEvent, WrittenEvent, WrittenEvent]> {
  const topic = topics.ordersEvents.name;
  const first = await writer.write(topic, orderCreated(), { key });
  // Others stand between its events, on the same partition too.
  for (const other of ['H2', 'H3', 'H4', 'H5', 'H6'])
    await writer.write(topic, orderCreated(other), { key: `main/${other}` });
  writer.pass(10_000);
  const second = await writer.write(
    topic,
    { type: 'OrderAwaitingPayment', data: { ...of, paymentEventId: 'p1', atGateway: true } },
    { key, actor: 'system:orders' },
  );
  writer.pass(10_000);
  const third = await writer.write(
    topic,
    { type: 'OrderPaid', data: { ...of, ...money, paymentEventId: 'p2', paidAt: 0 } },
    { key },
  );
  return [first, second, third];
}

describe('at a moment', () => {
  it('an order is what its decider makes of its events up to then, that of the moment with them', async () => {
    const [first, second, third] = await paidOrder();
    const statusAt = async (options: TravelOptions) =>
      /^ {2}status +(\w+)$/m.exec((await show('H1', options)).text)?.[1];
    expect(await statusAt({})).toBe('PAID');
    expect(await statusAt({ at: 'now' })).toBe('PAID');
    expect(await statusAt({ at: first.time })).toBe('PENDING');
    expect(await statusAt({ at: new Date(second.timeMs - 1).toISOString() })).toBe('PENDING');
    expect(await statusAt({ at: second.time })).toBe('WAITING_PAYMENT');
    expect(await statusAt({ at: 'v2' })).toBe('WAITING_PAYMENT');
    expect(await statusAt({ atOffset: second.place })).toBe('WAITING_PAYMENT');
    expect(await statusAt({ atOffset: (third.offset - 1n).toString() })).toBe('WAITING_PAYMENT');
    expect(await statusAt({ at: third.place })).toBe('PAID');
  });

  it('the offset of another topic is when its record was written', async () => {
    await paidOrder();
    const other = await writer.write(topics.inventoryEvents.name, stockReceived, { key: 'main/S' });
    const { text } = await show('H1', { atOffset: other.place });
    expect(text).toContain(`order H1 of main, at ${other.time}`);
    expect(text).toContain('PAID');
  });

  it('shows fields by their paths, amounts and times in words, and the event that made them so', async () => {
    const [, , third] = await paidOrder();
    const { text } = await show('H1');
    expect(text).toContain('order H1 of main, now');
    expect(text).toContain(`since v3  ${third.time}  ${third.place}  OrderPaid  by system:test`);
    expect(text).toMatch(/^ {2}items\[0\]\.unitAmountMinor +99\.90 CNY$/m);
    expect(text).toMatch(/^ {2}createdAtMs +2026-01-05T00:00:00\.000Z$/m);
    expect(text).toMatch(/^ {2}purchase +null$/m);
  });

  it('before its first event there is nothing, and that ends with 1', async () => {
    const [first] = await paidOrder();
    const early = new Date(first.timeMs - 1).toISOString();
    const { exitCode, text, notes } = await show('H1', { at: early });
    expect({ exitCode, text }).toEqual({ exitCode: 1, text: '' });
    expect(notes).toContain(`order H1 of main was not there ${early}`);
    expect(await json('H1', { at: early })).toMatchObject({ since: null, state: null });
  });

  it('reads the one partition in which it stands, and no other', async () => {
    const [first] = await paidOrder();
    const opened = vi.spyOn(writer.session.memory, 'openReader');
    await show('H1');
    const read = opened.mock.calls.flatMap(([{ from }]) => from);
    expect(read).toEqual([
      { topic: topics.ordersEvents.name, partition: first.partition, offset: 0n },
    ]);
  });
});

const stockReceived = {
  type: 'StockReceived',
  data: {
    ...{ tenant: 'main', sku: 'S', receiptId: 'r', quantity: 3, receivedAt: 0 },
  },
};

describe('step by step', () => {
  it('each event with the fields that it changed, added and took away', async () => {
    await paidOrder();
    const { text } = await show('H1', { steps: true });
    const [, second = '', third = ''] = text.split(/^v\d/m).slice(1);
    expect(text).toMatch(/^v1 .*OrderCreated/m);
    expect(second).toMatch(/OrderAwaitingPayment {2}by system:orders/);
    expect(second).toMatch(/^ {4}~ status +PENDING → WAITING_PAYMENT$/m);
    expect(second).toMatch(/^ {4}\+ payNo +P1$/m);
    expect(second).not.toContain('createdAtMs');
    expect(third).toMatch(/^ {4}- expiry +was gateway$/m);
    expect((await show('H1', { steps: true, at: 'v1' })).text).not.toContain('v2');
  });

  it('or one by one, by keys of a terminal, and of nothing else', async () => {
    await paidOrder();
    const session = writer.session.again();
    const keys = Object.assign(new EventEmitter(), {
      isTTY: true,
      resume: () => {
        for (const key of ['n', 's', 'q']) keys.emit('data', Buffer.from(key));
      },
      pause: () => undefined,
    });
    expect(await travel(session, 'order', { id: 'H1', step: true }, keys)).toBe(0);
    const text = session.out.stdout();
    expect(text).toContain('2 of 3');
    expect(text).toMatch(/~ status +PENDING → WAITING_PAYMENT/);
    expect(text).toMatch(/^ {2}status +WAITING_PAYMENT$/m);
    expect(text).not.toContain('OrderPaid');
    const file = Object.assign(new EventEmitter(), {
      resume: () => undefined,
      pause: () => undefined,
    });
    const refused = travel(writer.session.again(), 'order', { id: 'H1', step: true }, file);
    await expect(refused).rejects.toThrow('--step needs a terminal');
  });

  it('is a list of versions with changes as JSON', async () => {
    await paidOrder();
    expect(await json('H1', { steps: true })).toMatchObject({
      ...{ kind: 'order', id: 'H1' },
      versions: [
        { version: '1', type: 'OrderCreated' },
        { version: '2', changes: expect.arrayContaining([statusChange]) as unknown },
        { version: '3', type: 'OrderPaid' },
      ],
    });
  });
});

const statusChange = { path: 'status', from: 'PENDING', to: 'WAITING_PAYMENT' };

describe('two moments', () => {
  it('differ in fields, old and new', async () => {
    const [first] = await paidOrder();
    const { exitCode, text } = await show('H1', { diff: [first.time, 'now'] });
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^ {2}~ status +PENDING → PAID$/m);
    expect(text).toMatch(/^ {2}from {2}v1 .*OrderCreated/m);
    expect(text).toMatch(/^ {2}to {4}v3 .*OrderPaid/m);
    expect((await show('H1', { diff: ['v3', 'now'] })).text).toContain('nothing differs');
    expect((await show('H1', { diff: ['now', 'v1'] })).text).toMatch(/status +PAID → PENDING/);
    const whole = await show('H1', { diff: [new Date(first.timeMs - 1).toISOString(), 'v1'] });
    expect(whole.text).toContain('before its first event');
    expect(whole.text).toMatch(/^ {2}\+ status +PENDING$/m);
  });
});

describe('what is found by its id alone', () => {
  it('a payment, under the key of its order, whatever came for its number before', async () => {
    const payNo = payNoOf({ atMs: 1, slot: slotOf(key), random: 7 });
    const topic = topics.paymentsEvents.name;
    await writer.write(topic, callbackRecorded(payNo, null), { key: payNo });
    await writer.write(topic, paymentCreated(payNo), { key, subject: payNo });
    const { text } = await show(payNo, {}, 'payment');
    expect(text).toMatch(/^ {2}status +created$/m);
    expect(text).toContain('since v1');
    const other = payNoOf({ atMs: 1, slot: slotOf(key), random: 8 });
    expect((await show(other, {}, 'payment')).exitCode).toBe(1);
  });

  it('an alert, of an order that has several, through its life', async () => {
    const [one, other] = ['1', '2'].map((each) => derivedUuid(slotOf(key), 'alert', each));
    const topic = topics.alertsEvents.name;
    const about = { alertId: one, rule: 'A', tenant: 'main', orderNo: 'H1', reason: 'seen' };
    await writer.write(topic, alertRaised(one ?? ''), { key, subject: one ?? '' });
    await writer.write(topic, alertRaised(other ?? ''), { key, subject: other ?? '' });
    await writer.write(
      topic,
      { type: 'AlertAcknowledged', data: { ...about, acknowledgedAt: 0 } },
      { key, subject: one ?? '', actor: 'operator:ana' },
    );
    const { text } = await show(one ?? '', { steps: true }, 'alert');
    expect(text.match(/^v\d/gm)).toEqual(['v1', 'v3']);
    expect(text).toMatch(
      /AlertAcknowledged {2}by operator:ana\n {4}~ status {2}OPEN → ACKNOWLEDGED/,
    );
    expect(await json(one ?? '', { at: 'v2' }, 'alert')).toMatchObject({
      state: { status: 'OPEN', rule: 'A', amountMinor: '9990' },
    });
    expect((await show(other ?? '', {}, 'alert')).text).toMatch(/status +OPEN/);
  });

  it('personal data is not shown', async () => {
    const payNo = payNoOf({ atMs: 1, slot: slotOf(key), random: 7 });
    await writer.write(topics.paymentsEvents.name, paymentCreated(payNo, encrypted), {
      key,
      subject: payNo,
    });
    for (const options of [{}, { steps: true }, { json: true }, { diff: ['now', 'now'] }]) {
      const { text } = await show(payNo, options, 'payment');
      expect(text).not.toContain('enc:v1');
      if (!('diff' in options)) expect(text).toContain('(encrypted)');
    }
  });
});

describe('is refused', () => {
  it.each([
    ['a time without a zone', { at: '2026-01-05T12:00:00' }, 'Write 2026-01-05T12:00:00Z for UTC'],
    ['a day that there is not', { at: '2026-02-30T12:00:00Z' }, '--at is how long ago'],
    ['what is no moment', { at: 'yesterday' }, '--at is how long ago'],
    ['what is no place', { atOffset: 'payments' }, '--at-offset is a place such as orders.events'],
    ['an offset to come', { atOffset: '99' }, 'there is no orders.events.v1-'],
    ['a partition that there is not', { at: 'orders.events.v1-9@0' }, 'no committed record at'],
    ['a version to come', { at: 'v4' }, 'there is no v4: the last is v3'],
    ['one moment to compare', { diff: ['now'] }, 'two moments'],
    ['three', { diff: ['v1', 'v2', 'v3'] }, 'two moments'],
    ['a tenant that cannot be', { tenant: 'a/b' }, '--tenant'],
    ['to show personal data for nothing', { reveal: true }, 'needs a --reason'],
    ['a reason for nothing', { reason: 'why not' }, '--reason goes with --reveal'],
  ] as const)('%s', async (_what, options, says) => {
    await paidOrder();
    await expect(show('H1', options)).rejects.toThrow(says);
  });

  it.each([
    ['payment', 'PAY1', '27 digits'],
    ['alert', '1', 'no id of an alert'],
    ['endpoint', 'ep_1', 'ep_<tenant>_<24 hex digits>'],
    ['receiving account', '1000', 'pid and aid'],
    ['order', '', 'not empty'],
  ] as const)('what is no id of a %s', async (kind, id, says) => {
    await expect(show(id, {}, kind)).rejects.toMatchObject({
      ...{ exitCode: 2, message: expect.stringContaining(says) as unknown },
    });
  });

  it('a history with an event missing, or one that cannot be read, and says where', async () => {
    const [, , third] = await paidOrder();
    await writer.write(
      topics.ordersEvents.name,
      { type: 'OrderCancelled', data: { orderNo: 'H1', reason: 'r' } },
      { key, version: 5n },
    );
    await expect(show('H1')).rejects.toThrow('that is version 5, and the last before it was 3');
    expect((await show('H1', { atOffset: third.place })).text).toContain('PAID');
    writer.session.memory.appendRaw({
      ...{ topic: topics.ordersEvents.name, partition: third.partition },
      ...{ key: Buffer.from(key), value: Buffer.from('nonsense'), headers: {} },
    });
    await expect(show('H1')).rejects.toThrow(/cannot be read: .*--at-offset \d+/);
  });
});
