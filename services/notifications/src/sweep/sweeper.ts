import type { StartAttempt } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { Logger, Metrics } from '@plumbline/observability';
import { PostgresDown } from '@plumbline/postgres';
import type { NotificationQueries, NotificationView } from '../projections/notification-queries.ts';
import * as limits from './limits.ts';

export interface SweeperOptions {
  readonly queries: Pick<NotificationQueries, 'overdue'>;
  readonly notifications: Pick<CommandGateway, 'execute'>;
  /** The brokers' clock, epoch ms; `null` while it is not known. */
  readonly brokerNowMs: () => number | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly everyMs?: number;
  /** How late a retry must be, ms. */
  readonly graceMs?: number;
}

export interface Sweeper {
  /** One round, now: how many were overdue, and began. Never rejects. */
  sweep(): Promise<{ readonly found: number; readonly begun: number }>;
  close(): Promise<void>;
}

/**
 * The last net below the delay topics and timers: every so often it looks for retries that nobody
 * began a minute after their time, and begins them. It decides nothing: a row that is behind leads to
 * an attempt that has been, and changes nothing. Whoever decides that an attempt begins by a sweep
 * tells its endpoint in the same transaction, so that no death in between keeps the alert from
 * anybody. Several processes may sweep at once.
 */
export function openSweeper(options: SweeperOptions): Sweeper {
  const { clock, everyMs = limits.everyMs } = options;
  const stopping = new AbortController();
  const measure = measurementsOf(options.metrics);

  async function sweep() {
    const swept = await sweepOnce(options, stopping.signal);
    measure(swept.begun);
    return swept;
  }

  async function goOn(): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await sweep();
    }
  }
  const running = goOn();
  return {
    sweep,
    async close() {
      stopping.abort();
      await running;
    },
  };
}

async function sweepOnce(options: SweeperOptions, stopped: AbortSignal) {
  const { queries, brokerNowMs, logger } = options;
  const now = brokerNowMs();
  let begun = 0;
  if (now === null) return { found: 0, begun };
  try {
    const dueBeforeMs = now - (options.graceMs ?? limits.graceMs);
    const found = await queries.overdue({ dueBeforeMs, limit: limits.batch });
    for (const view of found) {
      if (stopped.aborted) break;
      if (await begin(options, view, now)) begun += 1;
    }
    if (begun > 0) logger.warn('retries were overdue and are begun now', { begun });
    return { found: found.length, begun };
  } catch (error) {
    // What a sweep does not get to, the next one finds.
    if (!(error instanceof PostgresDown)) logger.warn('overdue retries are left alone', { error });
    return { found: 0, begun };
  }
}

/** Whether it was overdue indeed. */
async function begin(
  options: SweeperOptions,
  view: NotificationView,
  nowMs: number,
): Promise<boolean> {
  const { notificationId, aggregateKey: key, nextDueMs } = view;
  const attempt = view.attempt + 1;
  const dueAt = nextDueMs ?? 0;
  const slot = slotOfRecordKey(key);
  // Another one with each round: what changed nothing then may be overdue now.
  const round = Math.floor(nowMs / (options.everyMs ?? limits.everyMs)).toString();
  const id = derivedUuid(slot, 'sweep', notificationId, attempt.toString(), round);
  const who = { correlationId: notificationId, actor: 'system:sweeper', subject: notificationId };
  const data: StartAttempt = { notificationId, attempt, dueAt, trigger: 'SWEEP' };
  const payload = { type: 'StartAttempt', data } as const;
  const executed = await options.notifications.execute({ ...who, key, payload, id });
  return executed.kind === 'decided' && executed.outcome.status === 'ACCEPTED';
}

function measurementsOf(metrics: Metrics): (begun: number) => void {
  const begunTotal = metrics.counter({
    name: 'plumbline_notifications_overdue_total',
    help: 'Retries that nobody began in their time, and the sweeper did',
  });
  return (begun) => {
    if (begun > 0) begunTotal.inc({}, begun);
  };
}
