import type { Random } from './random.ts';
import { seededRandom, shuffled, wholeBetween } from './random.ts';
import type { Story } from './stories.ts';
import { paidAtOnce, stories } from './stories.ts';

export interface PlannedItem {
  readonly sku: string;
  readonly quantity: number;
  readonly unitAmountMinor: bigint;
}

export interface PlannedOrder {
  /** Unique in the run; the order number is the run's prefix and this. */
  readonly index: number;
  readonly story: Story;
  readonly items: readonly PlannedItem[];
  readonly amountMinor: bigint;
}

/** The same seed and number of orders give the same plan. */
export function makePlan(options: {
  readonly seed: number;
  readonly orders: number;
}): readonly PlannedOrder[] {
  const random = seededRandom(options.seed);
  const told = stories.flatMap((story) => {
    const times = Math.max(1, Math.round((story.perMille * options.orders) / 1_000));
    return Array.from({ length: times }, () => story);
  });
  const rest = Math.max(0, options.orders - told.length);
  const all = [...told, ...Array.from({ length: rest }, () => paidAtOnce)];
  return shuffled(random, all).map((story, index) => {
    const items = itemsOf(random);
    const amountMinor = items.reduce((s, i) => s + BigInt(i.quantity) * i.unitAmountMinor, 0n);
    return { index, story, items, amountMinor };
  });
}

const skus = ['plumb-bob', 'spirit-level', 'chalk-line', 'set-square', 'folding-rule'] as const;

function itemsOf(random: Random): readonly PlannedItem[] {
  return shuffled(random, skus)
    .slice(0, wholeBetween(random, 1, 3))
    .map((sku) => ({
      sku,
      quantity: wholeBetween(random, 1, 4),
      // 1.00 to 250.00 each.
      unitAmountMinor: BigInt(wholeBetween(random, 100, 25_000)),
    }));
}
