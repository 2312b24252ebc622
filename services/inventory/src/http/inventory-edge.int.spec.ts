import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestInventory } from '../testing/open-inventory.ts';
import { openTestInventory } from '../testing/open-inventory.ts';

let edge: TestInventory;
beforeAll(async () => {
  edge = await openTestInventory();
});
afterAll(() => edge.close());

const newSku = (): string => `t-${randomUUID().slice(0, 13)}`;

async function stocked(quantity: number): Promise<string> {
  const sku = newSku();
  await edge.put(`/items/${sku}`, { name: 'Tea', price: 15, currency: 'JPY' });
  await edge.post(`/items/${sku}/receipts`, { receiptId: 'in-1', quantity });
  return sku;
}

const summaryOf = ({ status, json }: { status: number; json: { code: string } }) => [
  status,
  json.code,
];
const reservation = { reservationId: 'r1', quantity: 2, expiresInSeconds: 60 };

it('describes an item, takes stock in and out, and shows it as it was answered', async () => {
  const sku = newSku();
  const described = await edge.put(`/items/${sku}`, { name: '茶', price: '15.50' });
  expect(described.text).toContain('"price":15.50');
  expect(described.json.data).toMatchObject({ sku, name: '茶', currency: 'CNY', available: 0 });
  const receipt = { receiptId: 'in-1', quantity: 5 };
  const received = await edge.post(`/items/${sku}/receipts`, receipt);
  expect(received.json.data).toMatchObject({ onHand: 5, reserved: 0, available: 5 });
  expect((await edge.post(`/items/${sku}/receipts`, receipt)).json).toEqual(received.json);
  const again = await edge.post(`/items/${sku}/receipts`, { ...receipt, quantity: 6 });
  expect(summaryOf(again)).toEqual([409, 'ID_REUSED']);
  const writeOff = { writeOffId: 'out-1', quantity: 6, reason: 'broken' };
  const refused = await edge.post(`/items/${sku}/write-offs`, writeOff);
  expect(summaryOf(refused)).toEqual([409, 'STOCK_INSUFFICIENT']);
  const out = await edge.post(`/items/${sku}/write-offs`, { ...writeOff, quantity: 1 });
  expect(out.json.data).toMatchObject({ onHand: 4 });
  expect((await edge.get(`/items/${sku}`)).json).toEqual(out.json);
  const dollars = await edge.put(`/items/${sku}`, { name: '茶', price: 1, currency: 'USD' });
  expect(summaryOf(dollars)).toEqual([409, 'ITEM_CURRENCY_FIXED']);
});

it('reserves, confirms and gives back, each once', async () => {
  const sku = await stocked(5);
  const at = `/items/${sku}/reservations`;
  const reserved = await edge.post(at, { ...reservation, orderNo: '订单 1' });
  expect(reserved.json.data).toMatchObject({
    item: { onHand: 5, reserved: 2, available: 3 },
    reservation: { reservationId: 'r1', status: 'OPEN', quantity: 2 },
  });
  expect((await edge.post(at, reservation)).json).toEqual(reserved.json);
  const read = await edge.get(`${at}/r1`);
  const { reservation: shown } = reserved.json.data as { readonly reservation: object };
  expect(read.json.data).toEqual({ ...shown, orderNo: '订单 1', reason: null });
  const confirmed = await edge.post(`${at}/r1/confirm`, {});
  expect(confirmed.json.data).toMatchObject({
    item: { onHand: 3, reserved: 0 },
    reservation: { status: 'CONFIRMED', expiresAt: null },
  });
  const reason = { reason: 'mind' };
  const back = await edge.post(`${at}/r1/release`, reason);
  expect(summaryOf(back)).toEqual([409, 'RESERVATION_CONFIRMED']);
  const early = await edge.post(`${at}/r2/release`, reason);
  expect(early.json.data).toMatchObject({ reservation: { status: 'BARRED', quantity: null } });
  const barred = await edge.post(at, { ...reservation, reservationId: 'r2' });
  expect(summaryOf(barred)).toEqual([409, 'RESERVATION_ENDED']);
  expect((await edge.get(`${at}/r2`)).json.data).toMatchObject({ status: 'BARRED', ...reason });
});

it('lets a reservation end by broker time, and confirms it while its pieces are there', async () => {
  const sku = await stocked(2);
  const at = `/items/${sku}/reservations`;
  await edge.post(at, { ...reservation, expiresInSeconds: 1 });
  const status = async () => (await edge.get(`${at}/r1`)).json.data?.['status'];
  await expect.poll(status, { timeout: 5_000 }).toBe('EXPIRED');
  const confirmed = await edge.post(`${at}/r1/confirm`, {});
  expect(confirmed.json.data).toMatchObject({ item: { onHand: 0, available: 0 } });
});

