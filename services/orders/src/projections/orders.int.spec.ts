import { randomUUID } from 'node:crypto';
import { silentLogger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres } from '@plumbline/postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testAddress } from '@plumbline/runtime/testing';
import type { TestOrders } from '../testing/open-orders.ts';
import { openTestOrders } from '../testing/open-orders.ts';

let edge: TestOrders;
let postgres: Postgres;
beforeAll(async () => {
  edge = await openTestOrders();
  postgres = openPostgres({ url: testAddress('PLUMBLINE_TEST_POSTGRES'), logger: silentLogger });
});
afterAll(async () => {
  await postgres.close();
  await edge.close();
});

it('keeps an audit of each transition: from what, to what, by whom, through what', async () => {
  const orderNo = `T${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const items = [{ sku: 'tea', quantity: 1, unitAmount: 1 }];
  await edge.post('/orders', { orderNo, items, amount: 1 });
  await edge.post(`/orders/${orderNo}/cancel`, { reason: 'mind' });
  await edge.get(`/orders/${orderNo}`);
  const rows = await postgres.query<{ event_id: string; caused_by: string }>(
    `select event_id, event_type, from_status, to_status, reason, actor, caused_by, version
       from orders_v2.order_transitions where order_key = ? order by version`,
    [`main/${orderNo}`],
  );
  const actor = 'api:anonymous';
  expect(rows).toMatchObject([
    {
      ...{ event_type: 'OrderCreated', from_status: null, to_status: 'PENDING', reason: null },
      ...{ actor, version: 1n },
    },
    {
      ...{ event_type: 'OrderCancelled', from_status: 'PENDING', to_status: 'CANCELLED' },
      ...{ reason: 'mind', actor, version: 2n },
    },
  ]);
  const ids = new Set(rows.flatMap((row) => [row.event_id, row.caused_by]));
  expect(ids.size).toBe(4);
});
