import type { AttemptReport, NotificationsEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectedRecord, ProjectionRow } from '@plumbline/postgres';
import type { Knex } from 'knex';
import { timeText } from './time-text.ts';

export const notificationColumns = (table: Knex.CreateTableBuilder): void => {
  table.text('notification_id').primary();
  table.text('aggregate_key');
  table.bigInteger('version');
  table.text('tenant');
  table.text('order_no');
  table.text('payment_id');
  table.text('refund_id');
  table.text('endpoint_id');
  table.text('callback_url');
  table.text('type');
  table.text('source_event_id');
  table.text('payment_status');
  table.bigInteger('amount_minor');
  table.text('currency');
  table.text('payment_method');
  table.text('transaction_id');
  table.text('data');
  table.timestamp('occurred_at', { precision: 3 });
  table.bigInteger('sequence');
  table.text('status');
  table.integer('attempt');
  table.integer('step');
  table.jsonb('intervals_ms');
  table.integer('settings_version');
  table.timestamp('next_due_at', { precision: 3 });
  table.bigInteger('level_ms');
  table.text('reason');
  table.text('last_code');
  table.timestamp('created_at', { precision: 3 });
  table.timestamp('updated_at', { precision: 3 });
  table.timestamp('ended_at', { precision: 3 });
  table.timestamp('expire_at', { precision: 3 });
  table.index(['payment_id', 'sequence']);
  table.index(['tenant', 'order_no', 'sequence']);
  table.index(['endpoint_id', 'created_at']);
};

export const attemptColumns = (table: Knex.CreateTableBuilder): void => {
  table.text('notification_id');
  table.integer('attempt');
  table.text('trigger');
  // What made it due, where a person asked.
  table.text('reason');
  table.text('actor');
  table.timestamp('due_at', { precision: 3 });
  table.text('outcome');
  table.text('code');
  table.text('message');
  table.integer('http_status');
  table.bigInteger('retry_after_ms');
  table.timestamp('started_at', { precision: 3 });
  table.integer('duration_ms');
  table.integer('dns_ms');
  table.integer('connect_ms');
  table.integer('first_byte_ms');
  table.integer('request_bytes');
  // Encrypted with the endpoint's key, as in the log.
  table.text('response');
  table.boolean('response_truncated');
  table.primary(['notification_id', 'attempt']);
};

type EventOf<T extends NotificationsEvent['type']> = Extract<
  NotificationsEvent,
  { readonly type: T }
>['data'];

/** What an event says of its notification; `null` where it says nothing that is kept. */
export function notificationRow(
  { key, envelope }: ProjectedRecord,
  event: NotificationsEvent,
): ProjectionRow | null {
  if (event.type === 'NotificationsForgotten') return null;
  const { notificationId: notification_id } = event.data;
  const version = envelope.aggregateVersion;
  const at = timeText(envelope.timeMs);
  const row = (rest: ProjectionRow): ProjectionRow => ({
    ...{ notification_id, version, updated_at: at, ...rest },
  });
  const nothingNext = { next_due_at: null, level_ms: null };
  switch (event.type) {
    case 'NotificationCreated':
      return row({ aggregate_key: key, ...createdColumns(event.data) });
    case 'NotificationStatusUpdated': {
      const { paymentStatus: payment_status, transactionId: transaction_id, status } = event.data;
      const now = status === 'NOTIFYING' ? { attempt: 1 } : {};
      return row({ payment_status, transaction_id, status, occurred_at: at, ...now });
    }
    case 'NotificationAttemptDue': {
      const { attempt, status, step } = event.data;
      return row({ attempt, status, step, ended_at: null, reason: null, ...nothingNext });
    }
    case 'NotificationAttemptFailed': {
      const { status, attempt, step, nextDueAt, levelMs: level_ms, report } = event.data;
      const next_due_at = nextDueAt === null ? null : timeText(nextDueAt);
      const ended_at = status === 'RETRY_FAILED' ? at : null;
      // Of an endpoint that is gone the next attempt is due already.
      const now = status === 'RETRYING' ? { attempt: attempt + 1, next_due_at: null } : {};
      const next = { status, step, next_due_at, level_ms, ended_at, last_code: report.code };
      return row({ ...next, ...now });
    }
    case 'NotificationDelivered':
      return row({ status: 'SUCCESS', ended_at: at, last_code: null, ...nothingNext });
    case 'NotificationAbandoned':
      return row({
        ...{ status: 'ABANDONED', reason: event.data.reason, ended_at: at, ...nothingNext },
      });
    default:
      return unreachable(event);
  }
}

