import type { Postgres } from '@plumbline/postgres';
import { conditions, quoted, schemaOf } from '@plumbline/postgres';
import { notificationsProjection } from './notifications.ts';
import { timeText } from './time-text.ts';

/** A notification as callers may see it, whether from the decision or from the read model. */
export interface NotificationView {
  readonly notificationId: string;
  readonly aggregateKey: string;
  /** Of the aggregate. */
  readonly version: bigint;
  readonly tenant: string;
  readonly orderNo: string;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly endpointId: string | null;
  readonly callbackUrl: string | null;
  readonly type: string;
  readonly status: string;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly paymentMethod: string | null;
  readonly transactionId: string | null;
  readonly data: string | null;
  readonly occurredAtMs: number;
  readonly sequence: bigint;
  readonly notificationStatus: string;
  readonly attempt: number;
  readonly intervalsMs: readonly number[];
  readonly nextDueMs: number | null;
  readonly levelMs: number | null;
  readonly reason: string | null;
  readonly lastCode: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs: number | null;
}

export interface AttemptView {
  readonly attempt: number;
  readonly trigger: string | null;
  readonly reason: string | null;
  readonly dueMs: number | null;
  /** `null` while it is under way. */
  readonly outcome: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly httpStatus: number | null;
  readonly retryAfterMs: number | null;
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly firstByteMs: number | null;
  readonly requestBytes: number | null;
  /** Encrypted. */
  readonly response: string | null;
  readonly responseTruncated: boolean | null;
}

export interface NotificationFilter {
  readonly tenant?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly orderNo?: string | undefined;
  readonly paymentId?: string | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly createdFromMs?: number | undefined;
  /** Not included. */
  readonly createdBeforeMs?: number | undefined;
  /** Whose time has come by then: those that wait, and are not held back. */
  readonly dueByMs?: number | undefined;
}

export interface NotificationPage {
  readonly notifications: readonly NotificationView[];
  /** Where the next page begins; `null` at the end. */
  readonly next: PagePlace | null;
}

/** Place after which a page begins, newest first. */
export interface PagePlace {
  readonly createdAtMs: number;
  readonly notificationId: string;
}

