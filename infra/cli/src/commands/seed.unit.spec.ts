import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountsTopology } from '@plumbline/accounts';
import { topics } from '@plumbline/events';
import { inventoryTopology } from '@plumbline/inventory';
import { silentLogger } from '@plumbline/observability';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleShop } from '../seed/sample-shop.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { seed } from './seed.ts';

let session: MemorySession;
let folder: string;
let running: readonly { close(): Promise<void> }[];

beforeEach(async () => {
  session = createMemorySession();
  folder = await mkdtemp(join(tmpdir(), 'seed-'));
  const shared = {
    ...{ log: session.memory, codec: session.memoryCodec, logger: silentLogger },
    partitions: session.config.PLUMBLINE_PARTITIONS,
  };
  running = await Promise.all(
    [inventoryTopology, accountsTopology].map((topology) => runTopology({ ...shared, topology })),
  );
});
afterEach(async () => {
  await Promise.all(running.map((each) => each.close()));
  await rm(folder, { recursive: true });
});

async function fileOf(content: unknown): Promise<string> {
  const file = join(folder, 'shop.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const commandsTo = (name: string) => session.memory.topicRecords(name).length;
const events = () =>
  commandsTo(topics.inventoryEvents.name) + commandsTo(topics.accountsEvents.name);

const tea = { sku: 'tea', name: 'Tea', price: 15, currency: 'JPY', stock: 10 };
const ada = { account: 'ada', amount: '12.5', currency: 'CNY' };

it('gives a small shop its items and their stock, and does nothing the second time', async () => {
  expect(await seed(session, undefined, {})).toBe(0);
  const lines = session.out.stdout().trimEnd().split('\n');
  expect(lines).toHaveLength(sampleShop.items.length);
  expect(lines[0]).toBe(
    'sencha-100  Sencha, 100 g, 1500 JPY, stock of 120: ItemDescribed, StockReceived',
  );
  const before = events();
  expect(before).toBe(2 * sampleShop.items.length);
  const again = session.again();
  expect(await seed(again, undefined, {})).toBe(0);
  for (const line of again.out.stdout().trimEnd().split('\n'))
    expect(line).toMatch(/nothing to do$/);
  expect(events()).toBe(before);
});

it('takes a file of items and accounts, and what another file adds', async () => {
  const file = await fileOf({ items: [tea, { ...tea, sku: 'cup', stock: 0 }], accounts: [ada] });
  expect(await seed(session, file, { json: true })).toBe(0);
  const results = session.out.stdout().trimEnd().split('\n');
  expect(results.map((line) => JSON.parse(line) as unknown)).toEqual([
    { name: 'tea', events: ['ItemDescribed', 'StockReceived'], refused: null },
    { name: 'cup', events: ['ItemDescribed'], refused: null },
    { name: 'ada', events: ['AccountCredited'], refused: null },
  ]);
  const other = await fileOf({ items: [{ ...tea, name: 'Green tea' }], accounts: [ada] });
  const again = session.again();
  expect(await seed(again, other, {})).toBe(0);
  expect(again.out.stdout()).toContain('tea  Green tea, 15 JPY, stock of 10: ItemDescribed\n');
  expect(again.out.stdout()).toContain('ada  12.50 CNY: nothing to do\n');
});

it('goes on past what is refused, and fails in the end', async () => {
  await seed(session, await fileOf({ items: [tea] }), {});
  const file = await fileOf({
    items: [
      { ...tea, currency: 'CNY' },
      { ...tea, sku: 'cup' },
    ],
  });
  const again = session.again();
  expect(await seed(again, file, {})).toBe(1);
  const [refused, taken] = again.out.stdout().trimEnd().split('\n');
  expect(refused).toContain(
    'REJECTED ITEM_CURRENCY_FIXED: the currency of an item does not change',
  );
  expect(taken).toContain('cup  Tea, 15 JPY, stock of 10: ItemDescribed, StockReceived');
});

it('says everything that is wrong with a file, with its place, and asks nothing', async () => {
  const refused = async (content: unknown): Promise<string> => {
    const file = await fileOf(content);
    const error: unknown = await seed(session, file, {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'CliFailure', exitCode: 2 });
    return String(error);
  };
  const wrong = await refused({
    items: [
      { ...tea, price: 1.5 },
      { ...tea, sku: 'a b', stock: -1 },
    ],
    accounts: [{ ...ada, amount: 0, note: 'x' }],
  });
  expect(wrong).toContain('items 1 sku: must be 1 to 64 of A-Z');
  expect(wrong).toContain('items 1 stock: must not be below 0');
  expect(wrong).toContain('accounts 0: Unrecognized key: "note"');
  const decimals = await refused({ items: [{ ...tea, price: 1.5 }] });
  expect(decimals).toContain('items 0 price: must have at most 0 decimals');
  expect(await refused({ accounts: [{ ...ada, amount: 'NaN' }] })).toContain('accounts 0 amount:');
  const free = { ...tea, price: undefined };
  expect(await refused({ items: [free] })).toContain('items 0 price: is required');
  expect(await refused({ items: [tea, tea] })).toContain('items 1: tea is there before');
  expect(await refused({ items: 5 })).toContain('items: must be a list');
  expect(await refused('{"items": [')).toContain('shop.json: ');
  expect(await refused('[]')).toContain('shop.json: must be an object');
  expect(await refused({})).toContain('nothing to seed');
  await expect(seed(session, join(folder, 'none.json'), {})).rejects.toThrow('cannot be read');
  expect(commandsTo(topics.inventoryCommands.name)).toBe(0);
});
