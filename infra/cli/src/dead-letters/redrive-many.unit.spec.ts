import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showHistory } from '../commands/dead-letters-history.ts';
import type { RedriveOptions } from '../commands/dead-letters-redrive.ts';
import { redrive } from '../commands/dead-letters-redrive.ts';
import type { ParkedOrders } from '../testing/parked-orders.ts';
import { createParkedOrders } from '../testing/parked-orders.ts';

const asked = { topology: consistencyAlerts.name, reason: 'the registry is back' };
let orders: ParkedOrders;

beforeEach(() => {
  orders = createParkedOrders();
});

afterEach(() => orders.close());

/** What the command gave back, as JSON. */
async function run(options: Partial<RedriveOptions> = {}) {
  const session = orders.session.again();
  const exitCode = await redrive(session, { ...asked, json: true, ...options });
  const json = JSON.parse(session.out.stdout()) as Record<string, unknown>;
  return { exitCode, json, stderr: session.out.stderr() };
}

/** Two orders whose schema comes late, one with an event behind it, and one with poison. */
async function parkSome(): Promise<void> {
  for (const orderNo of ['H3', 'H1']) orders.late(orderNo);
  await orders.append('behind', 'H1');
  orders.poison('H2');
  await orders.start();
  await orders.untilLetters(4);
}

/** The code that knows the schema. */
async function mend(): Promise<void> {
  orders.mend();
  await orders.stop();
  await orders.start();
}

const keysAsked = (): readonly string[] =>
  orders.session.memory
    .topicRecords(topics.deadLettersCommands.name)
    .map(({ key }) => key?.toString('utf8') ?? '')
    .sort();

describe('a redrive of many keys', () => {
  it('takes what can be taken, older versions too, and says what cannot', async () => {
    await parkSome();
    await mend();
    const { exitCode, json } = await run();
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      ...{ mode: 'REDRIVE', keys: 3, done: 2, stopped: 1, redriven: 3, dropped: 0 },
      notDone: [{ key: 'main/H2', kind: 'stopped', remaining: 1 }],
    });
    expect((await run()).json).toMatchObject({ keys: 1, done: 0, stopped: 1 });
    const { exitCode: skipped, json: rest } = await run({ skipFirst: true });
    expect([skipped, rest]).toMatchObject([0, { keys: 1, done: 1, dropped: 1 }]);
    expect(await run()).toMatchObject({ exitCode: 0, json: { status: 'UNCHANGED' } });
  });

  it('begins with the first key, and takes the records of each in their order', async () => {
    await parkSome();
    await mend();
    await run({ rate: '100000' });
    const commands = orders.session.memory.topicRecords(topics.deadLettersCommands.name);
    const inTime = [...commands].sort((a, b) => a.timestampMs - b.timestampMs);
    expect(inTime.map(({ key }) => key?.toString())).toEqual(['main/H1', 'main/H2', 'main/H3']);
  });

  it.each<[Partial<RedriveOptions>, readonly string[]]>([
    [{ deadReason: 'UNKNOWN_SCHEMA' }, ['main/H1', 'main/H3']],
    [{ deadReason: 'PARKED_BEHIND' }, ['main/H1']],
    [{ type: 'OrderCancelled' }, ['main/H1']],
    [{ type: 'OrderFailed', key: 'main/H3*' }, ['main/H3']],
    [{ key: 'main/*' }, ['main/H1', 'main/H2', 'main/H3']],
    [{ from: '1h', topic: topics.ordersEvents.name }, ['main/H1', 'main/H2', 'main/H3']],
    [{ topic: topics.paymentsEvents.name }, []],
    [{ to: '1h' }, []],
  ])('asks for the keys that fit %j', async (filter, keys) => {
    await parkSome();
    await run(filter);
    expect(keysAsked()).toEqual(keys);
  });

  it('says in a dry run what waits, what can be read today, and writes nothing', async () => {
    await parkSome();
    orders.mend();
    const { exitCode, json } = await run({ dryRun: true });
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ...{ dryRun: true, keys: 3, records: 4 },
      waiting: [
        { key: 'main/H1', records: 2, read: { stopsAt: null, upcast: 1 } },
        { key: 'main/H2', records: 1, read: { problem: 'the header content-type is missing' } },
        { key: 'main/H3', records: 1, read: { stopsAt: null, upcast: 1 } },
      ],
    });
    const text = orders.session.again();
    await redrive(text, { ...asked, dryRun: true });
    expect(text.out.stdout()).toMatch(/^consistency-alerts +main\/H1 .*can be read, 1 of another/m);
    expect(text.out.stdout()).toContain('3 keys, 4 records wait; nothing was written');
    expect(keysAsked()).toEqual([]);
  });

  it('takes no more records in a second than it may', async () => {
    await parkSome();
    await mend();
    const beganMs = performance.now();
    await run({ rate: '5' });
    // 2 records, none, 1: the last key waits for the two.
    expect(performance.now() - beganMs).toBeGreaterThan(390);
  });
});

