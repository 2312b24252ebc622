import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { pauseMs } from '../limits.ts';
import type { Arrived, Times } from '../notifications/arrived.ts';
import { createArrived, steadyPerSecond, timesOf } from '../notifications/arrived.ts';
import {
  arrivalPatienceMs,
  deliveriesWarmUp,
  deliveryEndpoints,
  endpointConcurrency,
} from '../notifications/limits.ts';
import type { Notified, NotifiedOptions } from '../notifications/open-notified.ts';
import { openNotified } from '../notifications/open-notified.ts';
import { collect } from '../notifications/settle.ts';
import type { PaymentLoad, Told } from '../notifications/write-payments.ts';
import { writePayments } from '../notifications/write-payments.ts';
import { watchEvents } from '../shop/watch-events.ts';
import { coresOf, cpuOf } from './cores.ts';

/** From the event of a payment to a merchant's endpoint that has taken its notification. */
export interface DeliveriesResult {
  readonly part: 'deliveries';
  readonly endpoints: number;
  /** Requests at one endpoint at once, in its settings. */
  readonly concurrency: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly events: number;
  readonly delivered: number;
  /** Delivered more than once. */
  readonly repeated: number;
  /** Between the first tenth of the deliveries and the last, however long they took. */
  readonly deliveredPerSecond: number | null;
  /** From the broker's time of the event until the request arrived. */
  readonly arrived: Times;
  /** From the broker's time of the event to that of NotificationCreated. */
  readonly created: Times;
  /** From NotificationCreated until the request arrived. */
  readonly sent: Times;
  readonly writerLateP99Ms: number | null;
  /** Processor time while the load ran, s, over its seconds. */
  readonly cores: Readonly<Record<string, number>>;
}

/** Endpoints of a tenant each, which answer at once, and payments of all of them in turn. */
export async function measureDeliveries(
  options: NotifiedOptions & { readonly rates: readonly number[]; readonly seconds: number },
): Promise<void> {
  const { report, signal, rates, seconds } = options;
  const asked = { concurrency: endpointConcurrency };
  const notified = await openNotified(options, {
    endpoints: Array.from({ length: deliveryEndpoints }, () => asked),
  });
  try {
    report(`warming up: ${deliveriesWarmUp.perSecond} events a second`);
    await deliver(notified, { prefix: 'warm', ...deliveriesWarmUp }, signal);
    for (const [at, perSecond] of rates.entries()) {
      await sleep(pauseMs, undefined, { signal });
      report(`${perSecond} events a second for ${seconds} s`);
      const load = { prefix: `at-${perSecond}-${at}`, perSecond, seconds };
      options.onResult(await deliver(notified, load, signal));
    }
  } finally {
    await notified.close();
  }
}

async function deliver(
  notified: Notified,
  load: Omit<PaymentLoad, 'endpoints'>,
  signal: AbortSignal,
): Promise<DeliveriesResult> {
  const { endpoints, sink, log, platform, stack, codec, producer } = notified;
  const arrived = createArrived();
  const created = new Map<string, number>();
  const watch = await watchEvents({
    log,
    topics: [topics.notificationsEvents.name],
    onEvent({ type, orderNo, appendedMs }) {
      if (type === 'NotificationCreated') created.set(orderNo, appendedMs);
    },
  });
  const collecting = collect(sink, arrived, signal);
  try {
    const [cores, ours] = [await coresOf(stack, platform), await coresOfOurs(sink.pid)];
    const written = await writePayments({ codec, producer, signal }, { ...load, endpoints });
    const took = { ...(await cores.since()), ...(await ours.since()) };
    await collecting.until(written.told.length, arrivalPatienceMs);
    await collecting.stop();
    const { perSecond, seconds } = load;
    return {
      ...{ part: 'deliveries', endpoints: endpoints.length, concurrency: endpointConcurrency },
      ...{ perSecond, seconds, ...deliveriesOf(written.told, arrived, created) },
      ...{ writerLateP99Ms: written.writerLateP99Ms, cores: took },
    };
  } finally {
    await collecting.stop();
    await watch.close();
  }
}

/** How events became deliveries, by the times of each step. */
function deliveriesOf(
  told: readonly Told[],
  arrived: Arrived,
  created: ReadonlyMap<string, number>,
) {
  const steps = told.flatMap(({ orderNo, notificationId, appendedMs }) => {
    const atMs = arrived.deliveredMs(notificationId);
    return atMs === undefined ? [] : [{ atMs, appendedMs, createdMs: created.get(orderNo) }];
  });
  return {
    ...{ events: told.length, delivered: steps.length, repeated: arrived.repeated() },
    deliveredPerSecond: steadyPerSecond(steps.map(({ atMs }) => atMs)),
    arrived: timesOf(steps.map(({ atMs, appendedMs }) => atMs - appendedMs)),
    created: timesOf(
      steps.flatMap(({ createdMs, appendedMs }) =>
        createdMs === undefined ? [] : [createdMs - appendedMs],
      ),
    ),
    sent: timesOf(
      steps.flatMap(({ atMs, createdMs }) => (createdMs === undefined ? [] : [atMs - createdMs])),
    ),
  };
}

/** Processor time of the sink and of this process from now on, in cores. */
async function coresOfOurs(sinkPid: number) {
  const ours = async () => {
    const { user, system } = process.cpuUsage();
    const { sink = 0 } = await cpuOf({ sink: sinkPid });
    return { sink, writer: (user + system) / 1e6, atMs: performance.now() };
  };
  const before = await ours();
  return {
    async since() {
      const { sink, writer, atMs } = await ours();
      const seconds = (atMs - before.atMs) / 1_000;
      return { sink: (sink - before.sink) / seconds, writer: (writer - before.writer) / seconds };
    },
  };
}
