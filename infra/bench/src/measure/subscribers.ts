import { setTimeout as sleep } from 'node:timers/promises';
import type { ToldAlert } from '@plumbline/alerts-client';
import { alertsFromLog, alertsFromStream } from '@plumbline/alerts-client';
import type { OutgoingRecord } from '@plumbline/kafka';
import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import { orderNoOf, recordOf } from '../alert-log/encode.ts';
import { histories } from '../alert-log/histories.ts';
import { partitions, pauseMs } from '../limits.ts';
import { percentile } from '../load/summarise.ts';
import type { Times } from '../notifications/arrived.ts';
import { createArrived, timesOf } from '../notifications/arrived.ts';
import {
  arrivalPatienceMs,
  endpointConcurrency,
  paymentWaveMs,
  subscriberRates,
  subscribersOpenedAtOnce,
  subscribersWarmUp,
} from '../notifications/limits.ts';
import type { Notified, NotifiedOptions } from '../notifications/open-notified.ts';
import { openNotified } from '../notifications/open-notified.ts';
import { collect } from '../notifications/settle.ts';
import { coresOf } from './cores.ts';

/** From the event that sets a rule off to whoever subscribes to alerts, each way. */
export interface SubscribersResult {
  readonly part: 'subscribers';
  readonly perSecond: number;
  readonly seconds: number;
  readonly causes: number;
  /** From the broker's time of the cause to that of the alert. */
  readonly raised: Times;
  /** From the broker's time of the cause until a subscriber has the alert. */
  readonly kafka: Times;
  readonly stream: Times;
  readonly webhook: Times;
  readonly writerLateP99Ms: number | null;
  /** Processor time while the load ran, s, over its seconds. */
  readonly cores: Readonly<Record<string, number>>;
}

interface Load {
  readonly prefix: string;
  readonly perSecond: number;
  readonly seconds: number;
}

/** When a way told of the alert of an order, epoch ms. */
interface Heard {
  readonly atMs: number;
  readonly told: ToldAlert;
}

/** A payment of an order that is PAID is reported to have failed: rule B, which has no grace. */
export async function measureSubscribers(
  options: NotifiedOptions & { readonly seconds: number },
): Promise<void> {
  const { report, signal, seconds } = options;
  const notified = await openNotified(options, {
    endpoints: [{ concurrency: endpointConcurrency, events: ['alert.raised'] }],
    processes: ['delays', 'notifications', 'consistency-alerts', 'queries'],
  });
  try {
    report(`warming up: ${subscribersWarmUp.perSecond} alerts a second`);
    await subscribe(notified, { prefix: 'warm', ...subscribersWarmUp }, signal);
    for (const perSecond of subscriberRates) {
      await sleep(pauseMs, undefined, { signal });
      report(`${perSecond} alerts a second for ${seconds} s`);
      const load = { prefix: `at-${perSecond}`, perSecond, seconds };
      options.onResult(await subscribe(notified, load, signal));
    }
  } finally {
    await notified.close();
  }
}

