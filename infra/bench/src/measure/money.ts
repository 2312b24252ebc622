import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import { pauseMs } from '../limits.ts';
import type { LoadResult } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import {
  moneyEndpointConcurrency,
  moneyMerchants,
  moneyWarmUp,
  ordersPerAccountMax,
  settleMs,
} from '../money/limits.ts';
import type { AccountsOptions, BenchAccounts } from '../money/open-accounts.ts';
import { openAccounts, tenant } from '../money/open-accounts.ts';
import { openPayments } from '../money/open-payments.ts';
import type { PayableOrder } from '../money/orders.ts';
import { accountsOf, createOrders, reportOf } from '../money/orders.ts';
import type { Times } from '../notifications/arrived.ts';
import { createArrived, timesOf } from '../notifications/arrived.ts';
import { arrivalPatienceMs } from '../notifications/limits.ts';
import { registerEndpoint } from '../notifications/register-endpoint.ts';
import type { Sink } from '../notifications/run-sink.ts';
import { openSink } from '../notifications/run-sink.ts';
import { collect } from '../notifications/settle.ts';
import type { SeenEvent } from '../shop/watch-events.ts';
import { watchEvents } from '../shop/watch-events.ts';
import { coresOf } from './cores.ts';

/** From money that a client reports to a merchant who knows; a success is a record MATCHED. */
export interface MoneyResult extends LoadResult {
  readonly part: 'money';
  readonly accounts: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Over the seconds of the load, or as long as answers took to come. */
  readonly matchedPerSecond: number;
  /** From the moment a record was due to the broker's time of PaymentSucceeded. */
  readonly paid: Times;
  /** From the moment a record was due until its notification arrived at the merchant's endpoint. */
  readonly notified: Times;
  /** Notifications that came more than once. */
  readonly repeated: number;
  /** Processor time while the load ran, s, over its seconds. */
  readonly cores: Readonly<Record<string, number>>;
}

interface World {
  readonly accounts: BenchAccounts;
  readonly sink: Sink;
  readonly endpointId: string;
  readonly makeOrders: ReturnType<typeof createOrders>;
}

