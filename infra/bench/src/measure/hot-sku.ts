import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import { Agent } from 'undici';
import { flowPollMs, hotBuyers, hotPieces, hotWithinMs, repeatAfterMs } from '../limits.ts';
import { percentile } from '../load/summarise.ts';
import { ask, attempt } from '../shop/ask.ts';
import type { BenchShop } from '../shop/open-shop.ts';
import { openShop } from '../shop/open-shop.ts';
import type { Person } from '../shop/people.ts';
import { logInAll, unsafeHeaders } from '../shop/people.ts';
import { watchEvents } from '../shop/watch-events.ts';
import type { Measuring } from './measuring.ts';

/** Many who want the same few pieces at once. Times in ms from the moment at which all ask. */
export interface HotSkuResult {
  readonly part: 'hot-sku';
  readonly buyers: number;
  readonly pieces: number;
  readonly sold: number;
  readonly givenBack: number;
  /** Answers of the shop to a purchase, repeats included. */
  readonly answeredP50Ms: number | null;
  readonly answeredP99Ms: number | null;
  /** Answers that said "repeat with the same key". */
  readonly repeated: number;
  readonly soldOutMs: number;
  readonly allEndedMs: number;
}

const sku = 'last-kyusu';
const price = '10.00';

/** Errors: more or fewer were sold than there were, or something is still put aside. */
export async function measureHotSku(options: Measuring): Promise<void> {
  const { report, signal } = options;
  const shop = await openShop(options);
  try {
    const shopUrl = shop.url('bff');
    report(`logging in ${hotBuyers} buyers`);
    const names = Array.from({ length: hotBuyers }, (_, at) => `buyer ${at}`);
    const people = await logInAll(shopUrl, names, signal);
    const accounts = people.map(({ id }) => id);
    const goods = { skus: [sku], pieces: hotPieces, price, currency: 'CNY' } as const;
    await shop.furnish({ ...goods, accounts, credit: price });
    report(`${hotBuyers} buyers for ${hotPieces} pieces`);
    options.onResult(await sellOut(shop, people, signal));
  } finally {
    await shop.close();
  }
}

async function sellOut(
  shop: BenchShop,
  people: readonly Person[],
  signal: AbortSignal,
): Promise<HotSkuResult> {
  const sold: number[] = [];
  const givenBack: number[] = [];
  const watch = await watchEvents({
    log: shop.log,
    topics: [topics.checkoutEvents.name],
    onEvent({ type, seenMs }) {
      if (type === 'CheckoutCompleted') sold.push(seenMs);
      if (type === 'CheckoutCompensated') givenBack.push(seenMs);
    },
  });
  const dispatcher = new Agent({ connections: people.length });
  try {
    const beganMs = Date.now();
    const bought = await Promise.all(
      people.map((person, index) =>
        buyUntilDecided({ shopUrl: shop.url('bff'), person, index, dispatcher, signal }),
      ),
    );
    const deadline = beganMs + hotWithinMs;
    while (sold.length + givenBack.length < people.length && Date.now() < deadline)
      await sleep(flowPollMs, undefined, { signal });
    const answered = bought.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const counts = `${sold.length} sold, ${givenBack.length} given back`;
    invariant(sold.length === hotPieces, counts);
    invariant(givenBack.length === people.length - hotPieces, counts);
    await nothingLeft(shop);
    return {
      ...{ part: 'hot-sku', buyers: people.length, pieces: hotPieces },
      ...{ sold: sold.length, givenBack: givenBack.length },
      answeredP50Ms: percentile(answered, 50),
      answeredP99Ms: percentile(answered, 99),
      repeated: bought.reduce((sum, { repeats }) => sum + repeats, 0),
      soldOutMs: Math.max(...sold) - beganMs,
      allEndedMs: Math.max(...sold, ...givenBack) - beganMs,
    };
  } finally {
    await watch.close();
    await dispatcher.destroy();
  }
}

/** As a careful page does: again under the same key until somebody has decided. */
async function buyUntilDecided(of: {
  readonly shopUrl: string;
  readonly person: Person;
  readonly index: number;
  readonly dispatcher: Agent;
  readonly signal: AbortSignal;
}): Promise<{ readonly tookMs: number; readonly repeats: number }> {
  const { shopUrl, person, index, dispatcher, signal } = of;
  const beganMs = performance.now();
  for (let repeats = 0; ; repeats += 1) {
    const answer = await attempt({
      ...{ method: 'POST', url: `${shopUrl}/api/purchases`, dispatcher, signal },
      headers: { ...unsafeHeaders(shopUrl, person), 'idempotency-key': `hot-${index}` },
      body: { items: [{ sku, quantity: 1 }], currency: 'CNY', balance: price },
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    });
    if (!(answer instanceof Error)) {
      if (answer.status === 200) return { tookMs: performance.now() - beganMs, repeats };
      invariant(answer.status >= 500, `answered ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    await sleep(repeatAfterMs, undefined, { signal });
  }
}

/** Errors: a piece is left, or put aside. */
async function nothingLeft(shop: BenchShop): Promise<void> {
  const deadline = performance.now() + hotWithinMs;
  for (;;) {
    const { body } = await ask({ method: 'GET', url: `${shop.url('inventory')}/items/${sku}` });
    const { onHand, reserved } = body['data'] as Readonly<Record<string, number>>;
    if (onHand === 0 && reserved === 0) return;
    // The read model may be a moment behind.
    invariant(performance.now() < deadline, `${onHand} left, ${reserved} reserved`);
    await sleep(flowPollMs);
  }
}
