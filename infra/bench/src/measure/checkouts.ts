import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import {
  flowPollMs,
  flowTailMs,
  pauseMs,
  shopCredit,
  shopPieces,
  shopPrice,
  shopSkus,
  warmUp,
} from '../limits.ts';
import type { Basket, LoadResult, PurchaseJob } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import { percentile } from '../load/summarise.ts';
import type { BenchShop } from '../shop/open-shop.ts';
import { openShop } from '../shop/open-shop.ts';
import type { Person } from '../shop/people.ts';
import { logInAll } from '../shop/people.ts';
import { watchEvents } from '../shop/watch-events.ts';
import { coresOf } from './cores.ts';
import type { Measuring } from './measuring.ts';

/** Purchases from their request to the shop until goods and money have changed hands. */
export interface CheckoutsResult extends LoadResult {
  readonly part: 'checkouts';
  readonly paidFrom: 'account' | 'channel';
  readonly perSecond: number;
  readonly seconds: number;
  /** Checkouts that were seen to be completed, in all, and before the load ended. */
  readonly completed: number;
  readonly completedPerSecond: number;
  /** Those that ended otherwise, which none should. */
  readonly compensated: number;
  /** From the moment a purchase was due until its checkout was seen to be completed, ms. */
  readonly flowP50Ms: number | null;
  readonly flowP99Ms: number | null;
  /** Processor time while the load ran, s, over its seconds. */
  readonly cores: Readonly<Record<string, number>>;
}

/**
 * Purchases through the BFF, each of one piece of one of many goods, by people who take turns: first
 * paid whole from their accounts, then by a channel whose payer pays at once.
 */
export async function measureCheckouts(
  options: Measuring & { readonly rates: readonly number[]; readonly seconds: number },
): Promise<void> {
  const { report, signal, rates, seconds } = options;
  const shop = await openShop(options);
  try {
    const shopUrl = shop.url('bff');
    const people = await logInAll(shopUrl, buyerNames, signal);
    const accounts = people.map(({ id }) => id);
    const goods = { price: shopPrice, currency: 'CNY', pieces: shopPieces } as const;
    await shop.furnish({ ...goods, skus: shopSkus, accounts, credit: shopCredit });
    await shop.control('PUT', '/autopay', {
      rules: [{ probability: 1, delayMsMin: 0, delayMsMax: 0 }],
    });
    for (const paidFrom of ['account', 'channel'] as const) {
      const job = jobOf(shopUrl, people, paidFrom);
      await runLoad({ ...job, prefix: `warm-${paidFrom}`, ...warmUp }, signal);
      for (const perSecond of rates) {
        await sleep(pauseMs, undefined, { signal });
        report(`paid from the ${paidFrom}: ${perSecond} purchases a second for ${seconds} s`);
        options.onResult(await measureRate({ shop, job, paidFrom, perSecond, seconds, signal }));
      }
    }
  } finally {
    await shop.close();
  }
}

/** So many that none of their accounts is a bottleneck. */
const buyerNames = Array.from({ length: 50 }, (_, at) => `buyer ${at}`);

type Job = Pick<PurchaseJob, 'call' | 'urls' | 'shop'>;

function jobOf(shopUrl: string, people: readonly Person[], paidFrom: 'account' | 'channel'): Job {
  const paid = paidFrom === 'account' ? { balance: shopPrice } : { channel: 'MOCK' };
  const baskets = shopSkus.map((sku): Basket => ({ sku, currency: 'CNY', ...paid }));
  return {
    call: 'POST /api/purchases',
    urls: [`${shopUrl}/api/purchases`],
    shop: { origin: shopUrl, people, baskets },
  };
}

async function measureRate(of: {
  readonly shop: BenchShop;
  readonly job: Job;
  readonly paidFrom: 'account' | 'channel';
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}): Promise<CheckoutsResult> {
  const { shop, job, paidFrom, perSecond, seconds, signal } = of;
  const prefix = `${paidFrom}-${perSecond}`;
  const completed = new Map<number, number>();
  let compensated = 0;
  const watch = await watchEvents({
    log: shop.log,
    topics: [topics.checkoutEvents.name],
    onEvent({ type, orderNo, seenMs }) {
      if (!orderNo.startsWith(`${prefix}-`)) return;
      if (type === 'CheckoutCompensated') compensated += 1;
      if (type !== 'CheckoutCompleted') return;
      completed.set(Number(orderNo.slice(prefix.length + 1)), seenMs);
    },
  });
  try {
    const cores = await coresOf(shop.stack, shop.platform);
    const load = await runLoad({ ...job, prefix, perSecond, seconds }, signal);
    const endMs = Date.now();
    const took = await cores.since();
    const newestMs = () => Math.max(endMs, ...completed.values());
    while (completed.size + compensated < load.succeeded && Date.now() - newestMs() < flowTailMs)
      await sleep(flowPollMs, undefined, { signal });
    const latencies = [...completed]
      .map(([index, atMs]) => atMs - (load.beganAtMs + (index * 1_000) / perSecond))
      .sort((a, b) => a - b);
    const inTime = [...completed.values()].filter((atMs) => atMs <= endMs).length;
    return {
      ...{ part: 'checkouts', paidFrom, perSecond, seconds, ...load },
      ...{ completed: completed.size, compensated },
      completedPerSecond: (inTime * 1_000) / (endMs - load.beganAtMs),
      flowP50Ms: percentile(latencies, 50),
      flowP99Ms: percentile(latencies, 99),
      cores: took,
    };
  } finally {
    await watch.close();
  }
}
