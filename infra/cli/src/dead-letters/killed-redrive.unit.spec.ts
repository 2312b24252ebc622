import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { topics } from '@plumbline/events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showHistory } from '../commands/dead-letters-history.ts';
import type { RedriveOptions } from '../commands/dead-letters-redrive.ts';
import { redrive } from '../commands/dead-letters-redrive.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import type { ParkedOrders } from '../testing/parked-orders.ts';
import { createParkedOrders } from '../testing/parked-orders.ts';

const asked = { topology: consistencyAlerts.name, reason: 'a test', json: true };
let orders: ParkedOrders;

beforeEach(() => {
  orders = createParkedOrders();
});

afterEach(() => orders.close());

const jsonOf = (session: MemorySession) =>
  JSON.parse(session.out.stdout()) as Record<string, unknown>;

async function run(options: Partial<RedriveOptions> = {}) {
  const session = orders.session.again();
  await redrive(session, { ...asked, ...options });
  return jsonOf(session);
}

/** Begins, and is stopped once so many commands stand in the log; gives the id of the run. */
async function interrupted(options: Partial<RedriveOptions>, commands: number): Promise<string> {
  const session = orders.session.again();
  const running = redrive(session, { ...asked, ...options });
  const ended = expect(running).rejects.toThrow();
  await vi.waitFor(() => expect(orders.asked().length).toBe(commands), 10_000);
  session.interrupt();
  await ended;
  const [, id = ''] = /^run (\S+):/m.exec(session.out.stderr()) ?? [];
  expect(session.out.stderr()).toContain(`--resume ${id}`);
  return id;
}

/** Two records at fault, and one that is not behind them. */
async function parkTwoFaults(): Promise<void> {
  orders.poison();
  orders.poison();
  await orders.append('behind');
  await orders.start();
  await orders.untilLetters(3);
}

describe('a redrive that was interrupted', () => {
  it('before it wrote anything has done nothing', async () => {
    await parkTwoFaults();
    const session = orders.session.again();
    session.interrupt();
    await expect(redrive(session, { ...asked, skipFirst: true })).rejects.toThrow('interrupted');
    expect(orders.asked()).toEqual([]);
    expect(await run({ skipFirst: true })).toMatchObject({ stopped: 1, dropped: 1 });
  });

  it('before the task decided is the same command when it is asked again', async () => {
    await parkTwoFaults();
    await orders.stop();
    const id = await interrupted({ skipFirst: true }, 1);
    const history = orders.session.again();
    await showHistory(history, { run: id, limit: '5' });
    expect(history.out.stdout()).toContain('SKIP_FIRST  no answer yet');
    const resumed = run({ skipFirst: true, resume: id });
    await vi.waitFor(() => expect(orders.asked()).toHaveLength(2), 10_000);
    const again = run({ skipFirst: true, reason: 'asked by somebody else' });
    await vi.waitFor(() => expect(orders.asked()).toHaveLength(3), 10_000);
    await orders.start();
    // One was left out, not one for each time.
    expect(await resumed).toMatchObject({ dropped: 1, stopped: 1, notDone: [{ remaining: 2 }] });
    expect(await again).toMatchObject({ dropped: 1, stopped: 1, notDone: [{ remaining: 2 }] });
    expect(new Set(orders.asked().map((each) => each.id)).size).toBe(1);
  });

  it('after the task decided leaves what this run was answered for', async () => {
    await parkTwoFaults();
    const { run: id } = await run({ skipFirst: true });
    expect(await run({ skipFirst: true, resume: String(id) })).toMatchObject({
      ...{ dropped: 0, over: 1, stopped: 0 },
      notDone: [{ kind: 'over', remaining: 2 }],
    });
    expect(orders.asked()).toHaveLength(1);
    // Another run is another wish.
    expect(await run({ skipFirst: true })).toMatchObject({ dropped: 1, done: 1 });
  });

  it('between two portions of a key leaves nothing more out', async () => {
    orders.poison();
    for (let n = 0; n < 700; n += 1) await orders.append(String(n));
    await orders.start();
    await orders.untilLetters(701);
    // The first portion's 500 records are given 50 seconds.
    const id = await interrupted({ skipFirst: true, rate: '10' }, 1);
    const waits = async () => (await run({ dryRun: true }))['waiting'];
    expect(await waits()).toMatchObject([{ records: 200, reason: 'REDRIVE_UNFINISHED' }]);
    expect(await run({ skipFirst: true, resume: id })).toMatchObject({
      ...{ redriven: 200, dropped: 0, done: 1 },
    });
    expect(orders.asked().map(({ mode }) => mode)).toEqual(['SKIP_FIRST', 'REDRIVE']);
  });

  it('between two keys goes on with those that still wait', async () => {
    for (const orderNo of ['H1', 'H2', 'H3']) {
      orders.late(orderNo);
      await orders.append('behind', orderNo);
    }
    await orders.start();
    await orders.untilLetters(6);
    orders.mend();
    await orders.stop();
    await orders.start();
    await interrupted({ rate: '0.1' }, 1);
    expect(await run()).toMatchObject({ keys: 2, done: 2, redriven: 4 });
    expect(orders.asked()).toHaveLength(3);
    expect(await run()).toMatchObject({ status: 'UNCHANGED' });
  });

  it('cannot be gone on with under an id that the log does not have', async () => {
    await parkTwoFaults();
    await expect(run({ resume: 'nothing' })).rejects.toMatchObject({
      ...{ exitCode: 2, message: expect.stringContaining('the log has no run nothing') as string },
    });
    expect(orders.session.memory.topicRecords(topics.deadLettersCommands.name)).toEqual([]);
  });
});
