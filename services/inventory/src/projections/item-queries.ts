import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { ItemView, ReservationView } from '../http/item-view.ts';
import type { ItemRow } from './items.ts';
import { inventoryProjection } from './items.ts';

/** An item as the read model has it, with the version that it shows. */
export interface StoredItem {
  readonly version: bigint;
  readonly view: ItemView;
}

export interface StoredReservation {
  readonly view: ReservationView;
  readonly orderNo: string | null;
  readonly reason: string | null;
}

export interface ItemPage {
  readonly items: readonly ItemView[];
  /** The SKU of the last item of the page when there are more; `null` at the end. */
  readonly last: string | null;
}

export interface ItemQueries {
  bySku(tenant: string, sku: string): Promise<StoredItem | null>;
  page(options: {
    readonly tenant: string;
    /** Only these. */
    readonly skus: readonly string[] | null;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<ItemPage>;
  /** With the version of the item; `null` where there is no item. */
  reservation(
    tenant: string,
    sku: string,
    reservationId: string,
  ): Promise<{ readonly version: bigint; readonly reservation: StoredReservation | null } | null>;
}

interface ReservationRow {
  readonly version: bigint;
  /** `null`, as all that follow, where the item has no such reservation. */
  readonly reservation_id: string | null;
  readonly status: ReservationView['status'];
  readonly order_no: string | null;
  readonly quantity: number | null;
  readonly expire_at: Date | null;
  readonly reason: string | null;
}

export function createItemQueries(postgres: Postgres): ItemQueries {
  const schema = quoted(schemaOf(inventoryProjection));
  return {
    async bySku(tenant, sku) {
      const [row] = await postgres.query<ItemRow>(
        `select * from ${schema}.items where tenant = ? and sku = ?`,
        [tenant, sku],
      );
      return row === undefined ? null : { version: row.version, view: viewOf(row) };
    },
    async page({ tenant, skus, after, limit }) {
      const where = conditions()
        .add('tenant = ?', tenant)
        .addIf('sku = any(?)', skus ?? undefined)
        .addIf('sku collate "C" > ?', after ?? undefined);
      const rows = await postgres.query<ItemRow>(
        `select * from ${schema}.items where ${where.sql}
          order by sku collate "C" limit ?`,
        [...where.values, limit + 1],
      );
      const items = rows.slice(0, limit).map(viewOf);
      return { items, last: rows.length > limit ? (items.at(-1)?.sku ?? null) : null };
    },
    async reservation(tenant, sku, reservationId) {
      const [row] = await postgres.query<ReservationRow>(
        `select i.version, r.reservation_id, r.status, r.order_no, r.quantity, r.expire_at, r.reason
           from ${schema}.items i
           left join ${schema}.reservations r
             on r.item_key = i.item_key and r.reservation_id = ?
          where i.tenant = ? and i.sku = ?`,
        [reservationId, tenant, sku],
      );
      return row === undefined ? null : { version: row.version, reservation: reservationOf(row) };
    },
  };
}

const viewOf = (row: ItemRow): ItemView => ({
  sku: row.sku,
  name: row.name,
  unitAmountMinor: row.unit_amount_minor,
  currency: row.currency,
  onHand: row.on_hand,
  reserved: row.reserved,
});

function reservationOf(row: ReservationRow): StoredReservation | null {
  const { reservation_id: reservationId, status, quantity, reason } = row;
  if (reservationId === null) return null;
  const expireAtMs = status === 'OPEN' ? (row.expire_at?.getTime() ?? null) : null;
  const view = { reservationId, status, quantity, expireAtMs };
  return { view, orderNo: row.order_no, reason };
}
