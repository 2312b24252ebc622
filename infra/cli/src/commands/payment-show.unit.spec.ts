import { payNo as payNoOf, slotOf } from '@plumbline/kernel';
import type { EarlyCallback, PaymentFile } from '@plumbline/payments';
import type { Postgres } from '@plumbline/postgres';
import { expect, it } from 'vitest';
import { createMemorySession } from '../testing/memory-session.ts';
import { fileLines, parkedLines, showParked, showPayment } from './payment-show.ts';

const payNo = payNoOf({ atMs: 1, slot: slotOf('main/P-1'), random: 1 });
const atMs = Date.UTC(2026, 0, 1);

const file: PaymentFile = {
  payment: {
    ...{ payNo, id: 7n, tenant: 'main', orderNo: 'P-1', paymentOrderId: null, version: 9n },
    ...{ amountMinor: 1_250n, refundedMinor: 250n, currency: 'CNY', status: 'SUCCESS' },
    ...{ channel: 'MOCK', atGateway: true, gatewayTransactionId: 'G-1', payUrl: null },
    ...{ reason: null, contradicted: true, createdAtMs: atMs, expireAtMs: atMs + 60_000 },
    ...{ paidAtMs: atMs + 5_000, endedAtMs: atMs + 5_000, askedAtMs: atMs + 4_000 },
  },
  calls: [
    {
      ...{ id: 'e1', callId: 'c1', refundId: null, action: 'QUERY', beforeStatus: 'PAYING' },
      ...{ afterStatus: 'SUCCESS', queryResult: 'PAID', code: null, message: null },
      reportedAtMs: atMs + 4_000,
    },
  ],
  callbacks: [
    {
      ...{ id: 'e2', callbackId: 'n', callbackStatus: 'FAILED', channelTradeNo: null },
      ...{ signatureValid: true, processResult: 'IGNORED', code: 'NOTHING_NEW' },
      ...{ contradictory: true, receivedAtMs: atMs + 6_000 },
    },
  ],
  refunds: [
    {
      ...{ refundId: 'r1', amountMinor: 250n, currency: 'CNY', status: 'failed' },
      ...{ gatewayRefundId: null, automatic: false, reason: 'torn', failureCode: 'NO_MONEY' },
      ...{ failureReason: 'no money', requestedAtMs: atMs + 7_000, endedAtMs: atMs + 8_000 },
    },
  ],
};

/** Whatever is asked of Postgres ends like this. */
const sessionWith = (query: Postgres['query']) => {
  const unasked = () => Promise.reject(new Error('this was not to be asked'));
  const postgres = { address: 'x', query, transaction: unasked, ping: unasked, close: unasked };
  return { ...createMemorySession(), postgres: () => Promise.resolve(postgres) };
};

it('shows the facts, then what the gateway was asked, callbacks and refunds', () => {
  const text = fileLines(file).join('\n');
  for (const part of [
    ...[payNo, 'SUCCESS, contradicted since', '12.50 CNY', '2.50 CNY', 'P-1 of main', 'G-1'],
    ...['MOCK, led at its gateway', 'QUERY', 'PAYING', 'PAID', 'NOTHING_NEW', 'yes'],
    ...['2026-01-01T00:00:04.000Z', 'r1', 'torn', 'NO_MONEY: no money'],
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('pay at');
  const bare = fileLines({ payment: null, calls: [], callbacks: [], refunds: [] });
  expect(bare.filter((line) => line !== '')).toEqual([
    ...['calls to the gateway: none', 'callbacks: none', 'refunds: none'],
  ]);
});

it('lists callbacks that came before their payment, and what became of them', () => {
  const early: EarlyCallback = {
    ...{ id: 'e', payNo, callbackId: 'n', callbackStatus: 'SUCCESS', channelTradeNo: 'G-1' },
    ...{ receivedAtMs: atMs, state: 'waiting' },
  };
  expect(parkedLines([early, { ...early, state: 'taken' }])).toEqual([
    expect.stringContaining('state'),
    `2026-01-01T00:00:00.000Z  ${payNo}  SUCCESS  G-1          waiting`,
    `2026-01-01T00:00:00.000Z  ${payNo}  SUCCESS  G-1          taken`,
  ]);
  expect(parkedLines([])).toEqual(['no callback came before its payment']);
});

it('ends with 1 for a number that is no payment, and asks nobody about what is no number', async () => {
  const nobody = sessionWith(() => Promise.resolve([]));
  expect(await showPayment(nobody, payNo, {})).toBe(1);
  expect(nobody.out.stderr()).toContain(`no payment has the number ${payNo}`);
  await expect(showPayment(nobody, 'PAY1', {})).rejects.toThrow('27 digits');
});

it('says what to do where no process has made the read model yet', async () => {
  const missing = Object.assign(new Error('relation does not exist'), { code: '42P01' });
  const session = sessionWith(() => Promise.reject(missing));
  await expect(showParked(session, {})).rejects.toThrow('start a process that keeps it');
});
