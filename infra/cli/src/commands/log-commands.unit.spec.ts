import { setTimeout as sleep } from 'node:timers/promises';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { OrdersCommand } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import { ordersTopology } from '@plumbline/orders';
import { changesTopology } from '@plumbline/queries';
import type { RunningTopology, Topology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chainChecks, firstBrokenLink } from '../doctor/chain-checks.ts';
import { okCheck } from '../doctor/check.ts';
import type { DecodedRecord } from '../read/decode.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { tailAlerts } from './alerts-tail.ts';
import { timelineOf } from '../timeline/read-timeline.ts';
import { showTimeline } from './order-timeline.ts';
import { listRules } from './rules-list.ts';
import { setRule } from './rules-set.ts';
import { addRulesSwitches } from './rules-switch.ts';

let session: MemorySession;
const running: RunningTopology[] = [];

async function run(topology: Topology): Promise<void> {
  const { memory: log, memoryCodec: codec } = session;
  const started = await runTopology({ topology, log, codec, logger: silentLogger, partitions: 4 });
  running.push(started);
  await vi.waitFor(() => expect(started.ready()).toBe(true), 5_000);
}

beforeEach(() => {
  session = createMemorySession();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((topology) => topology.close()));
  await session.memory.close();
});

async function send(command: OrdersCommand, orderNo: string): Promise<void> {
  const topic = topics.ordersCommands.name;
  await session.memoryCodec.prepare([topic]);
  const key = `main/${orderNo}`;
  session.memory.appendRaw({
    ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
    value: session.memoryCodec.encode(topic, command),
    headers: encodeEnvelope({
      ...{ id: `c-${orderNo}-${command.type}`, type: command.type, source: '/plumbline/test' },
      ...{ subject: orderNo, timeMs: Date.now(), correlationId: 'x', causationId: null },
      ...{ actor: 'api:test', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    }),
  });
}

const createOrder = (orderNo: string): OrdersCommand => ({
  type: 'CreateOrder',
  data: {
    ...{ orderNo, tenant: 'main', amountMinor: 9_990n, currency: 'CNY' },
    items: [{ sku: 'S1', quantity: 1, unitAmountMinor: 9_990n }],
    payBy: Date.now() + 600_000,
    idempotencyKey: null,
    purchase: null,
    fingerprint: 'f'.repeat(64),
  },
});

const untilOutcomes = (count: number) =>
  vi.waitFor(
    () => expect(session.memory.topicRecords(topics.ordersOutcomes.name)).toHaveLength(count),
    5_000,
  );

describe('order timeline', () => {
  it('shows events and outcomes of one order in the order in which they were appended', async () => {
    await run(ordersTopology);
    await send(createOrder('H1'), 'H1');
    await send(createOrder('H2'), 'H2');
    await untilOutcomes(2);
    await send({ type: 'CancelOrder', data: { orderNo: 'H1', reason: 'changed my mind' } }, 'H1');
    await untilOutcomes(3);

    expect(await showTimeline(session, 'H1', {})).toBe(0);
    const text = session.out.stdout();
    const types = [...text.matchAll(/^ {4}(\w+)(?: v\d+)? {2}by/gm)].map(([, type]) => type);
    expect(types).toEqual(['OrderCreated', 'CommandOutcome', 'OrderCancelled', 'CommandOutcome']);
    expect(text).toContain('OrderCreated v1  by api:test  cause c-H1-CreateOrder');
    expect(text).toContain('amount=99.90 CNY');
    expect(text).not.toContain('c-H2-');
  });

  it('shows what was put aside for the order, under keys of its own, and nothing of others', async () => {
    await run(ordersTopology);
    await send(createOrder('H1'), 'H1');
    await untilOutcomes(1);
    const topic = topics.inventoryEvents.name;
    await session.memoryCodec.prepare([topic]);
    for (const [orderNo, sku] of [
      ['H1', 'S1'],
      ['H2', 'S1'],
      ['H1', 'S2'],
    ] as const) {
      const key = `main/${sku}`;
      const reservationId = `${orderNo}-${sku}`;
      const data = { tenant: 'main', sku, reservationId, orderNo, quantity: 1 };
      const payload = { type: 'StockReserved', data: { ...data, expireAt: 1, reservedAt: 1 } };
      session.memory.appendRaw({
        ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
        value: session.memoryCodec.encode(topic, payload),
        headers: encodeEnvelope({
          ...{ id: reservationId, type: payload.type, source: '/plumbline/test', subject: sku },
          ...{ timeMs: 1, correlationId: 'x', causationId: null, actor: 'system:inventory' },
          ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
        }),
      });
    }
    expect(await showTimeline(session, 'H1', {})).toBe(0);
    const text = session.out.stdout();
    expect(text).toContain('reservationId=H1-S1');
    for (const other of ['H2-S1', 'H1-S2']) expect(text).not.toContain(other);
  });

  it('is JSON with everything in it on demand, amounts as text', async () => {
    await run(ordersTopology);
    await send(createOrder('H1'), 'H1');
    await untilOutcomes(1);
    expect(await showTimeline(session, 'H1', { json: true })).toBe(0);
    const [created] = JSON.parse(session.out.stdout()) as readonly {
      readonly type: string;
      readonly offset: string;
      readonly data: { readonly amountMinor: string };
    }[];
    expect(created).toMatchObject({ type: 'OrderCreated', offset: '0' });
    expect(created?.data.amountMinor).toBe('9990');
  });

  it('says that there is nothing, and ends with 1', async () => {
    expect(await showTimeline(session, 'H404', {})).toBe(1);
    expect(session.out.stderr()).toContain('the log says nothing about order H404');
  });

  it('shows a record that cannot be read as such', async () => {
    const key = 'main/H1';
    session.memory.appendRaw({
      ...{ topic: topics.ordersEvents.name, partition: partitionOfRecordKey(key, 4) },
      ...{ key: Buffer.from(key), value: Buffer.from('nonsense'), headers: {} },
    });
    expect(await showTimeline(session, 'H1', {})).toBe(0);
    expect(session.out.stdout()).toContain('cannot be read');
  });
});

describe('hash chains', () => {
  it('hold for what a decider wrote, and not for what somebody changed', async () => {
    await run(ordersTopology);
    await send(createOrder('H1'), 'H1');
    await send({ type: 'CancelOrder', data: { orderNo: 'H1', reason: 'no' } }, 'H1');
    await untilOutcomes(2);
    const entries = await timelineOf(session, 'main/H1');
    const events = entries.filter(
      (entry): entry is DecodedRecord =>
        'payload' in entry && entry.topic === topics.ordersEvents.name,
    );
    expect(events).toHaveLength(2);
    expect(firstBrokenLink(events)).toBeNull();
    const [first, second] = events;
    if (first === undefined || second === undefined) throw new Error('two events were written');
    const changed = { ...first, envelope: { ...first.envelope, actor: 'operator:mallory' } };
    expect(firstBrokenLink([changed, second])).toBe(second);
    expect(firstBrokenLink([first, first])).toBe(first);
    // A log that retention has shortened starts its chains later.
    expect(firstBrokenLink([second])).toBeNull();
  });
});

describe('rules', () => {
  const rule = { rule: 'A', grace: '5s', reason: 'a test' };

  it('list shows the defaults while nothing was set', async () => {
    expect(await listRules(session, {})).toBe(0);
    expect(session.out.stdout()).toMatch(/^A +1 {2}on +1m +all/m);
  });

  it('set reaches every partition, and list shows it', async () => {
    await run(consistencyAlerts);
    expect(await setRule(session, rule)).toBe(0);
    expect(session.out.stdout().match(/^partition \d {2}ACCEPTED$/gm)).toHaveLength(4);
    const after = session.again();
    expect(await listRules(after, {})).toBe(0);
    expect(after.out.stdout()).toMatch(/^A +1 {2}on +5s +all/m);
    const disabled = session.again();
    expect(await setRule(disabled, { rule: 'B', disable: true, reason: 'a test' })).toBe(0);
    const both = session.again();
    expect(await listRules(both, {})).toBe(0);
    expect(both.out.stdout()).toMatch(/^B +1 {2}off +0s +all/m);
    expect(both.out.stdout()).toMatch(/^A +1 {2}on +5s +all/m);
  });

  it('list shows rules that came later beside those that were set, and set takes them', async () => {
    await run(consistencyAlerts);
    await setRule(session, rule);
    const before = session.again();
    expect(await listRules(before, {})).toBe(0);
    for (const name of ['K', 'U', 'V', 'Z'])
      expect(before.out.stdout()).toMatch(new RegExp(`^${name} +1 {2}on +0s .*all`, 'm'));
    const later = { rule: 'Z', disable: true, reason: 'a test' };
    expect(await setRule(session.again(), later)).toBe(0);
    const after = session.again();
    expect(await listRules(after, {})).toBe(0);
    expect(after.out.stdout()).toMatch(/^Z +1 {2}off +0s +all/m);
  });

  it('disable and activate do to one rule what set does', async () => {
    await run(consistencyAlerts);
    await setRule(session, { ...rule, rule: 'B' });
    const say = async (...args: readonly string[]): Promise<string> => {
      const program = new Command();
      addRulesSwitches(program, async (act) => {
        await act(session.again());
      });
      await program.parseAsync([...args, '--reason', 'a test'], { from: 'user' });
      const listed = session.again();
      await listRules(listed, {});
      return listed.out.stdout();
    };
    expect(await say('disable', 'B')).toMatch(/^B +1 {2}off +5s +all/m);
    expect(await say('activate', 'B')).toMatch(/^B +1 {2}on +5s +all/m);
  });

  it('set sets what else a rule has, and keeps what was set of it before', async () => {
    await run(consistencyAlerts);
    const ofM = { rule: 'M', reason: 'a test' };
    expect(await setRule(session, { ...ofM, set: ['unknownGraceMs=5m'] })).toBe(0);
    const listed = session.again();
    expect(await listRules(listed, {})).toBe(0);
    expect(listed.out.stdout()).toMatch(/^M +1 {2}on +10m +unknownGraceMs=5m +all/m);
    expect(await setRule(session.again(), { ...ofM, grace: '3m' })).toBe(0);
    const both = session.again();
    expect(await listRules(both, {})).toBe(0);
    expect(both.out.stdout()).toMatch(/^M +1 {2}on +3m +unknownGraceMs=5m +all/m);
  });

  it.each([
    ['of another rule', 'A', 'unknownGraceMs=5m', 'it has none'],
    ['that no rule has', 'M', 'patience=5m', 'it has unknownGraceMs'],
    ['out of its range', 'M', 'unknownGraceMs=8d', '0s to 7d'],
    ['that is no duration', 'M', 'unknownGraceMs=soon', 'is a duration'],
  ])('set refuses a value %s, and says what there is', async (_what, name, value, says) => {
    const asked = { rule: name, set: [value], reason: 'a test' };
    await expect(setRule(session, asked)).rejects.toThrow(says);
  });

  it('list ends with 1 when partitions differ', async () => {
    await run(consistencyAlerts);
    await setRule(session, rule);
    session.memory.deleteBefore({ topic: topics.alertsEvents.name, partition: 2, offset: 1n });
    const after = session.again();
    expect(await listRules(after, {})).toBe(1);
    expect(after.out.stdout()).toMatch(/^A +1 {2}on +5s +0 1 3/m);
    expect(after.out.stderr()).toContain('partitions differ on rule A');
    const unsaid = { rule: 'A', enable: true, reason: 'a test' };
    await expect(setRule(session.again(), unsaid)).rejects.toThrow('give --grace');
  });

  it('set refuses to set nothing', async () => {
    const nothing = { rule: 'A', reason: 'a test' };
    await expect(setRule(session, nothing)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('alerts tail', () => {
  const raise = async (orderNo: string) => {
    const topic = topics.alertsEvents.name;
    await session.memoryCodec.prepare([topic]);
    const key = `main/${orderNo}`;
    const data = {
      ...{ alertId: `a-${orderNo}`, rule: orderNo.startsWith('B') ? 'B' : 'A', ruleVersion: 1 },
      ...{ tenant: 'main', orderNo, payNo: null, severity: 'WARNING', summary: 'paid, not shown' },
      ...{ expected: 'PAID', actual: 'PENDING', deadline: null, detectedAt: 0 },
      ...{ amountMinor: 9_990n, currency: 'CNY', howSeen: 'x', triggerEventId: 'e', evidence: [] },
    };
    session.memory.appendRaw({
      ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
      value: session.memoryCodec.encode(topic, { type: 'AlertRaised', data }),
      headers: encodeEnvelope({
        ...{ id: `a-${orderNo}`, type: 'AlertRaised', source: '/plumbline/test', timeMs: 0 },
        ...{ subject: 'a', correlationId: 'x', causationId: null, actor: 'system:test' },
        ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
    await sleep(2);
  };

  it('shows what there is in the order of time, one rule on demand', async () => {
    for (const orderNo of ['A1', 'B2', 'A3', 'A4']) await raise(orderNo);
    const all = session.again();
    expect(await tailAlerts(all, { from: 'beginning', follow: false })).toBe(0);
    const orders = all.out.stdout().match(/\b[AB]\d\b/g);
    expect(orders).toEqual(['A1', 'B2', 'A3', 'A4']);
    expect(all.out.stdout()).toMatch(/Z {2}RAISED {4}A {2}WARNING {3}A1 {2}99\.90 CNY {2}paid/);
    const some = session.again();
    await tailAlerts(some, { from: '1h', follow: false, rule: 'B' });
    expect(some.out.stdout()).toMatch(/B2/);
    expect(some.out.stdout()).not.toMatch(/A1/);
  });

  it('follows until Ctrl-C, from the end on, through an outage', async () => {
    await raise('A1');
    const tail = tailAlerts(session, { from: 'end', follow: true });
    await vi.waitFor(() => expect(session.out.stderr()).toContain('following'));
    session.memory.failNext('fetch-unavailable');
    await raise('A2');
    await vi.waitFor(() => expect(session.out.stdout()).toContain('A2'), 5_000);
    expect(session.out.stderr()).toContain('Kafka is away, trying again');
    expect(session.out.stdout()).not.toContain('A1');
    session.interrupt();
    expect(await tail).toBe(0);
  });

  it('goes on after a record that cannot be read', async () => {
    session.memory.appendRaw({
      ...{ topic: topics.alertsEvents.name, partition: 0, key: Buffer.from('x') },
      ...{ value: Buffer.from('nonsense'), headers: {} },
    });
    await raise('A1');
    expect(await tailAlerts(session, { from: 'beginning', follow: false })).toBe(0);
    expect(session.out.stdout()).toContain('A1');
    expect(session.out.stderr()).toContain('cannot be read');
  });

  it('are not looked for among notes of changes, which are no history', async () => {
    await Promise.all([run(ordersTopology), run(changesTopology)]);
    await send(createOrder('H1'), 'H1');
    const { memory: log, memoryCodec: codec } = session;
    const notes = () => log.topicRecords(topics.changesEvents.name, 'read_committed');
    await vi.waitFor(() => expect(notes()).toHaveLength(1), 5_000);
    expect(await chainChecks({ log, codec })).toEqual([
      okCheck('hash chains', '1 oldest events hold'),
    ]);
  });
});
