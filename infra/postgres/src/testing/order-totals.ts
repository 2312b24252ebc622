import { randomBytes } from 'node:crypto';
import type { Codec, Envelope, OrdersEvent } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Projection } from '../projection.ts';

/** Postgres for the tests of this package; they fail without it. */
export function testPostgresUrl(): string {
  const url = process.env['PLUMBLINE_TEST_POSTGRES'];
  if (url === undefined || url === '') {
    throw new Error('PLUMBLINE_TEST_POSTGRES is not set: postgres://user:password@host:port/db');
  }
  return url;
}

export const ordersTopic = topics.ordersEvents.name;

/**
 * A projection that would show a record folded twice: it counts. Its name is new each time, so that
 * tests never meet.
 */
export function createOrderTotals(changes: Partial<Projection> = {}): Projection {
  return {
    name: `test_${randomBytes(5).toString('hex')}`,
    version: 1,
    inputs: [ordersTopic],
    tables: [{ name: 'orders', primaryKey: ['routing_key'] }],
    migrations: [
      {
        name: '1-orders',
        up: (knex) =>
          knex.schema.createTable('orders', (table) => {
            table.text('routing_key').primary();
            table.text('status').notNullable().defaultTo('NONE');
            table.bigInteger('amount_minor').notNullable().defaultTo(0);
            table.integer('events').notNullable().defaultTo(0);
            table.jsonb('last');
          }),
      },
    ],
    async apply(batch, sql) {
      for (const { key, payload } of batch) {
        const event = payload as OrdersEvent;
        const [row] = await sql.rowsWhere<{ events: number }>('orders', 'routing_key', [key]);
        const events = (row?.events ?? 0) + 1;
        await sql.upsert('orders', [
          event.type === 'OrderCreated'
            ? { routing_key: key, status: 'CREATED', amount_minor: event.data.amountMinor, events }
            : { routing_key: key, status: event.type, last: event.data, events },
        ]);
      }
    },
    ...changes,
  };
}

export async function createTestCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([ordersTopic, topics.projectionsDeadLetters.name]);
  return codec;
}

const atMs = Date.UTC(2026, 0, 1);

/** An event of an order as it stands in the log. */
export function orderRecord(
  codec: Codec,
  orderNo: string,
  event: OrdersEvent,
  change: { readonly partitions?: number; readonly envelope?: Partial<Envelope> } = {},
): OutgoingRecord {
  const key = `main/${orderNo}`;
  const envelope: Envelope = {
    id: `${orderNo}-${event.type}`,
    type: event.type,
    source: '/plumbline/test',
    subject: orderNo,
    timeMs: atMs,
    correlationId: 'test',
    causationId: null,
    actor: 'system:test',
    aggregateVersion: null,
    previousHash: null,
    subjectKeyId: null,
    traceparent: null,
    ...change.envelope,
  };
  return {
    topic: ordersTopic,
    partition: partitionOfRecordKey(key, change.partitions ?? 4),
    key: Buffer.from(key),
    value: codec.encode(ordersTopic, event),
    headers: encodeEnvelope(envelope),
  };
}

export const orderCreated = (orderNo: string, amountMinor = 9_990n): OrdersEvent => ({
  type: 'OrderCreated',
  data: {
    orderNo,
    tenant: 'main',
    items: [{ sku: 'sku-1', quantity: 1, unitAmountMinor: amountMinor }],
    amountMinor,
    currency: 'CNY',
    payBy: atMs + 1,
    idempotencyKey: null,
    purchase: null,
    fingerprint: '0'.repeat(64),
    createdAt: atMs,
  },
});

export const orderCancelled = (orderNo: string, reason = 'test'): OrdersEvent => ({
  type: 'OrderCancelled',
  data: { orderNo, reason },
});
