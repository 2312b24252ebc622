import type { Metrics } from '@plumbline/observability';
import type { AttemptResult, DueDelivery } from './port.ts';

/** From a quick start to the longest of the pauses, an hour. */
const latenessBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 3_600];

/** From an endpoint in the same house to the longest time-out. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** None has a label by endpoint: there are too many of them. */
export function createMeasurements(
  metrics: Metrics,
  read: Readonly<Record<'underWay' | 'queued' | 'parkedLanes', () => number>>,
) {
  metrics.gauge({
    name: 'plumbline_notifications_in_flight',
    help: 'Requests to endpoints that are under way',
    read: read.underWay,
  });
  metrics.gauge({
    name: 'plumbline_notifications_queued',
    help: 'Attempts in memory that wait for their turn; more may be in the store only',
    read: read.queued,
  });
  metrics.gauge({
    name: 'plumbline_notifications_parked_lanes',
    help: 'Endpoints with attempts that are due and may not begin: paused, failing or resting',
    read: read.parkedLanes,
  });
  const attempts = metrics.counter({
    name: 'plumbline_notifications_attempts_total',
    help: 'Attempts that have ended',
    labels: ['result'],
  });
  const opens = metrics.counter({
    name: 'plumbline_notifications_breaker_opens_total',
    help: 'How often an endpoint was left alone after failures in a row',
  });
  const seconds = metrics.histogram({
    name: 'plumbline_notifications_attempt_seconds',
    help: 'From the look-up of the name to the answer of an attempt',
    labels: ['result'],
    buckets: durationBuckets,
  });
  const lateness = metrics.histogram({
    name: 'plumbline_notifications_lateness_seconds',
    help: "From when an attempt was due, by the brokers' clock, to when it begins",
    labels: ['attempt'],
    buckets: latenessBuckets,
  });
  return {
    /** The brokers' clock is that of when it began. */
    ended(
      { dueMs, isFirst }: DueDelivery,
      brokerNowMs: number | null,
      result: AttemptResult,
    ): void {
      const { kind, durationMs, httpStatus, code } = result;
      attempts.inc({ result: kind });
      // What was never sent took no time.
      const wasSent = httpStatus !== null || (kind === 'FAILED' && code !== 'NOT_PREPARED');
      if (wasSent) seconds.observe(durationMs / 1e3, { result: kind });
      if (brokerNowMs === null) return;
      // That clock is known as a lower bound: what has just become due may seem early.
      const lateMs = Math.max(0, brokerNowMs - dueMs);
      lateness.observe(lateMs / 1e3, { attempt: isFirst ? 'first' : 'retry' });
    },
    breakerOpened: () => opens.inc(),
  };
}