function createdColumns(data: EventOf<'NotificationCreated'>): ProjectionRow {
  const { content, endpointId, callbackUrl, settingsVersion, sequence, status } = data;
  const { tenant, type, currency } = content;
  return {
    ...{ tenant, type, currency, sequence, status, order_no: content.orderNo },
    ...{ payment_id: content.paymentId, refund_id: content.refundId },
    ...{ endpoint_id: endpointId, callback_url: callbackUrl, settings_version: settingsVersion },
    ...{ source_event_id: content.sourceEventId, payment_status: content.status },
    ...{ amount_minor: content.amountMinor, payment_method: content.paymentMethod },
    ...{ transaction_id: content.transactionId, data: content.data },
    ...{ occurred_at: timeText(content.occurredAt), created_at: timeText(data.createdAt) },
    ...{ attempt: status === 'NOTIFYING' ? 1 : 0, step: 0, intervals_ms: data.intervalsMs },
    expire_at: timeText(data.expireAt),
  };
}

/** What an event says of the attempts of its notification. */
export function attemptRow(event: NotificationsEvent): readonly ProjectionRow[] {
  switch (event.type) {
    case 'NotificationCreated': {
      const { notificationId, createdAt, status } = event.data;
      return status === 'NOTIFYING' ? [dueRow(notificationId, 1, 'FIRST', createdAt)] : [];
    }
    case 'NotificationStatusUpdated': {
      const { notificationId, updatedAt, status } = event.data;
      return status === 'NOTIFYING' ? [dueRow(notificationId, 1, 'FIRST', updatedAt)] : [];
    }
    case 'NotificationAttemptDue': {
      const { notificationId, attempt, trigger, dueAt, reason } = event.data;
      return [{ ...dueRow(notificationId, attempt, trigger, dueAt), reason }];
    }
    case 'NotificationAttemptFailed': {
      const { notificationId, attempt, report, status, nextDueAt } = event.data;
      const row = reportedRow(notificationId, attempt, report);
      if (status !== 'RETRYING' || nextDueAt === null) return [row];
      return [row, dueRow(notificationId, attempt + 1, 'SCHEDULE', nextDueAt)];
    }
    case 'NotificationDelivered': {
      const { notificationId, attempt, report } = event.data;
      return [reportedRow(notificationId, attempt, report)];
    }
    case 'NotificationAbandoned':
    case 'NotificationsForgotten':
      return [];
    default:
      return unreachable(event);
  }
}

const dueRow = (
  notification_id: string,
  attempt: number,
  trigger: string,
  dueMs: number,
): ProjectionRow => ({ notification_id, attempt, trigger, due_at: timeText(dueMs) });

const reportedRow = (
  notification_id: string,
  attempt: number,
  report: AttemptReport,
): ProjectionRow => ({
  ...{ notification_id, attempt, outcome: report.outcome, code: report.code },
  ...{ message: report.message, http_status: report.httpStatus },
  ...{ retry_after_ms: report.retryAfterMs, started_at: timeText(report.startedAt) },
  ...{ duration_ms: report.durationMs, dns_ms: report.dnsMs, connect_ms: report.connectMs },
  ...{ first_byte_ms: report.firstByteMs, request_bytes: report.requestBytes },
  ...{ response: report.response, response_truncated: report.responseTruncated },
});
