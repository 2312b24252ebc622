import { setTimeout as sleep } from 'node:timers/promises';
import { pauseMs } from '../limits.ts';
import type { Arrived, Times } from '../notifications/arrived.ts';
import { createArrived, timesOf } from '../notifications/arrived.ts';
import {
  arrivalPatienceMs,
  deliveriesWarmUp,
  endpointConcurrency,
  hangingIntervals,
  hangingOf,
  hangingPerSecond,
  hangingRounds,
  hangingSeconds,
  hungPatienceMs,
} from '../notifications/limits.ts';
import type { Notified, NotifiedOptions } from '../notifications/open-notified.ts';
import { openNotified } from '../notifications/open-notified.ts';
import { collect } from '../notifications/settle.ts';
import { usual } from '../notifications/sink-job.ts';
import type { PaymentLoad, Told } from '../notifications/write-payments.ts';
import { writePayments } from '../notifications/write-payments.ts';
import { coresOf } from './cores.ts';

/** What healthy endpoints notice of others that hang. */
export interface HangingResult {
  readonly part: 'hanging';
  readonly round: number;
  readonly endpoints: number;
  /** Of those, how many take requests and do not answer. */
  readonly hanging: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly concurrency: number;
  /** From the broker's time of the event to the arrival, at the endpoints that never hang. */
  readonly healthy: Times;
  /** Events of these endpoints that did not arrive. */
  readonly lost: number;
  /** Events of those that hang, and how many of them were taken once they answered again. */
  readonly hung: number;
  readonly hungDelivered: number;
  /** p99 of the healthy over that of the run without before it; `null` without. */
  readonly p99Ratio: number | null;
  readonly cores: Readonly<Record<string, number>>;
}

/** A tenth of the endpoints hangs, and does not, in turn. Everything arrives before the next run. */
export async function measureHanging(options: NotifiedOptions): Promise<void> {
  const { report, signal } = options;
  const asked = { concurrency: endpointConcurrency, intervals: hangingIntervals };
  const notified = await openNotified(options, {
    endpoints: Array.from({ length: hangingOf.endpoints }, () => asked),
  });
  try {
    report(`warming up: ${deliveriesWarmUp.perSecond} events a second`);
    await run(notified, { ...deliveriesWarmUp, prefix: 'warm', round: 0, hanging: 0 }, signal);
    const load = { perSecond: hangingPerSecond, seconds: hangingSeconds };
    for (let round = 1; round <= hangingRounds; round += 1) {
      let without: number | null = null;
      for (const hanging of [0, hangingOf.hanging]) {
        await sleep(pauseMs, undefined, { signal });
        report(`${hanging} of ${hangingOf.endpoints} endpoints hang for ${hangingSeconds} s`);
        const prefix = `round-${round}-${hanging}`;
        const result = await run(notified, { ...load, prefix, round, hanging }, signal);
        const { p99Ms } = result.healthy;
        const p99Ratio = without === null || p99Ms === null ? null : p99Ms / without;
        options.onResult({ ...result, p99Ratio });
        without = p99Ms;
      }
    }
  } finally {
    await notified.close();
  }
}

type Run = Omit<PaymentLoad, 'endpoints'> & { readonly round: number; readonly hanging: number };

async function run(
  { endpoints, sink, platform, stack, codec, producer }: Notified,
  load: Run,
  signal: AbortSignal,
): Promise<Omit<HangingResult, 'p99Ratio'>> {
  const { hanging, round, perSecond, seconds } = load;
  const arrived = createArrived();
  const collecting = collect(sink, arrived, signal);
  try {
    await sink.behave({ ...usual, hanging: Array.from({ length: hanging }, (_, at) => at) });
    const cores = await coresOf(stack, platform);
    const { told } = await writePayments({ codec, producer, signal }, { ...load, endpoints });
    const took = await cores.since();
    await sleep(pauseMs, undefined, { signal });
    await sink.behave(usual);
    await collecting.until(told.length, hanging === 0 ? arrivalPatienceMs : hungPatienceMs);
    await collecting.stop();
    return {
      ...{ part: 'hanging', round, endpoints: endpoints.length, hanging, perSecond, seconds },
      ...{ concurrency: endpointConcurrency, ...healthOf(told, arrived), cores: took },
    };
  } finally {
    await collecting.stop();
  }
}

/** Those that hang in some runs are left out in all. */
function healthOf(told: readonly Told[], arrived: Arrived) {
  const latencyOf = ({ notificationId, appendedMs }: Told): readonly number[] => {
    const atMs = arrived.deliveredMs(notificationId);
    return atMs === undefined ? [] : [atMs - appendedMs];
  };
  const healthy = told.filter(({ endpoint }) => endpoint >= hangingOf.hanging);
  const others = told.filter(({ endpoint }) => endpoint < hangingOf.hanging);
  const latencies = healthy.flatMap(latencyOf);
  return {
    ...{ healthy: timesOf(latencies), lost: healthy.length - latencies.length },
    ...{ hung: others.length, hungDelivered: others.flatMap(latencyOf).length },
  };
}
