import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { OrdersEvent } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import type { RunningTopology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hexLines } from '../format/hex.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { listDeadLetters } from './dead-letters-list.ts';
import { redrive } from './dead-letters-redrive.ts';
import { showDeadLetter } from './dead-letters-show.ts';

const topic = topics.ordersEvents.name;
const key = 'main/H1';
const place = { topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) };
const asked = { topology: 'consistency-alerts', key, reason: 'a test' };
let session: MemorySession;
let running: RunningTopology | null = null;

beforeEach(() => {
  session = createMemorySession();
});

afterEach(async () => {
  await running?.close();
  running = null;
  await session.memory.close();
});

async function start(): Promise<void> {
  const { memory: log, memoryCodec: codec } = session;
  running = await runTopology({
    ...{ topology: consistencyAlerts, log, codec, logger: silentLogger, partitions: 4 },
  });
}

async function append(reason: string): Promise<void> {
  await session.memoryCodec.prepare([topic]);
  const event: OrdersEvent = { type: 'OrderCancelled', data: { orderNo: 'H1', reason } };
  session.memory.appendRaw({
    ...place,
    value: session.memoryCodec.encode(topic, event),
    headers: encodeEnvelope({
      ...{ id: `e-${reason}`, type: event.type, source: '/plumbline/test', subject: 'H1' },
      ...{ timeMs: 0, correlationId: 'x', causationId: null, actor: 'system:test' },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    }),
  });
}

const appendPoison = () =>
  void session.memory.appendRaw({
    ...place,
    value: Buffer.from('nonsense'),
    headers: { ce_id: 'e-poison' },
  });

const untilLetters = (count: number) =>
  vi.waitFor(
    () => expect(session.memory.topicRecords(consistencyAlerts.deadLetters)).toHaveLength(count),
    5_000,
  );

/** Poison, and two events of the same order behind it. */
async function parkThree(): Promise<void> {
  appendPoison();
  await append('first');
  await append('second');
  await start();
  await untilLetters(3);
}

describe('dead-letters list', () => {
  it('counts by topology and reason, and lists the newest first', async () => {
    await parkThree();
    expect(await listDeadLetters(session, { limit: '2' })).toBe(0);
    const text = session.out.stdout();
    expect(text).toMatch(/^consistency-alerts +ENVELOPE_HEADER_MISSING +1 +#{12}$/m);
    expect(text).toMatch(/^consistency-alerts +PARKED_BEHIND +2 +#{24}$/m);
    const origins = [...text.matchAll(/main\/H1 +orders\.events\.v1-\d (\d) +0$/gm)];
    expect(origins.map(([, offset]) => offset)).toEqual(['2', '1']);
    expect(session.out.stderr()).toContain('1 older ones are not listed');
  });

  it('filters, says when there is none, and is JSON on demand', async () => {
    await parkThree();
    const none = session.again();
    expect(await listDeadLetters(none, { limit: '5', key: 'main/H2' })).toBe(0);
    expect(none.out.stdout()).toBe('no dead letters\n');
    const some = session.again();
    await listDeadLetters(some, { limit: '5', reason: 'PARKED_BEHIND', json: true });
    expect(JSON.parse(some.out.stdout())).toMatchObject({
      counts: [{ topology: 'consistency-alerts', reason: 'PARKED_BEHIND', letters: 2 }],
      letters: [{ originOffset: '2', parkedBehind: '0' }, { originOffset: '1' }],
    });
  });
});

describe('dead-letters show', () => {
  const show = (of: MemorySession, offset: number) =>
    showDeadLetter(of, {
      ...{ topology: asked.topology, place: `${place.partition}/${offset}`, json: false },
    });

  it('shows the bytes of what cannot be read, with its headers and what is wrong', async () => {
    await parkThree();
    expect(await show(session, 0)).toBe(0);
    const text = session.out.stdout();
    expect(text).toContain('reason   ENVELOPE_HEADER_MISSING');
    expect(text).toContain('    ce_id: e-poison');
    expect(text).toContain('00000000  6e 6f 6e 73 65 6e 73 65');
    expect(text).toContain('|nonsense|');
  });

  it('shows what can be read decoded', async () => {
    await parkThree();
    const letters = session.memory.topicRecords(consistencyAlerts.deadLetters);
    expect(await show(session, Number(letters[1]?.offset))).toBe(0);
    expect(session.out.stdout()).toContain('value    OrderCancelled');
    expect(session.out.stdout()).toContain('"reason": "first"');
  });

  it('says when nothing stands there', async () => {
    await expect(show(session, 7)).rejects.toThrow('no dead letter that can be read stands at');
    const wrong = { topology: 'nobody', place: '0/0', json: false };
    await expect(showDeadLetter(session, wrong)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('writes bytes in rows of 16', () => {
    expect(hexLines(Buffer.from('0123456789abcdef\n'))).toEqual([
      '00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|',
      `00000010  0a${' '.repeat(45)}  |.|`,
    ]);
  });
});

describe('dead-letters redrive', () => {
  it('says what waits in a dry run, and writes nothing', async () => {
    await parkThree();
    expect(await redrive(session, { ...asked, dryRun: true })).toBe(0);
    expect(session.out.stdout()).toMatch(
      /^3 records of main\/H1 wait from orders.events.v1 offset 0/,
    );
    expect(session.memory.topicRecords(topics.deadLettersCommands.name)).toEqual([]);
  });

  it('stops at what still cannot be processed, with 1', async () => {
    await parkThree();
    expect(await redrive(session, asked)).toBe(1);
    expect(session.out.stdout()).toContain('0 records redriven, 3 wait');
    expect(session.out.stdout()).toContain('offset 0: ENVELOPE_HEADER_MISSING');
  });

  it('skips the first on demand, and then nothing waits', async () => {
    await parkThree();
    const json = session.again();
    expect(await redrive(json, { ...asked, skipFirst: true, json: true })).toBe(0);
    expect(JSON.parse(json.out.stdout())).toMatchObject({
      ...{ status: 'ACCEPTED', remaining: 0 },
      steps: [{ redriven: 2, dropped: 1 }],
    });
    const again = session.again();
    expect(await redrive(again, asked)).toBe(1);
    expect(again.out.stderr()).toContain('nothing of main/H1 waits in consistency-alerts');
  });

  it('asks again for what one transaction left, and skips only once', async () => {
    appendPoison();
    for (let n = 0; n < 700; n += 1) await append(String(n));
    await start();
    await untilLetters(701);
    expect(await redrive(session, { ...asked, skipFirst: true })).toBe(0);
    expect(session.out.stdout()).toBe('700 records redriven, 1 left out, 0 wait\n');
    expect(session.memory.topicRecords(topics.deadLettersCommands.name)).toHaveLength(2);
  });

  it('refuses a topology where nothing ever waits', async () => {
    const orders = { ...asked, topology: 'orders' };
    await expect(redrive(session, orders)).rejects.toThrow('takes commands only');
    await expect(redrive(session, { ...asked, topology: 'x' })).rejects.toMatchObject({
      exitCode: 2,
    });
  });
});
