import type { GatewayCallReported } from '@plumbline/events';
import type { ProjectedRecord, ProjectionSql } from '@plumbline/postgres';
import { expect, it } from 'vitest';
import { auditRows } from './gateway-rows.ts';
import { paymentsProjection } from './payments.ts';

const empty: ProjectionSql = {
  upsert: () => Promise.reject(new Error('nothing may be written')),
  insertMissing: () => Promise.reject(new Error('nothing may be written')),
  rowsWhere: () => Promise.resolve([]),
  deleteWhere: () => Promise.reject(new Error('nothing may be deleted')),
};

const recordOf = (payload: ProjectedRecord['payload']): ProjectedRecord => ({
  ...{ topic: 'payments', partition: 0, offset: 0n, incarnation: 'x', timeMs: 0, key: 'main/H1' },
  envelope: {
    ...{ id: 'e1', type: payload.type, source: '/plumbline/test', subject: 'H1', timeMs: 0 },
    ...{ correlationId: 'x', causationId: null, actor: 'api:test', aggregateVersion: 2n },
    ...{ previousHash: '0'.repeat(64), subjectKeyId: null, traceparent: null },
  },
  payload,
});

it('refuses an event of what was never created, so that its key waits for a person', async () => {
  const record = recordOf({
    type: 'PaymentClosed',
    data: { payNo: 'P1', orderNo: 'H1', reason: 'a test' },
  });
  await expect(paymentsProjection.apply([record], empty)).rejects.toMatchObject({
    reason: 'NO_PAYMENT',
  });
});

it('counts as given back what was paid, and not what a second transaction took', async () => {
  const row = { payment_key: 'main/H1', status: 'SUCCESS', refunded_minor: 5n, pay_no: 'P1' };
  const refund = { refund_id: 'R1', status: 'pending', amount_minor: 10n };
  const refundedBy = async (gatewayTransactionId: string | null) => {
    const written = new Map<string, readonly object[]>();
    const sql: ProjectionSql = {
      ...empty,
      upsert: (table, rows) => Promise.resolve(void written.set(table, rows)),
      insertMissing: () => Promise.resolve(),
      // Each table has one row, which is the one that is asked for.
      rowsWhere: (table: string) =>
        Promise.resolve([table === 'payments' ? row : refund] as never[]),
    };
    const money = { amountMinor: 10n, currency: 'CNY', gatewayTransactionId };
    const data = { payNo: 'P1', orderNo: 'H1', refundId: 'R1', ...money };
    const event = recordOf({
      type: 'RefundSucceeded',
      data: { ...data, gatewayRefundId: 'G', refundedAt: 1 },
    });
    await paymentsProjection.apply([event], sql);
    return [written.get('payments'), written.get('refunds')];
  };
  const done = [{ refund_id: 'R1', status: 'succeeded' }];
  expect(await refundedBy(null)).toMatchObject([[{ refunded_minor: 15n }], done]);
  expect(await refundedBy('G-2')).toMatchObject([[{ refunded_minor: 5n }], done]);
});

it('notes in the audit that an order is told because of what a query or a close brought', () => {
  const actions = (over: Partial<GatewayCallReported>): readonly string[] => {
    const call = { payNo: 'P1', orderNo: 'H1', callId: 'c', refundId: null, reportedAt: 1 };
    const answer = { result: 'PAID', code: null, message: null };
    const report = { ...call, kind: 'QUERY', answer, beforeStatus: 'PAYING', ...over };
    const rows = auditRows([recordOf({ type: 'GatewayCallReported', data: report })]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.map((row) => ({ ...row, id: '', action: '' }))).toEqual(
      rows.map(() => ({ ...rows[0], id: '', action: '' })),
    );
    return rows.map(({ action }) => String(action));
  };
  expect(actions({ afterStatus: 'SUCCESS' })).toEqual(['QUERY', 'NOTIFY']);
  expect(actions({ afterStatus: 'FAILED' })).toEqual(['QUERY', 'NOTIFY']);
  expect(actions({ kind: 'CLOSE', afterStatus: 'CLOSED' })).toEqual(['CLOSE', 'NOTIFY']);
  expect(actions({ afterStatus: 'PAYING' })).toEqual(['QUERY']);
  expect(actions({ beforeStatus: 'INIT', afterStatus: 'PAYING' })).toEqual(['QUERY']);
  expect(actions({ beforeStatus: 'SUCCESS', afterStatus: 'SUCCESS' })).toEqual(['QUERY']);
  expect(actions({ kind: 'CREATE', afterStatus: 'FAILED' })).toEqual(['CREATE']);
});
