import {
  currencyBranches,
  currencyCode,
  intNumber,
  jsonSchemaOf,
  majorAmount,
  text,
} from '@plumbline/http';
import { digest, parseMajor } from '@plumbline/kernel';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { Item } from '../upstream/shop.ts';
import { problem } from './error-codes.ts';

/** A basket as it was asked for: without a price, which is the shop's to say. */
export interface PurchaseRequest {
  readonly orderNo: string | null;
  /** Each sku once. */
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly currency: string;
  readonly balanceMinor: bigint;
  readonly channel: string | null;
}

const channels = ['PAYPAY', 'LAKALA', 'MOCK'] as const;

const balanceIn = (currency: string) =>
  majorAmount({ currency, minMinor: 0n, maxMinor: limits.amountMinorMax });

const shape = z.strictObject({
  orderNo: text(limits.newOrderNoCharsMax).optional(),
  items: z
    .array(
      z.strictObject({
        sku: text(limits.skuCharsMax),
        quantity: intNumber({ min: 1, max: limits.quantityMax }),
      }),
      { error: 'must be a list of items' },
    )
    .min(1, 'must have at least one item')
    .max(limits.linesMax, `must have at most ${limits.linesMax} items`),
  currency: currencyCode().unwrap(),
  balance: z
    .unknown()
    .optional()
    .meta({ type: ['number', 'string'], description: 'What of it the account pays; 0 if unset' }),
  channel: z.enum(channels).optional().describe('By which the rest is paid'),
});

const described = shape.meta({
  description: 'Prices are those of the shop. Lines of one sku are taken together',
  ...currencyBranches((currency) => ({ balance: jsonSchemaOf(balanceIn(currency), 'input') })),
});

export const purchaseRequest = described.transform((body, context): PurchaseRequest => {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of body.items) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  }
  const items = [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
  const balance = balanceIn(body.currency).safeParse(body.balance ?? '0');
  if (!balance.success) {
    const message = balance.error.issues[0]?.message ?? 'must be an amount';
    context.addIssue({ code: 'custom', path: ['balance'], message });
  }
  return {
    ...{ orderNo: body.orderNo ?? null, items, currency: body.currency },
    ...{ balanceMinor: balance.data ?? 0n, channel: body.channel ?? null },
  };
});

/** A basket with what it costs. */
export interface PricedPurchase {
  readonly items: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitAmountMinor: bigint;
  }[];
  readonly amountMinor: bigint;
  /** `null` when the balance pays all of it. */
  readonly channel: string | null;
}

/** Puts the shop's prices to a basket. Errors: what cannot be bought so, in this edge's codes. */
export function priced(request: PurchaseRequest, shop: ReadonlyMap<string, Item>): PricedPurchase {
  const { currency, balanceMinor } = request;
  const items = request.items.map(({ sku, quantity }) => {
    const item = shop.get(sku);
    if (item === undefined) throw problem('ITEM_NOT_FOUND', `there is no item "${sku}"`);
    if (quantity > limits.quantityMax) {
      throw problem('INVALID_PARAMETER', `"${sku}": at most ${limits.quantityMax} pieces together`);
    }
    const unitAmountMinor = parseMajor(item.unitAmount.value, item.currency);
    if (typeof unitAmountMinor !== 'bigint') throw problem('SERVICE_FAILED');
    if (item.currency !== currency) {
      throw problem('CURRENCIES_MIXED', `"${sku}" is sold in ${item.currency}, not ${currency}`);
    }
    return { sku, quantity, unitAmountMinor };
  });
  const amountMinor = items.reduce((s, i) => s + BigInt(i.quantity) * i.unitAmountMinor, 0n);
  if (amountMinor < 1n || amountMinor > limits.amountMinorMax) throw problem('AMOUNT_OUT_OF_RANGE');
  if (balanceMinor > amountMinor) throw problem('BALANCE_ABOVE_AMOUNT');
  const paidUp = balanceMinor === amountMinor;
  if (!paidUp && request.channel === null) throw problem('CHANNEL_MISSING');
  return { items, amountMinor, channel: paidUp ? null : request.channel };
}

/**
 * The number of an order that was given none. The same key of the same buyer leads to the same
 * number, hence to the same order; another buyer's key never does.
 */
export const orderNoOfKey = (buyer: string, idempotencyKey: string): string =>
  `O${digest('purchase', buyer, idempotencyKey).toString('hex').slice(0, 30).toUpperCase()}`;
