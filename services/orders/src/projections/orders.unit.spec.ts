import type { ProjectedRecord, ProjectionSql } from '@plumbline/postgres';
import { expect, it } from 'vitest';
import { ordersProjection } from './orders.ts';

const empty: ProjectionSql = {
  upsert: () => Promise.reject(new Error('nothing may be written')),
  insertMissing: () => Promise.reject(new Error('nothing may be written')),
  rowsWhere: () => Promise.resolve([]),
  deleteWhere: () => Promise.reject(new Error('nothing may be deleted')),
};

it('refuses an event of what was never created, so that its key waits for a person', async () => {
  const record: ProjectedRecord = {
    ...{ topic: 'orders', partition: 0, offset: 0n, incarnation: 'x', timeMs: 0, key: 'main/H1' },
    envelope: {
      ...{ id: 'e1', type: 'OrderCancelled', source: '/plumbline/test', subject: 'H1', timeMs: 0 },
      ...{ correlationId: 'x', causationId: null, actor: 'api:test', aggregateVersion: 2n },
      ...{ previousHash: '0'.repeat(64), subjectKeyId: null, traceparent: null },
    },
    payload: { type: 'OrderCancelled', data: { orderNo: 'H1', reason: 'a test' } },
  };
  await expect(ordersProjection.apply([record], empty)).rejects.toMatchObject({
    reason: 'NO_ORDER',
  });
});