it('lists items by SKU, page by page or those that are asked for', async () => {
  const made = [await stocked(1), await stocked(2), await stocked(3)].sort();
  await edge.get(`/items/${made[2] ?? ''}`);
  const list = async (query: string) => {
    const { json } = await edge.get(`/items?${query}`);
    const { items, nextCursor } = json.data as { items: { sku: string }[]; nextCursor: string };
    return { skus: items.map(({ sku }) => sku), nextCursor };
  };
  const asked = `skus=${[...made].reverse().join(',')},none`;
  expect(await list(asked)).toEqual({ skus: made, nextCursor: null });
  const first = await list(`${asked}&limit=2`);
  expect(first).toEqual({ skus: made.slice(0, 2), nextCursor: made[1] });
  expect(await list(`${asked}&limit=2&cursor=${first.nextCursor}`)).toEqual({
    ...{ skus: made.slice(2), nextCursor: null },
  });
  for (const query of ['limit=201', 'cursor=/', 'skus=', 'skus=a,,b', 'order=price'])
    expect((await edge.get(`/items?${query}`)).json.code).toBe('INVALID_PARAMETER');
});

it('refuses what cannot be, with its reason, and changes nothing', async () => {
  const sku = await stocked(3);
  const before = await edge.get(`/items/${sku}`);
  const wrong = async (path: string, body: unknown) => {
    const { status, json } = await edge.post(`/items/${sku}/${path}`, body);
    return `${status} ${json.message}`;
  };
  const quantities: readonly (readonly [unknown, string])[] = [
    ...([[0, 'must not be below 1']] as const),
    ...([[-1, 'must not be below 1']] as const),
    ...([[1.5, 'must be an integer']] as const),
    ...([[1_000_000_000, 'must not be above 1000000']] as const),
    ...([['2', 'must be an integer']] as const),
    ...([[null, 'must be an integer']] as const),
    ...([[undefined, 'is required']] as const),
  ];
  for (const [quantity, words] of quantities) {
    const said = `400 quantity: ${words}`;
    expect(await wrong('receipts', { receiptId: 'x', quantity })).toBe(said);
    expect(await wrong('reservations', { ...reservation, quantity })).toBe(said);
  }
  const huge = '{"receiptId":"x","quantity":1e400}';
  expect(await wrong('receipts', huge)).toContain('quantity: must be an integer');
  const noEnd = { ...reservation, expiresInSeconds: 31 * 86_400 + 1 };
  expect(await wrong('reservations', noEnd)).toContain('expiresInSeconds: must not be above');
  expect(await wrong('receipts', { receiptId: 'a b', quantity: 1 })).toContain(
    'receiptId: must be',
  );
  const price = async (value: unknown) => {
    const body = { name: 'Tea', price: value, currency: 'JPY' };
    return (await edge.put(`/items/${sku}`, body)).json.message;
  };
  expect(await price(1.5)).toContain('price: must have at most 0 decimals');
  expect(await price(-1)).toContain('price: must not be negative');
  expect(await price('NaN')).toContain('price: must be a plain decimal number');
  expect(await price(1e15)).toContain('price: must not be above');
  expect((await edge.get(`/items/${sku}`)).json).toEqual(before.json);
});

it('knows nothing of a SKU that was never described', async () => {
  const at = `/items/${newSku()}`;
  const none = [404, 'ITEM_NOT_FOUND'];
  expect(summaryOf(await edge.get(at))).toEqual(none);
  expect(summaryOf(await edge.post(`${at}/receipts`, { receiptId: 'x', quantity: 1 }))).toEqual(
    none,
  );
  expect(summaryOf(await edge.post(`${at}/reservations`, reservation))).toEqual(none);
  expect(summaryOf(await edge.post(`${at}/reservations/r1/confirm`, {}))).toEqual(none);
  expect(summaryOf(await edge.post(`${at}/reservations/r1/release`, { reason: 'x' }))).toEqual(
    none,
  );
  expect(summaryOf(await edge.get(`${at}/reservations/r1`))).toEqual(none);
  expect(summaryOf(await edge.get('/items/..%2Fx'))).toEqual([400, 'INVALID_PARAMETER']);
});

it('sells exactly what is there to buyers who all come at once', async () => {
  const sku = await stocked(10);
  const bought = await Promise.all(
    Array.from({ length: 40 }, async (_, at) => {
      const id = `b${at}`;
      const one = { reservationId: id, quantity: 1, expiresInSeconds: 60 };
      const { status } = await edge.post(`/items/${sku}/reservations`, one);
      if (status !== 200) return status;
      return (await edge.post(`/items/${sku}/reservations/${id}/confirm`, {})).status;
    }),
  );
  expect(bought.filter((status) => status === 200)).toHaveLength(10);
  expect(bought.filter((status) => status === 409)).toHaveLength(30);
  expect((await edge.get(`/items/${sku}`)).json.data).toMatchObject({ onHand: 0, reserved: 0 });
});
