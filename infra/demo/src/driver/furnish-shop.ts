import { formatMajor } from '@plumbline/kernel';
import type { PurchasePlan } from '../plan/plan-purchases.ts';
import { currencies } from '../plan/plan-purchases.ts';
import type { Browser } from './browser.ts';
import type { HttpCalls } from './http-calls.ts';
import { succeeded } from './shop.ts';

export interface Furnishing {
  readonly calls: HttpCalls;
  readonly inventoryUrl: string;
  readonly accountsUrl: string;
  readonly plan: PurchasePlan;
  readonly skuOf: (goods: string) => string;
  /** By the name of the buyer. */
  readonly browsers: ReadonlyMap<string, Browser>;
}

/** Describes the goods and takes their stock in, and gives the buyers their money. */
export async function furnishShop(of: Furnishing): Promise<void> {
  const { calls, inventoryUrl, accountsUrl, plan, skuOf, browsers } = of;
  const sure = async (method: 'POST' | 'PUT', url: string, body: unknown): Promise<void> => {
    succeeded(await calls.call({ method, url, body }), url);
  };
  const shelve = async ({ name, currency, unitAmountMinor, stock }: PurchasePlan['goods'][0]) => {
    const item = `${inventoryUrl}/items/${skuOf(name)}`;
    await sure('PUT', item, { name, price: formatMajor(unitAmountMinor, currency), currency });
    if (stock > 0)
      await sure('POST', `${item}/receipts`, { receiptId: 'delivery', quantity: stock });
  };
  const credit = async ({ name, creditMinor }: PurchasePlan['buyers'][0]) => {
    const account = `${accountsUrl}/accounts/${browsers.get(name)?.userId ?? ''}`;
    for (const currency of currencies) {
      const amount = formatMajor(creditMinor[currency], currency);
      const entry = { entryId: `welcome-${currency}`, reason: 'a present' };
      await sure('POST', `${account}/credits`, { ...entry, amount, currency });
    }
  };
  await Promise.all([...plan.goods.map(shelve), ...plan.buyers.map(credit)]);
}