interface RecordLoad {
  readonly prefix: string;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Accounts needed so that no rate has more orders waiting on one than it takes. */
export const accountsFor = (records: number): number =>
  Math.max(moneyMerchants, Math.ceil(records / ordersPerAccountMax));

/**
 * Payments into personal accounts, all open before the first record of a rate, each of an amount that
 * no other on its account has. Then clients report the money, whatever becomes of the records before.
 */
export async function measureMoney(
  options: AccountsOptions & { readonly rates: readonly number[]; readonly seconds: number },
): Promise<void> {
  const { report, signal, rates, seconds } = options;
  const warmUp = { prefix: 'warm', ...moneyWarmUp };
  const loads = rates.map((perSecond, at) => ({
    prefix: `at-${perSecond}-${at}`,
    perSecond,
    seconds,
  }));
  const most = Math.max(...[warmUp, ...loads].map((load) => load.perSecond * load.seconds));
  const merchants = accountsOf('b', accountsFor(most));
  const accounts = await openAccounts(options, {
    ...{ processes: ['delays', 'notifications'], accounts: merchants },
    clients: merchants.map(({ pid }) => pid),
  });
  try {
    const sink = await openSink(1, signal);
    try {
      const { platform } = accounts;
      const asked = { concurrency: moneyEndpointConcurrency };
      const target = sink.urls[0] ?? '';
      const { endpointId } = await registerEndpoint({ platform, asked, tenant, target, signal });
      const world = { accounts, sink, endpointId, makeOrders: createOrders(merchants) };
      report(`warming up: ${warmUp.perSecond} records a second`);
      await measureRate(options, world, warmUp);
      for (const load of loads) {
        await sleep(pauseMs, undefined, { signal });
        const result = await measureRate(options, world, load);
        options.onResult({ ...result, accounts: merchants.length });
      }
    } finally {
      await sink.close();
    }
  } finally {
    await accounts.close();
  }
}

async function measureRate(
  { report, signal }: AccountsOptions,
  { accounts, sink, endpointId, makeOrders }: World,
  { prefix, perSecond, seconds }: RecordLoad,
): Promise<Omit<MoneyResult, 'accounts'>> {
  const { stack, platform, log, tokenOf } = accounts;
  const orders = makeOrders(prefix, perSecond * seconds);
  report(`${orders.length} payments are opened`);
  await openPayments(accounts, orders, { report, signal });
  await sleep(settleMs, undefined, { signal });
  const [succeeded, arrived] = [createSucceeded(endpointId), createArrived()];
  const watch = await watchEvents({
    ...{ log, topics: [topics.paymentsEvents.name], onEvent: succeeded.take },
  });
  const collecting = collect(sink, arrived, signal);
  try {
    report(`${perSecond} records a second for ${seconds} s`);
    const cores = await coresOf(stack, platform);
    const load = await runLoad(
      {
        ...{ call: 'POST /api/monitor/records', prefix, perSecond, seconds },
        urls: [`${platform.url('channel-monitor')}/api/monitor/records`],
        reports: orders.map((o) => ({ body: reportOf(o), token: tokenOf(o.account.pid) })),
      },
      signal,
    );
    const took = await cores.since();
    await collecting.until(load.succeeded, arrivalPatienceMs);
    await collecting.stop();
    const steps = stepsOf(orders, { perSecond, beganAtMs: load.beganAtMs, succeeded });
    return {
      ...{ part: 'money', perSecond, seconds, ...load },
      matchedPerSecond:
        load.succeeded / Math.max(seconds, (load.endedAtMs - load.beganAtMs) / 1_000),
      paid: timesOf(steps.map(({ dueMs, appendedMs }) => appendedMs - dueMs)),
      notified: timesOf(
        steps.flatMap(({ dueMs, notificationId }) => {
          const atMs = arrived.deliveredMs(notificationId);
          return atMs === undefined ? [] : [atMs - dueMs];
        }),
      ),
      ...{ repeated: arrived.repeated(), cores: took },
    };
  } finally {
    await collecting.stop();
    await watch.close();
  }
}

interface Succeeded {
  /** Broker time, epoch ms. */
  readonly appendedMs: number;
  /** What the endpoint is told under. */
  readonly notificationId: string;
}

type SucceededEvent = Pick<SeenEvent, 'type' | 'id' | 'orderNo' | 'appendedMs'>;

/** Payments that succeeded, by order number. */
export function createSucceeded(endpointId: string) {
  const byOrder = new Map<string, Succeeded>();
  return {
    take: ({ type, id, orderNo, appendedMs }: SucceededEvent): void => {
      if (type !== 'PaymentSucceeded' || byOrder.has(orderNo)) return;
      // As announcements make it: a function of the event and the endpoint.
      const slot = slotOf(routingKey(tenant, orderNo));
      const notificationId = derivedUuid(slot, 'notification', id, endpointId);
      byOrder.set(orderNo, { appendedMs, notificationId });
    },
    of: (orderNo: string): Succeeded | undefined => byOrder.get(orderNo),
  };
}

/** Of those that were paid, with the moment at which its record was due. */
export const stepsOf = (
  orders: readonly PayableOrder[],
  of: {
    readonly perSecond: number;
    readonly beganAtMs: number;
    readonly succeeded: Pick<ReturnType<typeof createSucceeded>, 'of'>;
  },
): readonly (Succeeded & { readonly dueMs: number })[] =>
  orders.flatMap(({ orderNo }, index) => {
    const paid = of.succeeded.of(orderNo);
    const dueMs = of.beganAtMs + (index * 1_000) / of.perSecond;
    return paid === undefined ? [] : [{ ...paid, dueMs }];
  });
