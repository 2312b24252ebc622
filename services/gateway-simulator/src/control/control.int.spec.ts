import { createPublicKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockMerchant } from '../testing/merchants.ts';
import type { TestSimulator } from '../testing/simulator.ts';
import { call, startSimulator } from '../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: ReturnType<typeof mockMerchant>;

beforeEach(async () => {
  simulator = await startSimulator();
  merchant = mockMerchant(simulator.url);
});
afterEach(() => simulator.close());

const move = (reference: string, verb: string, body: unknown = {}) =>
  simulator.control('POST', `/payments/mock/${reference}/${verb}`, body);

describe('the control API', () => {
  it('describes every one of its calls', async () => {
    const { json } = await call(`${simulator.url}/openapi.json`, { method: 'GET' });
    expect(Object.keys(json['paths'] as object).sort()).toEqual([
      '/control/autopay',
      '/control/callbacks',
      '/control/calls',
      '/control/keys',
      '/control/notify-urls',
      '/control/payments',
      '/control/payments/{gateway}/{reference}',
      '/control/payments/{gateway}/{reference}/callbacks',
      '/control/payments/{gateway}/{reference}/close',
      '/control/payments/{gateway}/{reference}/decline',
      '/control/payments/{gateway}/{reference}/pay',
      '/control/payments/{gateway}/{reference}/refund',
      '/control/refunds',
      '/control/reset',
      '/control/rules',
      '/control/rules/{ruleId}',
      '/control/seed',
    ]);
    expect((await call(`${simulator.url}/readyz`, { method: 'GET' })).status).toBe(200);
  });

  it('serves a public key that is one', async () => {
    const { json } = await simulator.control('GET', '/keys');
    const { publicKeyPem } = json['lakala'] as { readonly publicKeyPem: string };
    expect(createPublicKey(publicKeyPem).asymmetricKeyType).toBe('rsa');
    expect(publicKeyPem).not.toContain('PRIVATE');
  });

  it('keeps rules in order, and deletes one or all', async () => {
    const first = await simulator.rule({ on: 'query', what: 'late', params: { ms: 5 } });
    expect(first.json).toEqual({
      ...{ id: 'r1', gateway: null, reference: null, on: 'query', what: 'late' },
      ...{ probability: 1, times: null, params: { ms: 5, copies: 2, garble: 'body' } },
    });
    await simulator.rule({ id: 'mine', on: 'callback', what: 'lose', probability: 0.25 });
    const taken = await simulator.rule({ id: 'mine', on: 'callback', what: 'lose' });
    expect([taken.status, taken.json['code']]).toEqual([409, 'RULE_EXISTS']);
    expect((await simulator.control('GET', '/rules')).json['rules']).toMatchObject([
      ...[{ id: 'r1' }, { id: 'mine', probability: 0.25 }],
    ]);
    expect((await simulator.control('DELETE', '/rules/r1')).status).toBe(200);
    expect((await simulator.control('DELETE', '/rules/r1')).status).toBe(404);
    expect((await simulator.control('DELETE', '/rules')).json).toEqual({ deleted: 1 });
  });

  it.each([
    ['a fault of callbacks on a call', { on: 'query', what: 'lose' }, 'RULE_DOES_NOT_FIT'],
    ['a stale creation', { on: 'create', what: 'stale' }, 'RULE_DOES_NOT_FIT'],
    ['an unknown fault', { on: 'query', what: 'explode' }, 'INVALID_PARAMETER'],
    ['an unknown gateway', { on: 'query', what: 'late', gateway: 'x' }, 'INVALID_PARAMETER'],
    ['a probability above one', { on: 'query', what: 'late', probability: 2 }, 'INVALID_PARAMETER'],
    [
      'a probability in words',
      { on: 'query', what: 'late', probability: '1' },
      'INVALID_PARAMETER',
    ],
    ['never at all', { on: 'query', what: 'late', times: 0 }, 'INVALID_PARAMETER'],
    ['an unknown field', { on: 'query', what: 'late', time: 1 }, 'INVALID_PARAMETER'],
    [
      'a day of waiting',
      { on: 'query', what: 'late', params: { ms: 86_400_000 } },
      'INVALID_PARAMETER',
    ],
  ])('refuses a rule with %s', async (_what, rule, code) => {
    const answer = await simulator.rule(rule);
    expect([answer.status, answer.json['code']]).toEqual([400, code]);
    expect((await simulator.control('GET', '/rules')).json['rules']).toEqual([]);
  });

  it('moves payments once, and says when there is nothing to move', async () => {
    for (const reference of ['A', 'B', 'C']) await merchant.create(reference);
    expect((await move('A', 'pay')).json).toMatchObject({ status: 'SUCCESS', reason: null });
    expect((await move('B', 'decline')).json).toMatchObject({ status: 'FAILED' });
    expect((await move('C', 'close')).json).toMatchObject({ status: 'CLOSED', reason: 'CONTROL' });
    for (const [reference, verb] of [
      ['A', 'close'],
      ['B', 'pay'],
      ['C', 'decline'],
    ] as const) {
      const answer = await move(reference, verb);
      expect([answer.status, answer.json['code']]).toEqual([409, 'PAYMENT_NOT_PENDING']);
    }
    expect((await move('D', 'pay')).status).toBe(404);
  });

  it('refunds all that is left unless it is told how much, and never more', async () => {
    await merchant.create('A');
    expect((await move('A', 'refund')).json['code']).toBe('REFUND_REFUSED');
    await move('A', 'pay');
    const some = await move('A', 'refund', { amountMinor: '999', refundReference: 'R1' });
    expect(some.json).toMatchObject({ refundReference: 'R1', amountMinor: '999' });
    expect((await move('A', 'refund', { amountMinor: '9001' })).status).toBe(409);
    expect((await move('A', 'refund')).json).toMatchObject({ amountMinor: '9000' });
    expect((await move('A', 'refund')).status).toBe(409);
    expect(await simulator.list('/refunds?gateway=mock&reference=A')).toHaveLength(2);
  });

  it('pages through a list without missing or repeating anything', async () => {
    for (let index = 0; index < 7; index += 1) await merchant.create(`P${index}`);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { json } = await simulator.control('GET', `/payments?limit=3${from}`);
      const items = json['items'] as readonly { readonly reference: string }[];
      expect(items.length).toBeLessThanOrEqual(3);
      seen.push(...items.map(({ reference }) => reference));
      cursor = json['nextCursor'] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(['P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6']);
    expect(await simulator.list('/calls?on=create&reference=P3')).toHaveLength(1);
    expect(await simulator.list('/payments?status=SUCCESS')).toEqual([]);
    await move('P3', 'pay');
    expect(await simulator.list('/payments?status=SUCCESS')).toMatchObject([{ reference: 'P3' }]);
  });

  it('takes JSON only, so that no page of another site can press its buttons', async () => {
    await merchant.create('A');
    const form = await call(`${simulator.url}/control/payments/mock/A/pay`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(form.status).toBe(415);
    expect((await merchant.query('A')).json['status']).toBe('PENDING');
  });
});
