import { topics } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import type { Place } from './finding.ts';
import { logOfEachTest, placeText, said, verified } from './testing-log.ts';

const world = logOfEachTest();

const holds = { state: 'holds', findings: [] };

async function findings(): Promise<readonly string[]> {
  const { exitCode, result } = await verified(world.session, 'sums');
  expect(exitCode).toBe(result.findings.length === 0 ? 0 : 1);
  return said(result);
}

describe('sums of an account', () => {
  const key = 'main/A1';
  const about = `${key} CNY`;
  const base = { tenant: 'main', account: 'A1', currency: 'CNY' };
  const write = (type: string, data: object): Promise<Place> =>
    world.log.event(topics.accountsEvents.name, key, { type, data: { ...base, ...data } });
  const credit = (amountMinor: bigint) =>
    write('AccountCredited', { entryId: 'e', reason: 'r', creditedAt: 1, amountMinor });
  const hold = (holdId: string, amountMinor: bigint) =>
    write('FundsHeld', { holdId, orderNo: null, expireAt: 9, heldAt: 1, amountMinor });
  const capture = (holdId: string, amountMinor: bigint, afterExpiry = false) =>
    write('HoldCaptured', { holdId, orderNo: null, afterExpiry, capturedAt: 1, amountMinor });
  const expire = (holdId: string, amountMinor: bigint) =>
    write('HoldExpired', { holdId, orderNo: null, expiredAt: 1, amountMinor });

  it('hold through holds that are taken, released, and taken after their time', async () => {
    await credit(1_000n);
    await hold('h1', 600n);
    await capture('h1', 600n);
    await hold('h2', 300n);
    await expire('h2', 300n);
    await capture('h2', 300n, true);
    await write('AccountDebited', { entryId: 'd', reason: 'r', debitedAt: 1, amountMinor: 100n });
    const { result } = await verified(world.session, 'sums');
    expect(result).toMatchObject({ ...holds, looked: { accounts: 1, accountsPutAside: 2 } });
  });

  it('are found off where more leaves it than there is, or is held than there is', async () => {
    await credit(100n);
    const off = await write('AccountDebited', {
      ...{ entryId: 'd', reason: 'r', debitedAt: 1, amountMinor: 101n },
    });
    expect(await findings()).toEqual([`SUM_BELOW ${placeText(off)} ${about}`]);
    await credit(1n);
    const held = await hold('h1', 1n);
    expect(await findings()).toContain(`SUM_BELOW ${placeText(held)} ${about}`);
  });

  it('are found off by a hold that is taken twice, never was, or is taken with another sum', async () => {
    await credit(1_000n);
    await hold('h1', 100n);
    const other = await capture('h1', 99n);
    const again = await capture('h1', 100n);
    const never = await capture('h2', 100n);
    await hold('h3', 100n);
    const twice = await hold('h3', 100n);
    expect(await findings()).toEqual([
      `ASIDE_DIFFERS ${placeText(other)} ${about}`,
      `NOT_ASIDE ${placeText(again)} ${about}`,
      `NOT_ASIDE ${placeText(never)} ${about}`,
      `ASIDE_TWICE ${placeText(twice)} ${about}`,
    ]);
  });
});

describe('sums of an item', () => {
  const key = 'main/S1';
  const base = { tenant: 'main', sku: 'S1' };
  const write = (type: string, data: object): Promise<Place> =>
    world.log.event(topics.inventoryEvents.name, key, { type, data: { ...base, ...data } });

  it('are found off where more is reserved than there is', async () => {
    await write('StockReceived', { receiptId: 'r1', quantity: 5, receivedAt: 1 });
    await write('StockReserved', {
      ...{ reservationId: 'a', orderNo: null, quantity: 5, expireAt: 9, reservedAt: 1 },
    });
    expect(await findings()).toEqual([]);
    const oversold = await write('StockReserved', {
      ...{ reservationId: 'b', orderNo: null, quantity: 1, expireAt: 9, reservedAt: 1 },
    });
    expect(await findings()).toEqual([`SUM_BELOW ${placeText(oversold)} ${key}`]);
  });
});

describe('sums of a payment', () => {
  const key = 'main/H1';
  const of = { payNo: 'P1', orderNo: 'H1', currency: 'CNY' };
  const write = (payload: Payload): Promise<Place> =>
    world.log.event(topics.paymentsEvents.name, key, payload);
  const created = () =>
    write({
      type: 'PaymentCreated',
      data: {
        ...{ ...of, id: 1n, tenant: 'main', amountMinor: 1_000n, channel: 'MOCK' },
        ...{ expireAt: 9, createdAt: 1, gateway: null, merchant: null },
      },
    });
  const succeeded = (amountMinor: bigint) =>
    write({
      type: 'PaymentSucceeded',
      data: {
        ...{ ...of, eventId: 'e', amountMinor, channel: 'MOCK', channelTradeNo: 'T1' },
        ...{ paidAt: 1, eventTime: 1, traceId: 't', version: '1.0' },
      },
    });
  const refund = (refundId: string, amountMinor: bigint, second: string | null = null) =>
    write({
      type: 'RefundRequested',
      data: {
        ...{ ...of, refundId, refundReference: refundId, amountMinor, reason: null },
        ...{ automatic: false, gatewayTransactionId: second, requestedAt: 1 },
      },
    });
  const refunded = (refundId: string, amountMinor: bigint) =>
    write({
      type: 'RefundSucceeded',
      data: {
        ...{ ...of, refundId, amountMinor, gatewayRefundId: 'G1' },
        ...{ gatewayTransactionId: null, refundedAt: 1 },
      },
    });
  const failed = (refundId: string) =>
    write({
      type: 'RefundFailed',
      data: { payNo: 'P1', orderNo: 'H1', refundId, code: 'C', reason: 'r', failedAt: 1 },
    });

  it('hold when a refund that failed is asked for again, and beside a second transaction', async () => {
    await created();
    await succeeded(1_000n);
    await refund('r1', 1_000n);
    await failed('r1');
    await refund('r2', 400n);
    await refunded('r2', 400n);
    await refund('r3', 600n);
    await refund('r4', 1_000n, 'T2');
    const { result } = await verified(world.session, 'sums');
    expect(result).toMatchObject({ ...holds, looked: { payments: 1, refunds: 4 } });
  });

  it('are found off where more goes back than was captured, of either transaction', async () => {
    await created();
    const early = await refund('r0', 1n);
    await succeeded(1_000n);
    const above = await refund('r1', 1_000n);
    await refund('r2', 700n, 'T2');
    const second = await refund('r3', 301n, 'T2');
    expect(await findings()).toEqual(
      [early, above, second].map((at) => `REFUND_EXCEEDS ${placeText(at)} ${key}`),
    );
  });

  it('are found off where other sums are captured or go back, or an end comes twice', async () => {
    await created();
    const other = await succeeded(999n);
    await refund('r1', 100n);
    const more = await refunded('r1', 101n);
    const again = await failed('r1');
    expect(await findings()).toEqual([
      `CAPTURE_DIFFERS ${placeText(other)} ${key}`,
      `REFUND_DIFFERS ${placeText(more)} ${key}`,
      `REFUND_UNASKED ${placeText(again)} ${key}`,
    ]);
  });
});
