import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import {
  calmMs,
  clientProcesses,
  connectionsPerUser,
  liveConnections,
  liveLoad,
  pauseMs,
  shopCredit,
  shopPieces,
  shopPrice,
  shopSkus,
  talkingConnections,
  warmUp,
} from '../limits.ts';
import type { Clients } from '../live/run-clients.ts';
import { openClients } from '../live/run-clients.ts';
import type { PurchaseJob } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import { percentile } from '../load/summarise.ts';
import type { BenchShop } from '../shop/open-shop.ts';
import { openShop } from '../shop/open-shop.ts';
import type { Person } from '../shop/people.ts';
import { logInAll } from '../shop/people.ts';
import { watchEvents } from '../shop/watch-events.ts';
import { coresOf } from './cores.ts';
import type { Measuring } from './measuring.ts';

/** Many WebSockets on one BFF, silent and with traffic. */
export interface LiveResult {
  readonly part: 'live';
  readonly connections: number;
  /** Of the BFF, MiB: with people logged in and nobody connected, with all, after the traffic. */
  readonly rssMiB: {
    readonly before: number;
    readonly connected: number;
    readonly afterwards: number;
  };
  readonly kibPerConnection: number;
  readonly openedPerSecond: number;
  /** Of the BFF, in cores: while nothing happens, and with the traffic. */
  readonly idleCores: number;
  readonly talkingCores: number;
  /** Connections whose users buy. */
  readonly talking: number;
  readonly purchasesPerSecond: number;
  readonly events: number;
  readonly pushes: number;
  /** Pushes that should have come and did not. */
  readonly missing: number;
  /** Connections that ended meanwhile, by code. */
  readonly closed: Readonly<Record<string, number>>;
  /** From the broker's time of an event to a client that hears of it, ms. */
  readonly pushP50Ms: number | null;
  readonly pushP99Ms: number | null;
  readonly pushMaxMs: number | null;
}

export async function measureLive(options: Measuring): Promise<void> {
  const { report, signal } = options;
  const shop = await openShop(options);
  const clients: Clients[] = [];
  try {
    const users = liveConnections / connectionsPerUser;
    report(`logging in ${users} users`);
    const names = Array.from({ length: users }, (_, at) => `user ${at}`);
    const people = await logInAll(shop.url('bff'), names, signal);
    const talking = people.slice(0, talkingConnections / connectionsPerUser);
    const accounts = talking.map(({ id }) => id);
    const goods = { price: shopPrice, currency: 'CNY', pieces: shopPieces } as const;
    await shop.furnish({ ...goods, skus: shopSkus, accounts, credit: shopCredit });
    await runLoad({ ...jobOf(shop, talking), prefix: 'warm', ...warmUp }, signal);
    await sleep(calmMs, undefined, { signal });
    const before = await rssMiBOf(shop);
    report(`opening ${liveConnections} connections from ${clientProcesses} processes`);
    const beganMs = performance.now();
    clients.push(...(await connectAll(shop, people, signal)));
    const openMs = performance.now() - beganMs;
    await sleep(calmMs, undefined, { signal });
    const connected = await rssMiBOf(shop);
    const idle = await coresOf(shop.stack, shop.platform);
    await sleep(calmMs, undefined, { signal });
    const idleCores = (await idle.since())['bff'] ?? 0;
    report(`${liveLoad.perSecond} purchases a second for ${liveLoad.seconds} s`);
    const told = await talk(shop, { talking, clients, signal });
    const afterwards = await rssMiBOf(shop);
    options.onResult({
      ...{ part: 'live', connections: liveConnections, rssMiB: { before, connected, afterwards } },
      kibPerConnection: ((connected - before) * 1_024) / liveConnections,
      openedPerSecond: (liveConnections * 1_000) / openMs,
      ...{ idleCores, talking: talkingConnections, purchasesPerSecond: liveLoad.perSecond },
      ...told,
    });
  } finally {
    await Promise.all(clients.map((each) => each.close()));
    await shop.close();
  }
}

/** Everybody's connections are spread over all processes of clients. */
async function connectAll(
  shop: BenchShop,
  people: readonly Person[],
  signal: AbortSignal,
): Promise<readonly Clients[]> {
  const origin = shop.url('bff');
  const url = `${origin.replace('http', 'ws')}/api/live`;
  const cookies = Array.from(
    { length: liveConnections },
    (_, at) => people[at % people.length]?.cookie ?? '',
  );
  const share = Math.ceil(liveConnections / clientProcesses);
  return Promise.all(
    Array.from({ length: clientProcesses }, (_, at) =>
      openClients({ url, origin, cookies: cookies.slice(at * share, (at + 1) * share) }, signal),
    ),
  );
}

function jobOf(
  shop: BenchShop,
  people: readonly Person[],
): Pick<PurchaseJob, 'call' | 'urls' | 'shop'> {
  const origin = shop.url('bff');
  const baskets = shopSkus.map((sku) => ({ sku, currency: 'CNY', balance: shopPrice }) as const);
  const urls = [`${origin}/api/purchases`];
  return { call: 'POST /api/purchases', urls, shop: { origin, people, baskets } };
}

async function talk(
  shop: BenchShop,
  of: {
    readonly talking: readonly Person[];
    readonly clients: readonly Clients[];
    readonly signal: AbortSignal;
  },
) {
  const { talking, clients, signal } = of;
  const appended = new Map<string, number>();
  const watch = await watchEvents({
    log: shop.log,
    topics: [topics.ordersEvents.name, topics.checkoutEvents.name],
    onEvent: ({ orderNo, place, appendedMs }) => {
      if (orderNo.startsWith('talk-')) appended.set(place, appendedMs);
    },
  });
  try {
    const cores = await coresOf(shop.stack, shop.platform);
    await runLoad({ ...jobOf(shop, talking), prefix: 'talk', ...liveLoad }, signal);
    const talkingCores = (await cores.since())['bff'] ?? 0;
    await sleep(calmMs + pauseMs, undefined, { signal });
    const heard = await Promise.all(clients.map((each) => each.heard()));
    const pushes: number[] = [];
    for (const { changes } of heard)
      for (const [place, times] of Object.entries(changes)) {
        const atMs = appended.get(place);
        if (atMs !== undefined) for (const seenMs of times) pushes.push(seenMs - atMs);
      }
    pushes.sort((a, b) => a - b);
    return {
      ...{ talkingCores, events: appended.size, pushes: pushes.length },
      missing: appended.size * connectionsPerUser - pushes.length,
      closed: sumOf(heard.map(({ closed }) => closed)),
      pushP50Ms: percentile(pushes, 50),
      pushP99Ms: percentile(pushes, 99),
      pushMaxMs: pushes.at(-1) ?? null,
    };
  } finally {
    await watch.close();
  }
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [code, count] of all.flatMap((each) => Object.entries(each)))
    sum[code] = (sum[code] ?? 0) + count;
  return sum;
}

/** What is resident now (Linux), MiB. */
async function rssMiBOf(shop: BenchShop): Promise<number> {
  const pid = shop.platform.process('bff').pid() ?? 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}
