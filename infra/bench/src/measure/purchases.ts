import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import {
  flowPollMs,
  latestWebhookMs,
  lookEveryMs,
  pauseMs,
  paidWithinMs,
  payersPay,
  serviceLevelPerSecond,
  serviceLevelSeconds,
  shopPieces,
} from '../limits.ts';
import type { Basket, PurchaseJob } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import { percentile } from '../load/summarise.ts';
import { repeated } from '../shop/ask.ts';
import type { BenchShop } from '../shop/open-shop.ts';
import { openShop } from '../shop/open-shop.ts';
import type { Person } from '../shop/people.ts';
import { logInAll } from '../shop/people.ts';
import { watchEvents } from '../shop/watch-events.ts';
import type { Measuring } from './measuring.ts';

const kinds = ['on time', 'late', 'lost'] as const;
type Webhooks = (typeof kinds)[number];

/** From the charge in the gateway's books to the order that is PAID. */
export interface PurchasesResult {
  readonly part: 'purchases';
  /** What the gateways' webhooks do. */
  readonly webhooks: Webhooks;
  readonly perSecond: number;
  readonly purchases: number;
  /** Requests that were not answered with 200; what they asked for may have been done all the same. */
  readonly errors: Readonly<Record<string, number>>;
  /** To the broker's time of OrderPaid. */
  readonly log: Delays;
  /** To the first answer of the shop that shows it. */
  readonly api: Delays;
  /** To the broker's time of OrderPaid, by gateway. */
  readonly byGateway: Readonly<Record<string, Delays>>;
}

export interface Delays {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** 0 to 1. */
  readonly within60s: number;
}

/**
 * Contract 3: 99 % of orders show PAID within 60 s of the payment. Purchases at all three gateways in
 * turn, whose payers pay some seconds after they are shown where.
 */
export async function measurePurchases(options: Measuring): Promise<void> {
  const { report, signal } = options;
  const shop = await openShop(options);
  try {
    const shopUrl = shop.url('bff');
    const people = await logInAll(shopUrl, buyerNames, signal);
    const none = { pieces: shopPieces, accounts: [] };
    await shop.furnish({ ...none, skus: ['teapot'], price: '45.50', currency: 'CNY' });
    await shop.furnish({ ...none, skus: ['sencha'], price: '1500', currency: 'JPY' });
    await buySome(shop, people, { webhooks: 'on time', isWarmUp: true }, signal);
    for (const webhooks of kinds) {
      await sleep(pauseMs, undefined, { signal });
      report(`webhooks ${webhooks}: purchases for ${serviceLevelSeconds} s, and what they take`);
      await misbehave(shop, webhooks);
      options.onResult(await buySome(shop, people, { webhooks, isWarmUp: false }, signal));
    }
  } finally {
    await shop.close();
  }
}

const buyerNames = Array.from({ length: 20 }, (_, at) => `buyer ${at}`);

/** PayPay takes yen only. */
const baskets: readonly Basket[] = [
  { sku: 'sencha', currency: 'JPY', channel: 'PAYPAY' },
  { sku: 'teapot', currency: 'CNY', channel: 'LAKALA' },
  { sku: 'teapot', currency: 'CNY', channel: 'MOCK' },
];

async function misbehave(shop: BenchShop, webhooks: Webhooks): Promise<void> {
  await shop.control('DELETE', '/rules');
  const rule = (body: object) => shop.control('POST', '/rules', { on: 'callback', ...body });
  if (webhooks === 'lost') await rule({ what: 'lose' });
  if (webhooks !== 'late') return;
  // The first that fires decides: a third each.
  const delays = [20_000, 30_000, latestWebhookMs];
  for (const [at, ms] of delays.entries())
    await rule({ what: 'delay', probability: 1 / (delays.length - at), params: { ms } });
}

/** One purchase as it goes on. */
interface Seen {
  readonly index: number;
  readonly orderNo: string;
  payNo: string;
  paidMs: number | null;
  shownMs: number | null;
}

