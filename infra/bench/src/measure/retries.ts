import { setTimeout as sleep } from 'node:timers/promises';
import type { NotificationsEvent } from '@plumbline/events';
import { parseDelayLevels, topics } from '@plumbline/events';
import { request } from 'undici';
import type { Times } from '../notifications/arrived.ts';
import { binned, createArrived, timesOf } from '../notifications/arrived.ts';
import type { Ballast } from '../notifications/ballast.ts';
import { writeBallast } from '../notifications/ballast.ts';
import {
  arrivalPatienceMs,
  ballastLevel,
  deliveriesWarmUp,
  endpointConcurrency,
  endpointsPerLevel,
  latenessBins,
  retriesLoad,
  retryLevels,
} from '../notifications/limits.ts';
import type { Notified, NotifiedOptions } from '../notifications/open-notified.ts';
import { openNotified } from '../notifications/open-notified.ts';
import type { RelayLateness } from '../notifications/relay-lateness.ts';
import { relayLatenessOf } from '../notifications/relay-lateness.ts';
import { collect } from '../notifications/settle.ts';
import { usual } from '../notifications/sink-job.ts';
import type { Told } from '../notifications/write-payments.ts';
import { writePayments } from '../notifications/write-payments.ts';
import { watchEvents } from '../shop/watch-events.ts';
import { coresOf } from './cores.ts';

/** How late retries of one level are, while others wait. */
export interface RetriesResult {
  readonly part: 'retries';
  readonly level: string;
  /** First attempts a second that fail, of all levels together, and for how long. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Records that wait far from due in another level. */
  readonly waiting: number;
  readonly retries: number;
  /** Retries that did not arrive. */
  readonly lost: number;
  /** From the time that NotificationAttemptFailed names to the arrival of the next attempt. */
  readonly late: Times;
  readonly histogram: { readonly binMs: number; readonly counts: readonly number[] };
  /** As the process that relays them says, of all partitions. */
  readonly relay: RelayLateness | null;
  readonly cores: Readonly<Record<string, number>>;
}

/**
 * Every notification is refused once with 400, which leaves its endpoint open, and is taken at its
 * second attempt. Each endpoint has a schedule of one wait, which is one of the levels.
 */
export async function measureRetries(
  options: NotifiedOptions & { readonly waiting: number },
): Promise<void> {
  const { report, signal, waiting } = options;
  const levels = [...retryLevels, ballastLevel].join(',');
  const levelsMs = parseDelayLevels(levels);
  const endpoints = retryLevels.flatMap((level) =>
    Array.from({ length: endpointsPerLevel }, () => ({
      ...{ concurrency: endpointConcurrency, intervals: [level] },
    })),
  );
  const env = { PLUMBLINE_DELAY_LEVELS: levels };
  const notified = await openNotified(options, { endpoints, levelsMs, env });
  try {
    report(`${waiting} records begin to wait`);
    const levelMs = levelsMs.at(-1) ?? 0;
    const ballast = await writeBallast(notified, { levelMs, records: waiting, report, signal });
    await warmUp(notified, signal);
    report(`${retriesLoad.perSecond} first attempts a second fail`);
    for (const result of await run(notified, ballast, signal)) options.onResult(result);
  } finally {
    await notified.close();
  }
}

/** Code of retries, too, is compiled before what counts. */
async function warmUp(notified: Notified, signal: AbortSignal): Promise<void> {
  const { codec, producer, endpoints, sink } = notified;
  const collecting = collect(sink, createArrived(), signal);
  await sink.behave({ ...usual, refusesFirst: true });
  const quickest = endpoints.slice(0, endpointsPerLevel);
  const load = { ...deliveriesWarmUp, endpoints: quickest, prefix: 'warm' };
  const { told } = await writePayments({ codec, producer, signal }, load);
  await collecting.until(told.length, arrivalPatienceMs * 2);
  await collecting.stop();
}

async function run(
  notified: Notified,
  ballast: Ballast,
  signal: AbortSignal,
): Promise<readonly RetriesResult[]> {
  const { endpoints, sink, log, platform, stack, codec, producer } = notified;
  const arrived = createArrived();
  const due = new Map<string, number>();
  const watch = await watchEvents({
    log,
    topics: [topics.notificationsEvents.name],
    onEvent({ type, value }) {
      if (type !== 'NotificationAttemptFailed') return;
      // The topic holds nothing but these.
      const event = codec.decode(topics.notificationsEvents.name, value) as NotificationsEvent;
      if (event.type !== 'NotificationAttemptFailed') return;
      const { notificationId, nextDueAt } = event.data;
      if (nextDueAt !== null) due.set(notificationId, nextDueAt);
    },
  });
  const collecting = collect(sink, arrived, signal);
  try {
    const cores = await coresOf(stack, platform);
    const load = { ...retriesLoad, endpoints, prefix: 'retried' };
    const { told } = await writePayments({ codec, producer, signal }, load);
    // The longest level has its own wait before anything comes.
    await collecting.until(told.length, Math.max(...parseDelayLevels(retryLevels.join())) * 2);
    const took = await cores.since();
    await sleep(arrivalPatienceMs / 2, undefined, { signal });
    await collecting.stop();
    const { body } = await request(`${platform.url('delays')}/metrics`, { signal });
    const metrics = await body.text();
    const levelOf = ({ endpoint }: Told) => retryLevels[Math.floor(endpoint / endpointsPerLevel)];
    return retryLevels.map((level) => ({
      ...{ part: 'retries', level, ...retriesLoad, waiting: ballast.records, cores: took },
      ...lateOf(
        told.filter((each) => levelOf(each) === level),
        { due, secondMs: (id) => arrived.secondMs(id) },
      ),
      relay: relayLatenessOf(metrics, level),
    }));
  } finally {
    await collecting.stop();
    await watch.close();
  }
}

function lateOf(
  told: readonly Told[],
  of: {
    readonly due: ReadonlyMap<string, number>;
    readonly secondMs: (notificationId: string) => number | undefined;
  },
) {
  const late = told.flatMap(({ notificationId }) => {
    const [dueMs, atMs] = [of.due.get(notificationId), of.secondMs(notificationId)];
    return dueMs === undefined || atMs === undefined ? [] : [atMs - dueMs];
  });
  const { binMs } = latenessBins;
  return {
    ...{ retries: told.length, lost: told.length - late.length, late: timesOf(late) },
    histogram: { binMs, counts: binned(late, latenessBins) },
  };
}
