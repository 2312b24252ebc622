import { expect, it } from 'vitest';
import { upcastPayment } from './upcast.ts';

const old = {
  ...{ id: 1n, payNo: 'PAY1', orderNo: 'O-1', tenant: 'main', amountMinor: 9_999n },
  ...{ currency: 'CNY', channel: 'MOCK', expireAtMs: 9, createdAtMs: 1, callbacks: [] },
};
const ended = { ...old, contradicted: false };
const now = {
  ...{ ...old, gateway: null, refunds: {}, merchant: null, conflicts: [] },
  otherTransactions: [],
};

it('a payment from before gateways were asked has its status under the name of today', () => {
  expect(upcastPayment({ ...old, status: 'INIT' })).toEqual({
    ...{ ...now, status: 'created', closing: null },
  });
  expect(upcastPayment({ ...old, status: 'PAYING', acceptedAtMs: 2 })).toEqual({
    ...{ ...now, status: 'processing', acceptedAtMs: 2, closing: null },
  });
});

it('and what was captured, by what it knew', () => {
  const capturedBy = (status: string, contradicted: boolean) =>
    upcastPayment({ ...ended, status, contradicted });
  expect(capturedBy('SUCCESS', false)).toMatchObject({
    ...{ status: 'succeeded', capturedMinor: 9_999n },
  });
  expect(capturedBy('SUCCESS', true)).toMatchObject({ capturedMinor: 9_999n });
  expect(capturedBy('FAILED', false)).toMatchObject({ status: 'failed', capturedMinor: 0n });
  expect(capturedBy('CLOSED', true)).toMatchObject({ status: 'closed', capturedMinor: 9_999n });
});

it('a payment of today, and a key without one, are left as they are', () => {
  const none = { status: 'none', callbacks: [] };
  expect(upcastPayment(none)).toBe(none);
  const created = { ...now, status: 'created', closing: null };
  expect(upcastPayment(created)).toBe(created);
});

it('a payment from before the merchant API is of an order that is kept here', () => {
  const refund = { refundId: 'r', sinceMs: 7 };
  const before = { ...old, status: 'succeeded', gateway: null, refunds: { r: refund } };
  expect(upcastPayment(before)).toEqual({
    ...{ ...before, merchant: null, conflicts: [], otherTransactions: [] },
    refunds: { r: { ...refund, requestedAtMs: 7, gatewayTransactionId: null } },
  });
});

it('what the gateway said last of a second transaction is still known of it', () => {
  const nothing = { refunds: {}, merchant: null, conflicts: [] };
  const before = { ...old, ...nothing, status: 'succeeded' };
  const otherOf = (mismatch: string | null) => {
    const gateway = { policy: { account: null }, askAtMs: null, mismatch };
    const today = upcastPayment({ ...before, gateway });
    return 'otherTransactions' in today ? today.otherTransactions : null;
  };
  expect(otherOf('QUERY TRANSACTION=G-2')).toEqual(['G-2']);
  for (const other of [null, 'CALLBACK TRANSACTION=G-2', 'QUERY AMOUNT=1'])
    expect(otherOf(other)).toEqual([]);
});

it('a payment from before personal accounts is at a gateway with an account of its own', () => {
  const gateway = { policy: { attemptsMax: 1 }, askAtMs: null };
  const before = { ...now, status: 'processing', acceptedAtMs: 2, closing: null, gateway };
  const after = { ...gateway, policy: { attemptsMax: 1, account: null } };
  expect(upcastPayment(before)).toEqual({ ...before, gateway: after });
  const paidInto = { ...gateway, policy: { attemptsMax: 1, account: '1000.1' } };
  const today = { ...before, gateway: paidInto };
  expect(upcastPayment(today)).toBe(today);
});
