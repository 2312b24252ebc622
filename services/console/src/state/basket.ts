import type { ComputedRef, WritableComputedRef } from 'vue';
import { computed, reactive, watch } from 'vue';
import type { Buying } from '../api/calls.ts';
import { countOf } from '../api/exact-json.ts';
import type { Balance, Item } from '../api/views.ts';
import { linesMax, quantityMax } from '../limits.ts';
import { compare, isAmount, minus, sumOf, times } from '../money/decimal.ts';
import type { Store } from './stored.ts';
import { read, write } from './stored.ts';

const channels = ['PAYPAY', 'LAKALA', 'MOCK'] as const;
export type Channel = (typeof channels)[number];

/** What a payment service takes; a payment in another currency is refused. */
const takes: Readonly<Record<Channel, (currency: string) => boolean>> = {
  PAYPAY: (currency) => currency === 'JPY',
  LAKALA: (currency) => currency === 'CNY',
  MOCK: () => true,
};

export const waysToPay = ['channel', 'balance', 'both'] as const;
export type WayToPay = (typeof waysToPay)[number];

export interface BasketLine {
  readonly item: Item;
  quantity: number;
}

/** What is kept over a reload: everything typed, and the key of the purchase that it is. */
interface Contents {
  lines: BasketLine[];
  pay: WayToPay;
  channel: Channel;
  /** As typed. */
  balance: string;
}

/** Why it cannot be bought as it stands. */
export type BasketFault = 'empty' | 'balance-wrong' | 'balance-short';

/**
 * A basket is one purchase: it has one Idempotency-Key from its first try on, through failures,
 * double clicks and reloads of the page, until its contents change or it is bought. So the same
 * basket buys once, and another basket never answers with the old one's order.
 */
export interface Basket {
  readonly contents: Contents;
  readonly currency: ComputedRef<string | null>;
  readonly total: ComputedRef<string>;
  /** Those that take the currency. */
  readonly channels: ComputedRef<readonly Channel[]>;
  /** The one that was chosen, where it takes the currency; the first that does otherwise. */
  readonly channel: WritableComputedRef<Channel>;
  add(item: Item): void;
  /** Whole numbers of 1 to a million count; anything else leaves the line as it is. */
  setQuantity(sku: string, quantity: number): void;
  remove(sku: string): void;
  /** Prices and stock as they are now; what is sold no more goes. */
  refresh(items: readonly Item[]): void;
  fault(balances: readonly Balance[]): BasketFault | null;
  /** What remains for the channel beside the balance; `null` while that is no amount. */
  rest(): string | null;
  /** Only without a fault. */
  purchase(): Buying;
  /** Bought. */
  clear(): void;
}

const storedAs = 'basket';

export function createBasket(options: {
  readonly store: Store;
  readonly newKey: () => string;
}): Basket {
  const { store, newKey } = options;
  const kept = storedBasket(store);
  const contents = reactive<Contents>(kept?.contents ?? emptyContents());
  let tried = kept?.tried ?? null;

  const keep = (): void => write(store, storedAs, { contents, tried });
  watch(contents, keep, { deep: true });
  const total = computed(() =>
    sumOf(contents.lines.map(({ item, quantity }) => times(item.unitAmount, quantity))),
  );
  const currency = computed(() => contents.lines[0]?.item.currency ?? null);
  const fitting = computed(() =>
    channels.filter((each) => currency.value === null || takes[each](currency.value)),
  );
  const channel = computed({
    get: () =>
      fitting.value.find((each) => each === contents.channel) ?? fitting.value[0] ?? 'MOCK',
    set: (chosen) => (contents.channel = chosen),
  });
  const lineOf = (sku: string) => contents.lines.find(({ item }) => item.sku === sku);

  function setQuantity(sku: string, quantity: number): void {
    const line = lineOf(sku);
    const fits = Number.isInteger(quantity) && quantity >= 1 && quantity <= quantityMax;
    if (line !== undefined && fits) line.quantity = quantity;
  }

  function isPartOf(amount: string): boolean {
    return isAmount(amount) && compare(amount, '0') > 0 && compare(amount, total.value) < 0;
  }

  /** As it is sent, without the key. */
  function asked(): Omit<Buying, 'idempotencyKey'> {
    const { lines, pay, balance } = contents;
    return {
      items: lines.map(({ item: { sku }, quantity }) => ({ sku, quantity })),
      currency: currency.value ?? '',
      balance: { channel: '0', balance: total.value, both: balance.trim() }[pay],
      channel: pay === 'balance' ? null : channel.value,
    };
  }

  return {
    contents,
    currency,
    total,
    channels: fitting,
    channel,
    add(item) {
      const line = lineOf(item.sku);
      if (line !== undefined) setQuantity(item.sku, line.quantity + 1);
      else if (contents.lines.length < linesMax) contents.lines.push({ item, quantity: 1 });
    },
    setQuantity,
    remove(sku) {
      contents.lines = contents.lines.filter(({ item }) => item.sku !== sku);
    },
    refresh(items) {
      contents.lines = contents.lines.flatMap(({ item: { sku }, quantity }) => {
        const item = items.find((each) => each.sku === sku);
        return item === undefined ? [] : [{ item, quantity }];
      });
    },
    fault(balances) {
      if (contents.lines.length === 0) return 'empty';
      if (contents.pay === 'channel') return null;
      const own = balances.find((each) => each.currency === currency.value)?.available ?? '0';
      if (contents.pay === 'balance') return compare(total.value, own) > 0 ? 'balance-short' : null;
      const part = contents.balance.trim();
      return isPartOf(part) && compare(part, own) <= 0 ? null : 'balance-wrong';
    },
    rest() {
      const part = contents.balance.trim();
      return isPartOf(part) ? minus(total.value, part) : null;
    },
    purchase() {
      const basket = asked();
      const what = JSON.stringify(basket);
      if (tried?.what !== what) tried = { what, key: newKey() };
      keep();
      return { ...basket, idempotencyKey: tried.key };
    },
    clear() {
      tried = null;
      Object.assign(contents, emptyContents(), { pay: contents.pay, channel: contents.channel });
      keep();
    },
  };
}

const emptyContents = (): Contents => ({
  lines: [],
  pay: 'channel',
  channel: channels[0],
  balance: '',
});

interface Stored {
  readonly contents: Contents;
  readonly tried: { readonly what: string; readonly key: string } | null;
}

/** Of this version and whole, or none: a basket is quickly filled again. */
function storedBasket(store: Store): Stored | null {
  const found = read(store, storedAs) as { readonly contents?: Partial<Contents> } | null;
  const { lines, pay, channel, balance } = found?.contents ?? {};
  const isWhole =
    Array.isArray(lines) &&
    lines.every(isLine) &&
    channels.some((each) => each === channel) &&
    waysToPay.some((each) => each === pay) &&
    typeof balance === 'string';
  return isWhole ? (found as Stored) : null;
}

const isLine = ({ item, quantity }: Partial<BasketLine>): boolean =>
  item !== undefined && isAmount(item.unitAmount) && quantity !== undefined && quantity > 0;

export const isSoldOut = ({ available }: Item): boolean => countOf(available) === 0;
