import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hexLines } from '../format/hex.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import type { ParkedOrders } from '../testing/parked-orders.ts';
import { createParkedOrders } from '../testing/parked-orders.ts';
import type { DeadLettersListOptions } from './dead-letters-list.ts';
import { listDeadLetters } from './dead-letters-list.ts';
import { redrive } from './dead-letters-redrive.ts';
import { showDeadLetter } from './dead-letters-show.ts';

const key = 'main/H1';
const partition = partitionOfRecordKey(key, 4);
const asked = { topology: 'consistency-alerts', key, reason: 'a test' };
let orders: ParkedOrders;
let session: MemorySession;

beforeEach(() => {
  orders = createParkedOrders();
  session = orders.session;
});

afterEach(() => orders.close());

/** Poison, and two events of the same order behind it. */
async function parkThree(): Promise<void> {
  orders.poison();
  await orders.append('first');
  await orders.append('second');
  await orders.start();
  await orders.untilLetters(3);
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

describe('dead-letters list --by', () => {
  const list = async (options: Partial<DeadLettersListOptions>) => {
    const again = session.again();
    expect(await listDeadLetters(again, { limit: '50', ...options })).toBe(0);
    return again.out.stdout();
  };

  it('counts by whatever is asked, with the first and the last', async () => {
    await parkThree();
    orders.poison('H2');
    await orders.untilLetters(4);
    const text = await list({ by: 'reason' });
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    const row = (name: string, count: number) =>
      new RegExp(`^${name} +${count} +#+ +${time} +${time} +consistency-alerts$`, 'm');
    expect(text).toMatch(row('ENVELOPE_HEADER_MISSING', 2));
    expect(text).toMatch(row('PARKED_BEHIND', 2));
    expect(await list({ by: 'key' })).toMatch(row('main/H1', 3));
    expect(await list({ by: 'type' })).toMatch(row('OrderCancelled', 2));
    expect(await list({ by: 'topic' })).toMatch(row('orders.events.v1', 4));
    expect(JSON.parse(await list({ by: 'day', json: true }))).toMatchObject({
      ...{ by: 'day', letters: 4 },
      rows: [{ letters: 4, topologies: ['consistency-alerts'] }],
    });
  });

  it('counts only what is asked for', async () => {
    await parkThree();
    orders.poison('H2');
    await orders.untilLetters(4);
    const count = async (options: Partial<DeadLettersListOptions>) =>
      (JSON.parse(await list({ by: 'topology', json: true, ...options })) as { letters: number })
        .letters;
    expect(await count({ key: 'main/*' })).toBe(4);
    expect(await count({ key: 'main/H2' })).toBe(1);
    expect(await count({ type: 'OrderCancelled,OrderPaid' })).toBe(2);
    expect(await count({ topic: 'payments.events.v1' })).toBe(0);
    expect(await count({ from: '1h' })).toBe(4);
    expect(await count({ to: '1h' })).toBe(0);
    expect(await list({ by: 'reason', to: '1h' })).toBe('no dead letters\n');
  });
});

describe('dead-letters show', () => {
  const show = (of: MemorySession, offset: number, raw = false) =>
    showDeadLetter(of, {
      ...{ topology: asked.topology, place: `${partition}/${offset}` },
      ...{ raw, json: false },
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
    expect(session.out.stdout()).toMatch(/schema {3}\d+, the newest version/);
    expect(session.out.stdout()).not.toContain('00000000  ');
    const raw = session.again();
    await show(raw, Number(letters[1]?.offset), true);
    expect(raw.out.stdout()).toContain('"reason": "first"');
    expect(raw.out.stdout()).toMatch(/bytes {4}\d+\n {4}00000000 {2}00 /);
  });

  it('says how an older version was written, once its schema is known', async () => {
    orders.late();
    await orders.start();
    await orders.untilLetters(1);
    await show(session, 0);
    expect(session.out.stdout()).toContain('reason   UNKNOWN_SCHEMA');
    expect(session.out.stdout()).toContain('cannot be read: ');
    orders.mend();
    const mended = session.again();
    await show(mended, 0);
    expect(mended.out.stdout()).toContain('value    OrderFailed');
    expect(mended.out.stdout()).toContain(
      "schema   9999, another version than today's; payNo, paymentEventId by default",
    );
  });

  it('says when nothing stands there', async () => {
    await expect(show(session, 7)).rejects.toThrow('no dead letter that can be read stands at');
    const wrong = { topology: 'nobody', place: '0/0', raw: false, json: false };
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
    orders.poison();
    for (let n = 0; n < 700; n += 1) await orders.append(String(n));
    await orders.start();
    await orders.untilLetters(701);
    expect(await redrive(session, { ...asked, skipFirst: true })).toBe(0);
    expect(session.out.stdout()).toBe('700 records redriven, 1 left out, 0 wait\n');
    expect(session.memory.topicRecords(topics.deadLettersCommands.name)).toHaveLength(2);
  });

  it('refuses a topology where nothing ever waits', async () => {
    const elsewhere = { ...asked, topology: 'orders' };
    await expect(redrive(session, elsewhere)).rejects.toThrow('takes commands only');
    await expect(redrive(session, { ...asked, topology: 'x' })).rejects.toMatchObject({
      exitCode: 2,
    });
  });
});
