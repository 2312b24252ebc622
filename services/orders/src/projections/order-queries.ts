import type { PagePosition } from '@plumbline/http';
import type { OrderItem } from '@plumbline/events';
import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { OrderView } from '../http/order-view.ts';
import { storedPurchase } from '../http/order-view.ts';
import { ordersProjection } from './orders.ts';

/** An order as the read model has it, with the version that it shows. */
export interface StoredOrder {
  readonly version: bigint;
  readonly view: OrderView;
}

export interface OrderPage {
  readonly orders: readonly OrderView[];
  /** The last order of the page when there are more; `null` at the end. */
  readonly last: PagePosition | null;
}

export interface OrderQueries {
  byNumber(tenant: string, orderNo: string): Promise<StoredOrder | null>;
  page(options: {
    readonly tenant: string;
    readonly status: string | null;
    /** Newest first; the number parts those of the same millisecond. */
    readonly after: PagePosition | null;
    readonly limit: number;
  }): Promise<OrderPage>;
}

interface Row {
  readonly order_no: string;
  readonly status: OrderView['status'];
  readonly items: readonly (Omit<OrderItem, 'unitAmountMinor'> & { unitAmountMinor: string })[];
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly purchase: unknown;
  readonly pay_by: Date;
  readonly created_at: Date;
  readonly pay_no: string | null;
  readonly paid_at: Date | null;
  readonly reason: string | null;
  readonly version: bigint;
}

export function createOrderQueries(postgres: Postgres): OrderQueries {
  const table = `${quoted(schemaOf(ordersProjection))}.orders`;
  return {
    async byNumber(tenant, orderNo) {
      const [row] = await postgres.query<Row>(
        `select * from ${table} where tenant = ? and order_no = ?`,
        [tenant, orderNo],
      );
      return row === undefined ? null : { version: row.version, view: viewOf(row) };
    },
    async page({ tenant, status, after, limit }) {
      const where = conditions()
        .add('tenant = ?', tenant)
        .addIf('status = ?', status ?? undefined);
      if (after !== null) {
        const createdAt = new Date(after.createdAtMs).toISOString();
        where.add('(created_at, order_no) < (?::timestamptz, ?)', createdAt, after.id);
      }
      const rows = await postgres.query<Row>(
        `select * from ${table} where ${where.sql}
         order by created_at desc, order_no desc limit ?`,
        [...where.values, limit + 1],
      );
      const orders = rows.slice(0, limit).map(viewOf);
      const end = rows.length > limit ? orders.at(-1) : undefined;
      const last = end === undefined ? null : { createdAtMs: end.createdAtMs, id: end.orderNo };
      return { orders, last };
    },
  };
}

const viewOf = (row: Row): OrderView => ({
  orderNo: row.order_no,
  status: row.status,
  items: row.items.map(({ sku, quantity, unitAmountMinor }) => ({
    ...{ sku, quantity },
    unitAmountMinor: BigInt(unitAmountMinor),
  })),
  amountMinor: row.amount_minor,
  currency: row.currency,
  purchase: storedPurchase.parse(row.purchase),
  payByMs: row.pay_by.getTime(),
  createdAtMs: row.created_at.getTime(),
  payNo: row.pay_no,
  paidAtMs: row.paid_at?.getTime() ?? null,
  reason: row.reason,
});
