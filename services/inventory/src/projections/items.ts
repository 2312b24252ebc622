import type { InventoryEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, Projection } from '@plumbline/postgres';
import { UnprojectableRecord } from '@plumbline/postgres';
import { reservationRow } from './reservations.ts';

/** A row of `items`. */
export interface ItemRow {
  readonly item_key: string;
  readonly tenant: string;
  readonly sku: string;
  readonly name: string;
  readonly unit_amount_minor: bigint;
  readonly currency: string;
  readonly on_hand: number;
  readonly reserved: number;
  readonly version: bigint;
}

/**
 * `items`, one row an item at its newest version, and `reservations`, one row for each that was ever
 * made, or given back before it was.
 */
export const inventoryProjection: Projection = {
  name: 'inventory',
  version: 1,
  inputs: [topics.inventoryEvents.name],
  tables: [
    { name: 'items', primaryKey: ['item_key'] },
    { name: 'reservations', primaryKey: ['item_key', 'reservation_id'] },
  ],
  migrations: [
    {
      name: '1-inventory',
      up: async (knex) => {
        await knex.schema.createTable('items', (table) => {
          table.text('item_key').primary();
          table.text('tenant').notNullable();
          table.text('sku').notNullable();
          table.text('name').notNullable();
          table.bigInteger('unit_amount_minor').notNullable();
          table.text('currency').notNullable();
          table.integer('on_hand').notNullable();
          table.integer('reserved').notNullable();
          table.bigInteger('version').notNullable();
        });
        // By bytes, whatever the database sorts by: pages go from SKU to SKU.
        await knex.raw('create index items_by_sku on items (tenant, sku collate "C")');
        await knex.schema.createTable('reservations', (table) => {
          table.text('item_key').notNullable();
          table.text('reservation_id').notNullable();
          table.text('status').notNullable();
          table.text('order_no');
          table.integer('quantity');
          table.timestamp('expire_at', { precision: 3 });
          table.timestamp('ended_at', { precision: 3 });
          table.boolean('after_expiry');
          table.text('reason');
          table.primary(['item_key', 'reservation_id']);
          table.index(['order_no']);
        });
      },
    },
  ],
  apply: async (batch, sql) => {
    const keys = [...new Set(batch.map(({ key }) => key))];
    const found = await sql.rowsWhere<ItemRow>('items', 'item_key', keys);
    const items = new Map(found.map((row) => [row.item_key, row]));
    for (const record of batch) items.set(record.key, folded(items.get(record.key), record));
    await sql.upsert(
      'items',
      [...items.values()].map((row) => ({ ...row })),
    );
    // The topic holds nothing but these; the codec has checked it.
    const rows = batch.map(({ key, payload }) => reservationRow(key, payload as InventoryEvent));
    await sql.upsert(
      'reservations',
      rows.filter((row) => row !== null),
    );
  },
};

function folded(before: ItemRow | undefined, record: ProjectedRecord): ItemRow {
  const { key, envelope } = record;
  const event = record.payload as InventoryEvent;
  const version = envelope.aggregateVersion;
  if (version === null) throw new UnprojectableRecord('NO_VERSION', 'the event has no version');
  if (event.type === 'ItemDescribed') {
    const { tenant, sku, name, unitAmountMinor, currency } = event.data;
    return {
      ...{ item_key: key, tenant, sku, name, unit_amount_minor: unitAmountMinor, currency },
      ...{ on_hand: before?.on_hand ?? 0, reserved: before?.reserved ?? 0, version },
    };
  }
  if (before === undefined)
    throw new UnprojectableRecord('NO_ITEM', `${event.type} of an item that was never described`);
  const { on_hand, reserved } = before;
  const row = { ...before, version };
  switch (event.type) {
    case 'StockReceived':
      return { ...row, on_hand: on_hand + event.data.quantity };
    case 'StockWrittenOff':
      return { ...row, on_hand: on_hand - event.data.quantity };
    case 'StockReserved':
      return { ...row, reserved: reserved + event.data.quantity };
    case 'StockReleased':
    case 'ReservationExpired':
      return { ...row, reserved: reserved - event.data.quantity };
    case 'StockConfirmed': {
      const { quantity, afterExpiry } = event.data;
      // What had ended by time was no longer among the reserved.
      const left = afterExpiry ? reserved : reserved - quantity;
      return { ...row, on_hand: on_hand - quantity, reserved: left };
    }
    case 'ReservationBarred':
      return row;
    default:
      return unreachable(event);
  }
}
