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