async function buySome(
  shop: BenchShop,
  people: readonly Person[],
  of: { readonly webhooks: Webhooks; readonly isWarmUp: boolean },
  signal: AbortSignal,
): Promise<PurchasesResult> {
  const { webhooks, isWarmUp } = of;
  const prefix = `${isWarmUp ? 'warm' : 'paid'}-${webhooks.replace(' ', '-')}`;
  const seen = new Map<string, Seen>();
  const doings: Promise<void>[] = [];
  const begin = (doing: Promise<void>): void => {
    // Whether it went well is asked at the end; until then it is nobody's.
    doing.catch(() => undefined);
    doings.push(doing);
  };
  const watch = await watchEvents({
    log: shop.log,
    topics: [topics.ordersEvents.name, topics.paymentsEvents.name],
    onEvent({ type, orderNo, subject, appendedMs }) {
      if (!orderNo.startsWith(`${prefix}-`)) return;
      const index = Number(orderNo.slice(prefix.length + 1));
      const unknown: Seen = { index, orderNo, payNo: '', paidMs: null, shownMs: null };
      const known = seen.get(orderNo) ?? unknown;
      seen.set(orderNo, known);
      if (type === 'PaymentProcessing' && known.payNo === '') {
        known.payNo = subject;
        begin(pay(shop, known, signal));
      }
      if (type !== 'OrderPaid') return;
      known.paidMs = appendedMs;
      begin(lookUntilShown(shop, people, { of: known, signal }));
    },
  });
  try {
    const seconds = isWarmUp ? Math.ceil(serviceLevelSeconds / 6) : serviceLevelSeconds;
    const origin = shop.url('bff');
    const job: PurchaseJob = {
      ...{ call: 'POST /api/purchases', prefix, perSecond: serviceLevelPerSecond, seconds },
      ...{ urls: [`${origin}/api/purchases`], shop: { origin, people, baskets } },
    };
    const { succeeded, errors } = await runLoad(job, signal);
    const deadline = performance.now() + paidWithinMs;
    const isOver = () =>
      seen.size >= succeeded && [...seen.values()].every(({ paidMs }) => paidMs !== null);
    while (!isOver() && performance.now() < deadline)
      await sleep(flowPollMs, undefined, { signal });
    await Promise.all(doings);
    const judged = await judge(shop, webhooks, [...seen.values()]);
    return { ...judged, perSecond: job.perSecond, errors };
  } finally {
    await watch.close();
  }
}

/** As a payer does who is now shown where to. */
async function pay(shop: BenchShop, { index, payNo }: Seen, signal: AbortSignal): Promise<void> {
  const { firstMs, lastMs } = payersPay;
  // A prime, so that neighbours pay far from each other.
  await sleep(firstMs + ((index * 7_919) % (lastMs - firstMs)), undefined, { signal });
  const gateway = gatewayOf(index).toLowerCase();
  const url = `${shop.url('gateway-simulator')}/control/payments/${gateway}/${payNo}/pay`;
  const { status } = await repeated({ method: 'POST', url, body: {}, signal });
  // The attempt before was not answered, and has paid.
  invariant(status === 200 || status === 409, `paying ${payNo} was answered ${status}`);
}

const gatewayOf = (index: number): string => baskets[index % baskets.length]?.channel ?? '';

/** It cannot show before it is in the log, and so nobody need look earlier. */
async function lookUntilShown(
  shop: BenchShop,
  people: readonly Person[],
  look: { readonly of: Seen; readonly signal: AbortSignal },
): Promise<void> {
  const { of, signal } = look;
  const cookie = people[of.index % people.length]?.cookie ?? '';
  const url = `${shop.url('bff')}/api/purchases/${of.orderNo}`;
  for (;;) {
    const { body } = await repeated({ method: 'GET', url, headers: { cookie }, signal });
    const shown = body['purchase'] as { readonly status: string } | undefined;
    if (shown?.status === 'PAID') break;
    await sleep(lookEveryMs, undefined, { signal });
  }
  of.shownMs = Date.now();
}

async function judge(
  shop: BenchShop,
  webhooks: Webhooks,
  seen: readonly Seen[],
): Promise<Omit<PurchasesResult, 'perSecond' | 'errors'>> {
  const charged = new Map(
    (await listed<BookedPayment>(shop, '/payments')).map((each) => [each.reference, each.paidAt]),
  );
  const since = (to: 'paidMs' | 'shownMs', some: readonly Seen[] = seen): Delays =>
    delays(
      some.map((one) => {
        const at = charged.get(one.payNo);
        // One that was never charged, or is not paid, is later than all others.
        return (one[to] ?? Infinity) - (at ?? -Infinity);
      }),
    );
  if (webhooks === 'lost') {
    const own = new Set(seen.map(({ payNo }) => payNo));
    const said = await listed<BookedCallback>(shop, '/callbacks');
    const heard = said.filter((each) => own.has(each.reference) && each.state !== 'lost');
    invariant(heard.length === 0, `${heard.length} webhooks were not lost`);
  }
  return {
    ...{ part: 'purchases', webhooks, purchases: seen.length },
    ...{ log: since('paidMs'), api: since('shownMs') },
    byGateway: Object.fromEntries(
      baskets.map(({ channel = '' }) => [
        channel,
        since(
          'paidMs',
          seen.filter(({ index }) => gatewayOf(index) === channel),
        ),
      ]),
    ),
  };
}

interface BookedPayment {
  readonly reference: string;
  readonly paidAt: number | null;
}

interface BookedCallback {
  readonly reference: string;
  readonly state: string;
}

async function listed<T>(shop: BenchShop, path: string): Promise<readonly T[]> {
  const items: T[] = [];
  for (let cursor: string | null = '0'; cursor !== null;) {
    const page = await shop.control('GET', `${path}?limit=1000&cursor=${cursor}`);
    const { items: some, nextCursor } = page as { items: readonly T[]; nextCursor: string | null };
    items.push(...some);
    cursor = nextCursor;
  }
  return items;
}

export function delays(times: readonly number[]): Delays {
  const sorted = [...times].sort((a, b) => a - b);
  const within = sorted.filter((ms) => ms <= 60_000).length;
  return {
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    maxMs: sorted.at(-1) ?? null,
    within60s: sorted.length === 0 ? 0 : within / sorted.length,
  };
}
