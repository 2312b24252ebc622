import { z } from 'zod';
import type { FoundShop } from '../compare/compare-purchases.ts';
import type { PurchasePlan } from '../plan/plan-purchases.ts';
import type { Browser } from './browser.ts';
import { openBrowser } from './browser.ts';
import { purchasesUnderWayMax } from '../limits.ts';
import { furnishShop } from './furnish-shop.ts';
import type { HttpCalls } from './http-calls.ts';
import type { PurchaseJournal } from './play-purchase.ts';
import { playPurchase } from './play-purchase.ts';
import { succeeded } from './shop.ts';
import { createSlots } from './slots.ts';

export interface ShoppingOptions {
  readonly calls: HttpCalls;
  readonly plan: PurchasePlan;
  /** Begins names of goods, buyers and orders of this run, and of no other. */
  readonly runName: string;
  readonly urls: Readonly<Record<'bff' | 'orders' | 'inventory' | 'accounts', string>>;
  readonly signal: AbortSignal;
}

/** Buyers in the shop, each with a browser. */
export interface Shopping {
  /** Every purchase has been led to its end, as far as it could. */
  readonly over: Promise<readonly PurchaseJournal[]>;
  ended(): number;
  /** How all of it stands now: to be asked once it is over. */
  found(): Promise<FoundShop>;
}

/** Furnishes the shop and has everybody buy, some at a time. */
export function goShopping(options: ShoppingOptions): Shopping {
  const { calls, plan, runName, urls, signal } = options;
  const browsers = new Map<string, Browser>();
  const skuOf = (goods: string): string => `${runName}-${goods}`;
  const inSlot = createSlots(purchasesUnderWayMax);
  let ended = 0;

  async function shop(): Promise<readonly PurchaseJournal[]> {
    for (const { name } of plan.buyers) {
      const user = `${name} of ${runName}`;
      browsers.set(name, await openBrowser({ calls, shopUrl: urls.bff, user }));
    }
    const { inventory: inventoryUrl, accounts: accountsUrl } = urls;
    await furnishShop({ calls, inventoryUrl, accountsUrl, plan, skuOf, browsers });
    return Promise.all(
      plan.purchases.map(async (planned) => {
        const play = () =>
          playPurchase(planned, {
            ...{ calls, plan, skuOf, signal, browser: browserOf(planned.buyer) },
            ordersUrl: urls.orders,
            orderNoOf: ({ index }) => `${runName}-b${index + 1}`,
          });
        const journal = await inSlot(play);
        ended += 1;
        return journal;
      }),
    );
  }

  function browserOf(name: string): Browser {
    const browser = browsers.get(name);
    if (browser === undefined) throw new Error(`nobody is called ${name}`);
    return browser;
  }

  const over = shop();
  // Who waits for it waits for something else first.
  over.catch(() => undefined);
  return {
    over,
    ended: () => ended,
    async found() {
      const purchases = await Promise.all(
        (await over).map(async ({ planned, orderNo }) =>
          orderNo === null ? null : await browserOf(planned.buyer).purchase(orderNo),
        ),
      );
      const [stock, balances] = await Promise.all([
        Promise.all(plan.goods.map(({ name }) => pieces(calls, urls.inventory, skuOf(name)))),
        Promise.all(plan.buyers.map(({ name }) => browserOf(name).balances())),
      ]);
      return { purchases, stock, balances };
    },
  };
}

const item = z.object({ onHand: z.number(), reserved: z.number() });

async function pieces(calls: HttpCalls, inventoryUrl: string, sku: string) {
  const url = `${inventoryUrl}/items/${sku}`;
  return item.parse(succeeded(await calls.call({ method: 'GET', url }), url));
}
