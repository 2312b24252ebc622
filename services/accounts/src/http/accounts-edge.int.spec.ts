import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestAccounts } from '../testing/open-accounts.ts';
import { openTestAccounts } from '../testing/open-accounts.ts';

let edge: TestAccounts;
beforeAll(async () => {
  edge = await openTestAccounts();
});
afterAll(() => edge.close());

/** Path of a new account with so much on it. */
async function funded(amount: number): Promise<string> {
  const at = `/accounts/a-${randomUUID().slice(0, 13)}`;
  await edge.post(`${at}/credits`, { entryId: 'in-1', amount, reason: 'paid in' });
  return at;
}

const summary = async (asking: ReturnType<TestAccounts['get']>): Promise<string> => {
  const { status, json } = await asking;
  return `${status} ${json.code}`;
};
const held = { holdId: 'h1', amount: 2.5, expiresInSeconds: 60 };
const reason = { reason: 'mind' };

it('books credits and debits once, each currency by itself, and shows them as answered', async () => {
  const at = await funded(10);
  const debit = { entryId: 'out-1', amount: '2.50', reason: 'paid out' };
  const debited = await edge.post(`${at}/debits`, debit);
  expect(debited.text).toContain('"balance":7.50,"held":0.00,"available":7.50');
  expect((await edge.post(`${at}/debits`, debit)).json).toEqual(debited.json);
  expect(await summary(edge.post(`${at}/credits`, debit))).toBe('409 ID_REUSED');
  const more = { ...debit, entryId: 'out-2', amount: 7.51 };
  expect(await summary(edge.post(`${at}/debits`, more))).toBe('409 FUNDS_INSUFFICIENT');
  const yen = { entryId: 'in-2', amount: 300, currency: 'JPY', reason: 'paid in' };
  const both = await edge.post(`${at}/credits`, yen);
  expect(both.text).toContain('{"currency":"JPY","balance":300,"held":0,"available":300}');
  expect((await edge.get(at)).text).toBe(both.text);
});

it('holds, captures and gives back, each once', async () => {
  const at = await funded(10);
  const made = await edge.post(`${at}/holds`, { ...held, orderNo: '订单 1' });
  expect(made.text).toContain('"balance":10.00,"held":2.50,"available":7.50');
  expect(made.json.data).toMatchObject({ hold: { holdId: 'h1', status: 'OPEN' } });
  expect((await edge.post(`${at}/holds`, held)).json).toEqual(made.json);
  const { hold } = made.json.data as { readonly hold: object };
  const read = await edge.get(`${at}/holds/h1`);
  expect(read.json.data).toEqual({ ...hold, orderNo: '订单 1', reason: null });
  const captured = await edge.post(`${at}/holds/h1/capture`, {});
  expect(captured.text).toContain('"balance":7.50,"held":0.00');
  expect(captured.json.data).toMatchObject({ hold: { status: 'CAPTURED', expiresAt: null } });
  expect(await summary(edge.post(`${at}/holds/h1/release`, reason))).toBe('409 HOLD_CAPTURED');
  const early = await edge.post(`${at}/holds/h2/release`, reason);
  expect(early.json.data).toMatchObject({ hold: { status: 'BARRED', amount: null } });
  const barred = edge.post(`${at}/holds`, { ...held, holdId: 'h2' });
  expect(await summary(barred)).toBe('409 HOLD_ENDED');
  expect(await summary(edge.get(`${at}/holds/h3`))).toBe('404 HOLD_NOT_FOUND');
});

it('lets a hold end by broker time', async () => {
  const at = await funded(10);
  await edge.post(`${at}/holds`, { ...held, expiresInSeconds: 1 });
  const status = async () => (await edge.get(`${at}/holds/h1`)).json.data?.['status'];
  await expect.poll(status, { timeout: 5_000 }).toBe('EXPIRED');
  expect((await edge.get(at)).text).toContain('"held":0.00,"available":10.00');
});

