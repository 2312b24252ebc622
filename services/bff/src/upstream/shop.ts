import type { RequestContext } from '@plumbline/http';
import { majorAmountOutSchema } from '@plumbline/http';
import { z } from 'zod';
import { balanceView, itemView } from '../http/views.ts';
import * as limits from '../limits.ts';
import { read } from './ask.ts';
import type { Service } from './service.ts';

export type Item = z.output<typeof itemView>;

/** As inventory shows it: what a piece costs is the unit amount of an order's line. */
const stored = itemView
  .omit({ unitAmount: true })
  .extend({ price: majorAmountOutSchema() })
  .transform(({ price, ...item }): Item => ({ ...item, unitAmount: price }));

const itemsPage = z.object({ items: z.array(stored), nextCursor: z.string().nullable() });

/** The first items of the shop, as many as one page shows. */
export async function readItems(
  inventory: Service,
  context: RequestContext,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: limits.itemsPageMax, cursor };
    const page = await read(inventory, { path: '/items', query, context, answer: itemsPage });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < limits.itemsShownMax);
  return items.slice(0, limits.itemsShownMax);
}

/** What inventory takes for the code of an item: with another there is none. */
const skuPattern = /^[A-Za-z0-9][A-Za-z0-9._:|@-]*$/;

/** The items of the given codes, by code; those that there are not are left out. */
export async function readItemsOf(
  inventory: Service,
  skus: readonly string[],
  context: RequestContext,
): Promise<ReadonlyMap<string, Item>> {
  const found = await Promise.all(
    inQuestions(skus.filter((sku) => skuPattern.test(sku))).map((some) => {
      const query = { skus: some.join(','), limit: some.length };
      return read(inventory, { path: '/items', query, context, answer: itemsPage });
    }),
  );
  return new Map(found.flatMap(({ items }) => items).map((item) => [item.sku, item]));
}

/** Parts of a list that each fit into an address. */
function inQuestions(skus: readonly string[]): readonly (readonly string[])[] {
  const questions: string[][] = [];
  let chars = Infinity;
  for (const sku of skus) {
    const size = encodeURIComponent(sku).length + encodeURIComponent(',').length;
    if (chars + size > limits.askedSkusCharsMax) {
      questions.push([]);
      chars = 0;
    }
    questions.at(-1)?.push(sku);
    chars += size;
  }
  return questions;
}

const account = z.object({ balances: z.array(balanceView) });

/** An account that nobody has credited yet is an account without balances. */
export async function readBalances(
  accounts: Service,
  userId: string,
  context: RequestContext,
): Promise<z.output<typeof account>['balances']> {
  const answer = z.union([account, z.null()]);
  const path = `/accounts/${encodeURIComponent(userId)}`;
  const found = await read(accounts, { path, context, answer, absent: 'ACCOUNT_NOT_FOUND' });
  return found?.balances ?? [];
}
