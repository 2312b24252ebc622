import type { CommandOutcome } from '@plumbline/events';
import type { Command, Executed } from '@plumbline/http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import { afterEach, describe, expect, it } from 'vitest';
import type { NotificationView } from '../projections/notification-queries.ts';
import * as limits from './limits.ts';
import type { Sweeper } from './sweeper.ts';
import { openSweeper } from './sweeper.ts';

const now = Date.UTC(2026, 10, 22);
const endpointId = 'ep_shop_0123456789abcdef01234567';

/** A row that says that its retry was due so long ago. */
const overdue = (over: Partial<NotificationView> = {}): NotificationView => ({
  ...{ notificationId: 'n1', aggregateKey: 'shop/H1', version: 3n, tenant: 'shop', orderNo: 'H1' },
  ...{ paymentId: 'P1', refundId: null, endpointId, callbackUrl: null, data: null },
  ...{ type: 'payment.succeeded', status: 'SUCCESS', amountMinor: 1n, currency: 'CNY' },
  ...{ paymentMethod: null, transactionId: null, occurredAtMs: 0, sequence: 1n, attempt: 2 },
  ...{ notificationStatus: 'FAILED', intervalsMs: [30_000], levelMs: 30_000, reason: null },
  ...{ nextDueMs: now - limits.graceMs - 5_000, lastCode: 'HTTP_500', createdAtMs: 0 },
  ...{ updatedAtMs: 0, endedAtMs: null, ...over },
});

let sweeper: Sweeper | null = null;
afterEach(() => sweeper?.close());

interface World {
  readonly rows?: () => Promise<readonly NotificationView[]>;
  /** What the task says of a start; ACCEPTED unless given. */
  readonly status?: CommandOutcome['status'];
  readonly brokerNowMs?: () => number | null;
  readonly everyMs?: number;
  readonly graceMs?: number;
}

function open({ rows, status = 'ACCEPTED', brokerNowMs = () => now, ...pace }: World = {}) {
  const started: Command[] = [];
  const asked: { dueBeforeMs: number; limit: number }[] = [];
  const answer = (into: Command[]) => (command: Command) => {
    into.push(command);
    // Only the status is looked at.
    return Promise.resolve({ kind: 'decided', outcome: { status } } as unknown as Executed);
  };
  sweeper = openSweeper({
    queries: {
      overdue: (options) => {
        asked.push(options);
        return rows?.() ?? Promise.resolve([overdue()]);
      },
    },
    notifications: { execute: answer(started) },
    ...{ ...pace, brokerNowMs, logger: silentLogger },
    clock: {
      nowMs: () => 0,
      // It sweeps when it is told to.
      sleep: (_ms, signal) =>
        new Promise((resolve) =>
          signal?.addEventListener('abort', () => resolve(), { once: true }),
        ),
      turn: () => Promise.resolve(),
      busy: () => 0,
    },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
  });
  const opened = sweeper;
  return { sweep: () => opened.sweep(), started, asked };
}

describe('the sweeper', () => {
  it('begins a retry that nobody began, and says that a sweep does', async () => {
    const { sweep, started, asked } = open();
    expect(await sweep()).toEqual({ found: 1, begun: 1 });
    expect(asked).toEqual([{ dueBeforeMs: now - limits.graceMs, limit: limits.batch }]);
    const dueAt = now - limits.graceMs - 5_000;
    expect(started).toMatchObject([
      {
        ...{ key: 'shop/H1', actor: 'system:sweeper' },
        payload: {
          type: 'StartAttempt',
          data: { notificationId: 'n1', attempt: 3, dueAt, trigger: 'SWEEP' },
        },
      },
    ]);
  });

  it('does not count a row that was behind: the attempt had begun', async () => {
    const { sweep, started } = open({ status: 'UNCHANGED' });
    expect(await sweep()).toEqual({ found: 1, begun: 0 });
    expect(started).toHaveLength(1);
  });

  it('asks with one id in one round, and with another in the next', async () => {
    let at = now;
    const { sweep, started } = open({ brokerNowMs: () => at });
    await sweep();
    await sweep();
    at += limits.everyMs;
    await sweep();
    const [first, again, next] = started.map(({ id }) => id);
    expect(again).toBe(first);
    expect(next).not.toBe(first);
  });

  it('has rounds as long as it is told to, and looks for what is so late', async () => {
    let at = now;
    const pace = { everyMs: 1_000, graceMs: 3_000 };
    const { sweep, started, asked } = open({ brokerNowMs: () => at, ...pace });
    await sweep();
    at += 1_000;
    await sweep();
    expect(asked.map(({ dueBeforeMs }) => dueBeforeMs)).toEqual([now - 3_000, now - 2_000]);
    expect(new Set(started.map(({ id }) => id)).size).toBe(2);
  });

  it('does nothing before it knows the time, or while Postgres is away, and goes on after', async () => {
    let rows: () => Promise<readonly NotificationView[]> = () =>
      Promise.reject(new PostgresDown('away'));
    let at: number | null = null;
    const { sweep, asked } = open({ rows: () => rows(), brokerNowMs: () => at });
    expect(await sweep()).toEqual({ found: 0, begun: 0 });
    expect(asked).toEqual([]);
    at = now;
    expect(await sweep()).toEqual({ found: 0, begun: 0 });
    rows = () => Promise.resolve([overdue()]);
    expect(await sweep()).toEqual({ found: 1, begun: 1 });
  });
});