describe('what comes back', () => {
  it('is redriven three times and then left, until it is forced', async () => {
    orders.poison();
    await orders.start();
    await orders.untilLetters(1);
    for (let times = 0; times < 3; times += 1)
      expect((await run()).json).toMatchObject({ stopped: 1, held: 0 });
    expect(await run()).toMatchObject({
      exitCode: 1,
      json: { stopped: 0, held: 1, notDone: [{ kind: 'held', why: 'came back 3 times' }] },
    });
    expect(orders.asked()).toHaveLength(3);
    expect(await run({ key: 'main/H1' })).toMatchObject({ exitCode: 1, json: { status: 'held' } });
    expect((await run({ dryRun: true })).json).toMatchObject({ waiting: [{ cameBack: 3 }] });
    expect((await run({ force: true })).json).toMatchObject({ stopped: 1, held: 0 });
    expect(orders.asked()).toHaveLength(4);
    expect((await run({ skipFirst: true })).json).toMatchObject({ done: 1, dropped: 1 });
  });

  it('is counted by the record that leads: another one begins anew', async () => {
    orders.poison();
    orders.poison();
    await orders.start();
    await orders.untilLetters(2);
    for (let times = 0; times < 3; times += 1) await run();
    await run({ skipFirst: true });
    expect((await run()).json).toMatchObject({ stopped: 1, held: 0 });
  });
});

describe('dead-letters history', () => {
  const history = async (options: Partial<Parameters<typeof showHistory>[1]> = {}) => {
    const session = orders.session.again();
    expect(await showHistory(session, { limit: '50', json: true, ...options })).toBe(0);
    return JSON.parse(session.out.stdout()) as readonly Record<string, unknown>[];
  };

  it('tells who asked for what, why, and what came of it, newest first', async () => {
    await parkSome();
    await mend();
    const { json } = await run();
    await run({ key: 'main/H2', discard: true, reason: 'a forgery' });
    const all = await history();
    expect(all).toHaveLength(4);
    expect(all[0]).toMatchObject({
      ...{ topology: asked.topology, key: 'main/H2', mode: 'DISCARD', reason: 'a forgery' },
      actor: expect.stringMatching(/^operator:/) as string,
      answer: { kind: 'done', status: 'ACCEPTED', dropped: 1, remaining: 0 },
    });
    const ofRun = await history({ run: String(json['run']) });
    expect(ofRun.map(({ key }) => key).sort()).toEqual(['main/H1', 'main/H2', 'main/H3']);
    expect(ofRun.find(({ key }) => key === 'main/H2')).toMatchObject({
      answer: {
        redriven: 0,
        stoppedAt: expect.any(String) as string,
        stoppedBy: 'ENVELOPE_HEADER_MISSING',
      },
    });
    expect(await history({ by: 'operator:nobody' })).toEqual([]);
    expect(await history({ key: 'main/H3', limit: '1' })).toHaveLength(1);
  });

  it('says so when there is nothing', async () => {
    const none = orders.session.again();
    await showHistory(none, { limit: '5' });
    expect(none.out.stdout()).toBe('nobody let a key go on\n');
  });
});