it('lists what moved the balances, newest first, each with the balance after it', async () => {
  const at = await funded(10);
  await edge.post(`${at}/debits`, { entryId: 'out-1', amount: 1, reason: 'paid out' });
  await edge.post(`${at}/holds`, { ...held, orderNo: 'O-1' });
  await edge.post(`${at}/holds/h1/capture`, {});
  const first = await edge.get(`${at}/entries?limit=2`);
  expect(first.json.data).toMatchObject({
    entries: [
      { kind: 'CAPTURE', entryId: 'h1', orderNo: 'O-1', reason: null },
      { kind: 'DEBIT', entryId: 'out-1', orderNo: null, reason: 'paid out' },
    ],
  });
  expect(first.text).toContain('"amount":2.50,"currency":"CNY","balanceAfter":6.50');
  const cursor = String(first.json.data?.['nextCursor']);
  const rest = await edge.get(`${at}/entries?limit=2&cursor=${cursor}`);
  expect(rest.json.data).toMatchObject({
    ...{ entries: [{ kind: 'CREDIT', entryId: 'in-1' }], nextCursor: null },
  });
  for (const query of ['limit=0', 'cursor=abc', 'cursor=0', 'order=amount'])
    expect(await summary(edge.get(`${at}/entries?${query}`))).toBe('400 INVALID_PARAMETER');
});

it('refuses what cannot be, with its reason, and changes nothing', async () => {
  const at = await funded(10);
  const before = await edge.get(at);
  const amounts: readonly (readonly [unknown, string])[] = [
    [0, 'must not be zero'],
    [-1, 'must not be negative'],
    [1.001, 'must have at most 2 decimals'],
    [10_000_000_000, 'must not be above 9999999999.99'],
    ['NaN', 'must be a plain decimal number such as 99.99'],
    ['', 'must be a plain decimal number such as 99.99'],
    ['1e3', 'must be a plain decimal number such as 99.99'],
    [null, 'must be a number such as 99.99'],
    [undefined, 'is required'],
  ];
  for (const [amount, words] of amounts) {
    for (const body of [
      { entryId: 'x', amount, reason: 'x' },
      { ...held, amount },
    ]) {
      const path = 'holdId' in body ? 'holds' : 'debits';
      const { json } = await edge.post(`${at}/${path}`, body);
      expect([json.code, json.message]).toEqual(['INVALID_PARAMETER', `amount: ${words}`]);
    }
  }
  const entry = { entryId: 'x', amount: 1, reason: 'x' };
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['credits', { ...entry, currency: 'yuan' }, 'currency: must be an ISO 4217 code'],
    ['credits', { ...entry, amount: 1.5, currency: 'JPY' }, 'amount: must have at most 0 decimals'],
    ['credits', { ...entry, entryId: 'a/b' }, 'entryId: must be 1 to 64'],
    ['credits', { ...entry, reason: '' }, 'reason: must not be empty'],
    ['credits', { ...entry, note: 1 }, 'unknown field "note"'],
    ['holds', { ...held, expiresInSeconds: 0 }, 'expiresInSeconds: must not be below 1'],
  ];
  for (const [path, body, words] of wrong)
    expect((await edge.post(`${at}/${path}`, body)).json.message).toContain(words);
  expect((await edge.get(at)).json).toEqual(before.json);
});

it('knows nothing of an account that was never credited', async () => {
  const at = `/accounts/a-${randomUUID()}`;
  const none = '404 ACCOUNT_NOT_FOUND';
  const debit = { entryId: 'x', amount: 1, reason: 'x' };
  expect(await summary(edge.post(`${at}/debits`, debit))).toBe(none);
  expect(await summary(edge.post(`${at}/holds`, held))).toBe(none);
  expect(await summary(edge.post(`${at}/holds/h1/capture`, {}))).toBe(none);
  expect(await summary(edge.post(`${at}/holds/h1/release`, reason))).toBe(none);
  for (const path of ['', '/entries', '/holds/h1'])
    expect(await summary(edge.get(`${at}${path}`))).toBe(none);
});