async function subscribe(
  notified: Notified,
  load: Load,
  signal: AbortSignal,
): Promise<SubscribersResult> {
  const { sink, log, codec, platform, stack } = notified;
  const [endpoint] = notified.endpoints;
  if (endpoint === undefined) throw new Error('an endpoint was asked for');
  const { tenant, endpointId } = endpoint;
  const courses = coursesOf(notified, tenant, load);
  for (let at = 0; at < courses.length; at += subscribersOpenedAtOnce) {
    const some = courses.slice(at, at + subscribersOpenedAtOnce);
    await notified.producer.transact(some.flatMap(({ opened }) => opened));
  }
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const arrived = createArrived();
  const collecting = collect(sink, arrived, signal);
  const [kafka, stream] = [new Map<string, Heard>(), new Map<string, Heard>()];
  const from = 'end';
  const filter = { tenant, types: ['AlertRaised'] as const };
  const url = platform.url('queries');
  const hearing = [
    hear(kafka, alertsFromLog({ log, codec, from, filter, signal: until })),
    hear(stream, alertsFromStream({ url, from, filter, signal: until })),
  ];
  try {
    await sleep(pauseMs, undefined, { signal });
    const cores = await coresOf(stack, platform);
    const written = await writeCauses(notified, courses, load, signal);
    const took = await cores.since();
    await collecting.until(arrived.delivered() + courses.length, arrivalPatienceMs);
    await collecting.stop();
    const webhookMs = (orderNo: string): number | undefined => {
      const eventId = kafka.get(orderNo)?.told.eventId ?? '';
      const slot = slotOf(routingKey(tenant, orderNo));
      return arrived.deliveredMs(derivedUuid(slot, 'notification', eventId, endpointId));
    };
    const after = (of: (orderNo: string) => number | undefined): Times =>
      timesOf(
        written.causes.flatMap(({ orderNo, appendedMs }) => {
          const atMs = of(orderNo);
          return atMs === undefined ? [] : [atMs - appendedMs];
        }),
      );
    return {
      ...{ part: 'subscribers', perSecond: load.perSecond, seconds: load.seconds },
      causes: written.causes.length,
      raised: after((orderNo) => kafka.get(orderNo)?.told.appendedMs),
      kafka: after((orderNo) => kafka.get(orderNo)?.atMs),
      stream: after((orderNo) => stream.get(orderNo)?.atMs),
      webhook: after(webhookMs),
      ...{ writerLateP99Ms: written.writerLateP99Ms, cores: took },
    };
  } finally {
    ending.abort();
    await collecting.stop();
    await Promise.all(hearing);
  }
}

async function hear(into: Map<string, Heard>, alerts: AsyncIterable<ToldAlert>): Promise<void> {
  for await (const told of alerts) into.set(told.event.data.orderNo, { atMs: Date.now(), told });
}

interface Course {
  readonly orderNo: string;
  /** An order that is paid, as far as its services have come … */
  readonly opened: readonly OutgoingRecord[];
  /** … and what contradicts it. */
  readonly cause: OutgoingRecord;
}

function coursesOf({ codec }: Notified, tenant: string, load: Load): readonly Course[] {
  const shelf = { tenant, partitions, prefix: load.prefix, startMs: Date.now() };
  const steps = histories.contradicted.length;
  return Array.from({ length: load.perSecond * load.seconds }, (_, index) => {
    const course = { index, kind: 'contradicted', keyIndex: index, round: 0 } as const;
    const record = (step: number): OutgoingRecord => recordOf(codec, shelf, course, step);
    return {
      orderNo: orderNoOf(shelf, index),
      opened: Array.from({ length: steps - 1 }, (__, step) => record(step)),
      cause: record(steps - 1),
    };
  });
}

async function writeCauses(
  { producer }: Notified,
  courses: readonly Course[],
  { perSecond }: Load,
  signal: AbortSignal,
) {
  const causes: { readonly orderNo: string; readonly appendedMs: number }[] = [];
  const late: number[] = [];
  const begin = performance.now();
  for (let [wave, done] = [0, 0]; done < courses.length; wave += 1) {
    const dueMs = begin + wave * paymentWaveMs;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    late.push(Math.max(0, performance.now() - dueMs));
    const due = Math.floor(((wave + 1) * paymentWaveMs * perSecond) / 1_000);
    const some = courses.slice(done, due);
    done = Math.max(done, due);
    if (some.length === 0) continue;
    const appended = await producer.transact(some.map(({ cause }) => cause));
    for (const [at, { orderNo }] of some.entries())
      causes.push({ orderNo, appendedMs: appended[at]?.appendTimeMs ?? Number.NaN });
  }
  late.sort((a, b) => a - b);
  return { causes, writerLateP99Ms: percentile(late, 99) };
}
