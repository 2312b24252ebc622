import type { CommandOutcome } from '@plumbline/events';
import { PostgresDown } from '@plumbline/postgres';
import { describe, expect, it } from 'vitest';
import type { StoredPayment } from '../projections/payment-queries.ts';
import { fakeEdge, runRoute } from '../testing/fake-edge.ts';
import { signatureOf } from '../gateways/mock/callback-signature.ts';
import { createPayment } from './create-payment.ts';
import { mockCallback } from './mock-callback.ts';
import { listPayments, readPayment, readPaymentOfOrder } from './read-payments.ts';

const retry = { status: 503, headers: { 'Retry-After': '1' } };

const stored: StoredPayment = {
  ...{ version: 1n, id: 1n, payNo: 'PAY1', orderNo: 'O-1', amountMinor: 9_999n, currency: 'CNY' },
  ...{ status: 'INIT', channel: 'MOCK', channelTradeNo: null, paidAtMs: null, reason: null },
  ...{
    expireAtMs: 1_801_000,
    createdAtMs: 1_000,
    contradicted: false,
    payUrl: null,
    refundedMinor: 0n,
  },
};

describe('a command without an outcome in time', () => {
  const pending = fakeEdge({
    gateway: {
      execute: () => Promise.resolve({ kind: 'pending' }),
      lastSeenVersion: () => null,
    },
  });

  it('is answered 503 with Retry-After, never 202', async () => {
    const creation = runRoute(createPayment(pending), { body: { orderNo: 'O-1', amount: 1 } });
    await expect(creation).rejects.toMatchObject({ ...retry, code: 'OUTCOME_PENDING' });
    const fields = { payNo: 'PAY1', callbackStatus: 'SUCCESS', timestamp: '1', nonce: 'n' };
    const body = { ...fields, signature: signatureOf(fields, 'secret') };
    const callback = runRoute(mockCallback(pending), { body });
    await expect(callback).rejects.toMatchObject({ ...retry, code: 'OUTCOME_PENDING' });
  });

  it('that was dead-lettered is a defect of ours and says so', async () => {
    // Of an outcome, only its status is asked here.
    const outcome = { status: 'DEAD_LETTERED' } as CommandOutcome;
    const edge = fakeEdge({
      gateway: {
        execute: () => Promise.resolve({ kind: 'decided', outcome }),
        lastSeenVersion: () => null,
      },
    });
    const creation = runRoute(createPayment(edge), { body: { orderNo: 'O-1', amount: 1 } });
    await expect(creation).rejects.toMatchObject({ status: 500, code: 'COMMAND_NOT_PROCESSED' });
  });
});

describe('a read', () => {
  const seen = (version: bigint) => ({
    execute: () => Promise.reject(new Error('a read writes nothing')),
    lastSeenVersion: (key: string) => (key === 'main/O-1' ? version : null),
  });

  it('waits for the version that was answered', async () => {
    let reads = 0;
    const byPayNo = () => {
      reads += 1;
      return Promise.resolve(reads < 3 ? stored : { ...stored, version: 2n, status: 'PAYING' });
    };
    const { queries } = fakeEdge({});
    const edge = fakeEdge({
      gateway: seen(2n),
      queries: { ...queries, byPayNo: byPayNo as typeof queries.byPayNo },
    });
    const { body } = await runRoute(readPayment(edge), { params: { payNo: 'PAY1' } });
    expect(body).toMatchObject({ data: { status: 'PAYING' } });
    expect(reads).toBe(3);
  });

  it('of a payment that is known to exist and not shown yet is 503, and never 404', async () => {
    const { queries } = fakeEdge({});
    const none = () => Promise.resolve(null);
    const edge = fakeEdge({
      gateway: seen(1n),
      queries: { ...queries, byPayNo: none, byOrderNo: none },
    });
    const behind = { ...retry, code: 'READ_MODEL_BEHIND' };
    const byOrder = runRoute(readPaymentOfOrder(edge), { params: { orderNo: 'O-1' } });
    await expect(byOrder).rejects.toMatchObject(behind);
    edge.known.add('PAY1', 'O-1');
    const byPayNo = runRoute(readPayment(edge), { params: { payNo: 'PAY1' } });
    await expect(byPayNo).rejects.toMatchObject(behind);
    const unknown = runRoute(readPayment(edge), { params: { payNo: 'PAY2' } });
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 'PAYMENT_NOT_FOUND' });
  });

  it('without Postgres is 503, not a defect', async () => {
    const down = () => Promise.reject(new PostgresDown('it is away'));
    const edge = fakeEdge({
      queries: {
        byPayNo: down,
        byOrderNo: down,
        page: down,
        callbacks: down,
        calls: down,
        refunds: down,
      },
    });
    const away = { ...retry, code: 'DEPENDENCY_DOWN' };
    const one = runRoute(readPayment(edge), { params: { payNo: 'PAY1' } });
    await expect(one).rejects.toMatchObject(away);
    await expect(runRoute(listPayments(edge), {})).rejects.toMatchObject(away);
  });
});

describe('a refused callback', () => {
  it('is kept with its claims and its body, and writes no command', async () => {
    const kept: unknown[] = [];
    const edge = fakeEdge({
      refused: {
        record: (refused) => {
          kept.push(refused);
          return Promise.resolve();
        },
      },
    });
    const body = { payNo: 'PAY1', callbackStatus: 'SUCCESS', timestamp: '1', nonce: 'n' };
    const forged = runRoute(mockCallback(edge), { body: { ...body, signature: 'F'.repeat(32) } });
    await expect(forged).rejects.toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' });
    expect(kept).toEqual([
      {
        ...{ payNo: 'PAY1', callbackStatus: 'SUCCESS', code: 'SIGNATURE_INVALID' },
        callbackId: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
        ...{
          rawPayload: `sealed ${JSON.stringify({ ...body, signature: 'F'.repeat(32) })}`,
          receivedAt: 1_000,
        },
      },
    ]);
  });
});