/** Errors of every call: PostgresDown. */
export interface NotificationQueries {
  byId(notificationId: string): Promise<NotificationView | null>;
  /** Of a payment, the newest first. */
  ofPayment(paymentId: string): Promise<readonly NotificationView[]>;
  /** The newest first. */
  list(options: {
    readonly filter: NotificationFilter;
    readonly after: PagePlace | null;
    readonly limit: number;
  }): Promise<NotificationPage>;
  count(filter: NotificationFilter): Promise<number>;
  attempts(
    notificationIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly AttemptView[]>>;
  /** Retries that nobody began although their time came before, the oldest first. */
  overdue(options: {
    readonly dueBeforeMs: number;
    readonly limit: number;
  }): Promise<readonly NotificationView[]>;
}

interface Row {
  readonly notification_id: string;
  readonly aggregate_key: string;
  readonly version: bigint;
  readonly tenant: string;
  readonly order_no: string;
  readonly payment_id: string | null;
  readonly refund_id: string | null;
  readonly endpoint_id: string | null;
  readonly callback_url: string | null;
  readonly type: string;
  readonly payment_status: string;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
  readonly payment_method: string | null;
  readonly transaction_id: string | null;
  readonly data: string | null;
  readonly occurred_at: Date;
  readonly sequence: bigint;
  readonly status: string;
  readonly attempt: number;
  readonly intervals_ms: readonly number[];
  readonly next_due_at: Date | null;
  readonly level_ms: bigint | null;
  readonly reason: string | null;
  readonly last_code: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
}

interface AttemptRow {
  readonly notification_id: string;
  readonly attempt: number;
  readonly trigger: string | null;
  readonly reason: string | null;
  readonly due_at: Date | null;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly http_status: number | null;
  readonly retry_after_ms: bigint | null;
  readonly started_at: Date | null;
  readonly duration_ms: number | null;
  readonly dns_ms: number | null;
  readonly connect_ms: number | null;
  readonly first_byte_ms: number | null;
  readonly request_bytes: number | null;
  readonly response: string | null;
  readonly response_truncated: boolean | null;
}

const timeOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : timeText(ms);

function whereOf(filter: NotificationFilter) {
  return conditions()
    .add('true')
    .addIf('tenant = ?', filter.tenant)
    .addIf('endpoint_id = ?', filter.endpointId)
    .addIf('order_no = ?', filter.orderNo)
    .addIf('payment_id = ?', filter.paymentId)
    .addIf('status = any(?)', filter.statuses === undefined ? undefined : [...filter.statuses])
    .addIf('type = ?', filter.type)
    .addIf('created_at >= ?', timeOf(filter.createdFromMs))
    .addIf('created_at < ?', timeOf(filter.createdBeforeMs))
    .addIf('next_due_at <= ?', timeOf(filter.dueByMs));
}

export function createNotificationQueries(postgres: Postgres): NotificationQueries {
  const schema = quoted(schemaOf(notificationsProjection));
  const table = `${schema}.notifications`;
  return {
    async byId(notificationId) {
      const [row] = await postgres.query<Row>(`select * from ${table} where notification_id = ?`, [
        notificationId,
      ]);
      return row === undefined ? null : viewOf(row);
    },
    async ofPayment(paymentId) {
      const rows = await postgres.query<Row>(
        `select * from ${table} where payment_id = ? order by sequence desc limit 500`,
        [paymentId],
      );
      return rows.map(viewOf);
    },
    async list({ filter, after, limit }) {
      const where = whereOf(filter);
      if (after !== null)
        where.add(
          '(created_at, notification_id) < (?::timestamptz, ?)',
          timeText(after.createdAtMs),
          after.notificationId,
        );
      const rows = await postgres.query<Row>(
        `select * from ${table} where ${where.sql}
           order by created_at desc, notification_id desc limit ?`,
        [...where.values, limit + 1],
      );
      const notifications = rows.slice(0, limit).map(viewOf);
      const last = notifications.at(-1);
      const hasMore = rows.length > limit && last !== undefined;
      return { notifications, next: hasMore ? last : null };
    },
    async count(filter) {
      const where = whereOf(filter);
      const [row] = await postgres.query<{ count: bigint }>(
        `select count(*) as count from ${table} where ${where.sql}`,
        where.values,
      );
      return Number(row?.count ?? 0);
    },
    async attempts(notificationIds) {
      const rows = await postgres.query<AttemptRow>(
        `select * from ${schema}.attempts where notification_id = any(?)
           order by notification_id, attempt`,
        [[...notificationIds]],
      );
      const found = new Map<string, AttemptView[]>();
      for (const row of rows) {
        const of = found.get(row.notification_id) ?? [];
        of.push(attemptOf(row));
        found.set(row.notification_id, of);
      }
      return found;
    },
    async overdue({ dueBeforeMs, limit }) {
      const rows = await postgres.query<Row>(
        `select * from ${table} where status = 'FAILED' and next_due_at < ?
           order by next_due_at limit ?`,
        [timeText(dueBeforeMs), limit],
      );
      return rows.map(viewOf);
    },
  };
}

const viewOf = (row: Row): NotificationView => ({
  notificationId: row.notification_id,
  aggregateKey: row.aggregate_key,
  version: row.version,
  tenant: row.tenant,
  orderNo: row.order_no,
  paymentId: row.payment_id,
  refundId: row.refund_id,
  endpointId: row.endpoint_id,
  callbackUrl: row.callback_url,
  type: row.type,
  status: row.payment_status,
  amountMinor: row.amount_minor,
  currency: row.currency,
  paymentMethod: row.payment_method,
  transactionId: row.transaction_id,
  data: row.data,
  occurredAtMs: row.occurred_at.getTime(),
  sequence: row.sequence,
  notificationStatus: row.status,
  attempt: row.attempt,
  intervalsMs: row.intervals_ms,
  nextDueMs: row.next_due_at?.getTime() ?? null,
  levelMs: row.level_ms === null ? null : Number(row.level_ms),
  reason: row.reason,
  lastCode: row.last_code,
  createdAtMs: row.created_at.getTime(),
  updatedAtMs: row.updated_at.getTime(),
  endedAtMs: row.ended_at?.getTime() ?? null,
});

const attemptOf = (row: AttemptRow): AttemptView => ({
  attempt: row.attempt,
  trigger: row.trigger,
  reason: row.reason,
  dueMs: row.due_at?.getTime() ?? null,
  outcome: row.outcome,
  code: row.code,
  message: row.message,
  httpStatus: row.http_status,
  retryAfterMs: row.retry_after_ms === null ? null : Number(row.retry_after_ms),
  startedAtMs: row.started_at?.getTime() ?? null,
  durationMs: row.duration_ms,
  dnsMs: row.dns_ms,
  connectMs: row.connect_ms,
  firstByteMs: row.first_byte_ms,
  requestBytes: row.request_bytes,
  response: row.response,
  responseTruncated: row.response_truncated,
});
