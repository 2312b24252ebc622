import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import type { CheckoutStatus, OrderStatus, PaymentStatus } from '../projections/order-overview.ts';
import { orderOverviewProjection } from '../projections/order-overview.ts';
import { commandsProjection, timelineProjection } from '../projections/timeline.ts';
import type { Page, PageAsked } from './page.ts';
import { pageOf, readPage } from './page.ts';

const overview = quoted(schemaOf(orderOverviewProjection));
const entriesOf = [timelineProjection, commandsProjection].map(
  (projection) => `${quoted(schemaOf(projection))}.entries`,
);

/** A row of the overview; the order's columns are null when only a payment for it is known. */
export interface OrderRow {
  readonly routing_key: string;
  readonly order_no: string;
  readonly status: OrderStatus | null;
  readonly version: bigint | null;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
  readonly buyer: string | null;
  readonly balance_minor: bigint | null;
  readonly pay_by_ms: bigint | null;
  readonly created_at_ms: bigint | null;
  readonly updated_at_ms: bigint | null;
  readonly paid_at_ms: bigint | null;
  readonly reason: string | null;
  readonly payment_no: string | null;
  readonly payment_status: PaymentStatus | null;
  readonly payment_version: bigint | null;
  readonly payment_amount_minor: bigint | null;
  readonly payment_currency: string | null;
  readonly payment_channel: string | null;
  readonly payment_channel_trade_no: string | null;
  readonly payment_paid_at_ms: bigint | null;
  readonly payment_expire_at_ms: bigint | null;
  readonly payment_created_at_ms: bigint | null;
  readonly payment_updated_at_ms: bigint | null;
  readonly payment_contradicted_by: string | null;
  readonly checkout_status: CheckoutStatus | null;
  readonly checkout_attempt: number | null;
  readonly checkout_repeat_at_ms: bigint | null;
  readonly checkout_refused_because: string | null;
  readonly checkout_updated_at_ms: bigint | null;
  readonly open_alerts: bigint;
}

const openAlerts =
  `(select count(*) from ${overview}.order_alerts a ` +
  'where a.routing_key = o.routing_key and a.open) as open_alerts';

export async function readOrder(
  postgres: Postgres,
  options: { readonly tenant: string; readonly orderNo: string },
): Promise<OrderRow | null> {
  const [row] = await postgres.query<OrderRow>(
    `select o.*, ${openAlerts} from ${overview}.orders o where tenant = ? and order_no = ?`,
    [options.tenant, options.orderNo],
  );
  return row ?? null;
}

export interface OrderFilter {
  readonly tenant: string;
  readonly status?: OrderStatus | undefined;
  readonly buyer?: string | undefined;
  readonly payNo?: string | undefined;
  readonly paymentStatus?: PaymentStatus | undefined;
  /** Created at or after, and before: epoch ms. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly withOpenAlerts?: boolean | undefined;
}

/** Orders that exist; a payment without one is found by its order number only. */
export function readOrders(
  postgres: Postgres,
  { filter, ...asked }: PageAsked & { readonly filter: OrderFilter },
): Promise<Page<OrderRow>> {
  const where = conditions()
    .add('tenant = ?', filter.tenant)
    .add('created_at_ms is not null')
    .addIf('status = ?', filter.status)
    .addIf('buyer = ?', filter.buyer)
    .addIf('payment_no = ?', filter.payNo)
    .addIf('payment_status = ?', filter.paymentStatus)
    .addIf('created_at_ms >= ?', filter.sinceMs)
    .addIf('created_at_ms < ?', filter.untilMs);
  if (filter.withOpenAlerts !== undefined) {
    const not = filter.withOpenAlerts ? '' : 'not ';
    const alerts = `${overview}.order_alerts a where a.routing_key = o.routing_key and a.open`;
    where.add(`${not}exists (select from ${alerts})`);
  }
  return readPage<OrderRow>(postgres, {
    ...{ ...asked, select: `select o.*, ${openAlerts} from ${overview}.orders o`, where },
    order: ['created_at_ms', 'order_no'],
    positionOf: (row) => ({ atMs: Number(row.created_at_ms), id: row.order_no }),
  });
}

/** One event or dead letter of an order; see the projection. */
export interface EntryRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly appended_at_ms: bigint;
  readonly time_ms: bigint;
  readonly event_id: string;
  readonly type: string;
  readonly subject: string;
  readonly source: string;
  readonly actor: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly version: bigint | null;
  readonly data: unknown;
}

/** Orders as topic, partition and offset do: the numbers are filled up with zeros. */
const placeOf = `topic || ' ' || lpad(partition::text, 5, '0') || ' ' || lpad("offset"::text, 19, '0')`;

/** The oldest first, with entries of the same millisecond by topic, partition and offset. */
export async function readTimeline(
  postgres: Postgres,
  options: PageAsked & {
    /** The routing key, and the number of its payment: commands are keyed by either. */
    readonly keys: readonly string[];
  },
): Promise<Page<EntryRow>> {
  const where = conditions().add('record_key = any(?)', options.keys);
  const { after, limit } = options;
  if (after !== null) where.add(`(appended_at_ms, ${placeOf}) > (?, ?)`, after.atMs, after.id);
  const first = (table: string) =>
    `(select *, ${placeOf} as place from ${table} where ${where.sql}
      order by appended_at_ms, place limit ?)`;
  const rows = await postgres.query<EntryRow & { readonly place: string }>(
    `select * from (${entriesOf.map(first).join(' union all ')}) as each
     order by appended_at_ms, place limit ?`,
    [...entriesOf.flatMap(() => [...where.values, limit + 1]), limit + 1],
  );
  return pageOf(rows, limit, (row) => ({ atMs: Number(row.appended_at_ms), id: row.place }));
}
