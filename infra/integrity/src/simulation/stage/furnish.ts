import { topics } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import type { Random } from '@plumbline/runtime/simulation';
import type { Command } from './client.ts';

/** What the shop of a run sells: enough items to share partitions, so few pieces that some run out. */
export const skus: readonly string[] = ['tea', 'cup', 'pot', 'jar', 'tin'];

/** Who buys: few enough to meet on one account. */
export const buyers: readonly string[] = ['ann', 'bob'];

/** What the shop and the accounts hold at the beginning. */
export const furnish = (random: Random): readonly Command[] => [
  ...skus.flatMap((sku) => [
    toItem(sku, 'described', {
      type: 'DescribeItem',
      data: { ...item(sku), name: sku, unitAmountMinor: 3_330n, currency: 'CNY' },
    }),
    received(sku, 'first', 1 + random.int(6)),
  ]),
  ...buyers.map((account) => credited(account, 'first', BigInt(3_000 + random.int(30_000)))),
];

/**
 * Enough of everything for everybody. What was paid for while there was too little is handed over
 * after it, or never.
 */
export const furnishMore = (): readonly Command[] => [
  ...skus.map((sku) => received(sku, 'second', 1_000)),
  ...buyers.map((account) => credited(account, 'second', 1_000_000n)),
];

const item = (sku: string) => ({ tenant: 'main', sku });

const toItem = (sku: string, id: string, payload: Payload): Command => ({
  ...{ id: `${sku}-${id}`, topic: topics.inventoryCommands.name, key: `main/${sku}` },
  ...{ subject: sku, payload },
});

const received = (sku: string, receiptId: string, quantity: number): Command =>
  toItem(sku, receiptId, { type: 'ReceiveStock', data: { ...item(sku), receiptId, quantity } });

const credited = (account: string, entryId: string, amountMinor: bigint): Command => ({
  id: `${account}-${entryId}`,
  topic: topics.accountsCommands.name,
  key: `main/${account}`,
  subject: account,
  payload: {
    type: 'CreditAccount',
    data: {
      ...{ tenant: 'main', account, entryId, amountMinor, currency: 'CNY' },
      reason: 'a present',
    },
  },
});
