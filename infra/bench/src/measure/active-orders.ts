import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '@plumbline/local';
import {
  listCalls,
  listedOrders,
  orderCountMin,
  otherAccounts,
  paidOrders,
  paidRounds,
  settleMs,
} from '../money/limits.ts';
import type { AccountsOptions, BenchAccounts } from '../money/open-accounts.ts';
import { openAccounts } from '../money/open-accounts.ts';
import { openPayments } from '../money/open-payments.ts';
import type { PayableOrder } from '../money/orders.ts';
import { accountOf, accountsOf, createOrders, reportOf } from '../money/orders.ts';
import { settled } from '../money/settled.ts';
import { writeOrders } from '../money/write-orders.ts';
import type { Times } from '../notifications/arrived.ts';
import { timesOf } from '../notifications/arrived.ts';
import { ask } from '../shop/ask.ts';

/** What one merchant's list and one match cost while others' orders wait as well. */
export interface ActiveOrdersResult {
  readonly part: 'active-orders';
  /** That wait, over all accounts. */
  readonly orders: number;
  readonly accounts: number;
  /** Since the size before, and how many a second came to wait. */
  readonly written: number;
  readonly activatedPerSecond: number | null;
  /** Orders of the merchant whose list is asked for, and each answer. */
  readonly listedOrders: number;
  readonly listed: Times;
  /** Orders on the account that is paid into, before the first match of a round, and each match. */
  readonly paidOrders: number;
  readonly matched: Times;
  /** The middle one over that of the first size: 1 where the cost is flat. */
  readonly listedRatio: number | null;
  readonly matchedRatio: number | null;
}

interface World extends Pick<AccountsOptions, 'report' | 'signal'> {
  readonly bench: BenchAccounts;
  readonly makeOthers: ReturnType<typeof createOrders>;
  readonly makePaid: ReturnType<typeof createOrders>;
}

const [listedAt, paidAt] = [accountOf('listed'), accountOf('paid')];

/**
 * Always the same orders are listed and as many paid, while ever more of others wait. One call after
 * another, with nothing else under way.
 */
export async function measureActiveOrders(
  options: AccountsOptions & { readonly sizes: readonly number[] },
): Promise<void> {
  const { report, signal } = options;
  const sizes = [...options.sizes].sort((one, other) => one - other);
  const others = accountsOf('o', otherAccounts);
  const accounts = [listedAt, paidAt, ...others];
  const clients = [listedAt.pid];
  const bench = await openAccounts(options, { processes: [], accounts, clients });
  try {
    const [makeOthers, makePaid] = [createOrders(others), createOrders([paidAt])];
    const world: World = { bench, report, signal, makeOthers, makePaid };
    await writeOrders(bench, createOrders([listedAt])('listed', listedOrders), world);
    report('warming up');
    await measureSize(world, { prefix: 'warm', before: orderCountMin, orders: orderCountMin });
    let [before, first]: [number, Timed | null] = [orderCountMin, null];
    for (const orders of sizes) {
      report(`${orders - before} orders more, ${orders} in all`);
      const timed = await measureSize(world, { prefix: `at-${orders}`, before, orders });
      first ??= timed;
      options.onResult({
        ...{ part: 'active-orders', orders, accounts: accounts.length, ...timed },
        ...{ written: orders - before, listedOrders, paidOrders },
        listedRatio: ratioOf(timed.listed, first.listed),
        matchedRatio: ratioOf(timed.matched, first.matched),
      });
      before = orders;
    }
  } finally {
    await bench.close();
  }
}

type Timed = Pick<ActiveOrdersResult, 'listed' | 'matched' | 'activatedPerSecond'>;

async function measureSize(
  world: World,
  of: { readonly prefix: string; readonly before: number; readonly orders: number },
): Promise<Timed> {
  const { bench, signal, makeOthers, makePaid } = world;
  const { prefix, before, orders } = of;
  const written = orders - before;
  const tookMs = await writeOrders(bench, makeOthers(`${prefix}-other`, written), world);
  let listed: readonly number[] = [];
  const matched: number[] = [];
  for (let round = 0; round < paidRounds; round += 1) {
    const paid = makePaid(`${prefix}-${round}`, paidOrders);
    await openPayments(bench, paid, world);
    await settled(bench.platform, orders, signal);
    await sleep(settleMs, undefined, { signal });
    if (round === 0)
      listed = await timesEach(Array.from({ length: listCalls }), () => list(bench, signal));
    matched.push(...(await timesEach(paid, (order) => match(bench, order, signal))));
  }
  return {
    ...{ listed: timesOf(listed), matched: timesOf(matched) },
    activatedPerSecond: written === 0 ? null : (written * 1_000) / tookMs,
  };
}

/** How long each took, ms, one after another. */
async function timesEach<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<readonly number[]> {
  const took: number[] = [];
  for (const item of items) {
    const begin = performance.now();
    await work(item);
    took.push(performance.now() - begin);
  }
  return took;
}

/** As the merchant's own client asks. */
async function list({ platform, tokenOf }: BenchAccounts, signal: AbortSignal): Promise<void> {
  const { pid } = listedAt;
  const url = `${platform.url('channel-monitor')}/api/monitor/orders/active?pid=${pid}`;
  const headers = { authorization: `Bearer ${tokenOf(pid)}` };
  const { body } = await ask({ method: 'GET', url, headers, signal });
  if (!Array.isArray(body) || body.length !== listedOrders)
    throw new LocalStackError(`void: the list has not the ${listedOrders} orders that wait`);
}

/** As the channel monitor asks, on this machine. */
async function match(
  { platform }: BenchAccounts,
  order: PayableOrder,
  signal: AbortSignal,
): Promise<void> {
  const url = `${platform.url('payments')}/api/internal/orders/match`;
  const { body } = await ask({ method: 'POST', url, body: reportOf(order), signal });
  const result = resultOf(body);
  if (result !== 'MATCHED') throw new LocalStackError(`void: a record is ${result}, not MATCHED`);
}

const resultOf = ({ data }: Readonly<Record<string, unknown>>): string =>
  typeof data === 'object' && data !== null && 'result' in data ? String(data.result) : 'nothing';

/** `null` where there is nothing to compare. */
export const ratioOf = (
  { p50Ms }: Pick<Times, 'p50Ms'>,
  first: Pick<Times, 'p50Ms'>,
): number | null =>
  p50Ms === null || first.p50Ms === null || first.p50Ms === 0 ? null : p50Ms / first.p50Ms;
