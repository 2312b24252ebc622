import type { NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProjectedRecord, Projection } from '@plumbline/postgres';
import { attemptColumns, attemptRow, notificationColumns, notificationRow } from './rows.ts';

/**
 * `notifications`, one row each as it is now; `attempts`, one row for each attempt that was due, with
 * what it showed. Rows of what is forgotten are deleted, because an event says so: a rebuild ends
 * with the same rows.
 */
export const notificationsProjection: Projection = {
  name: 'notifications',
  version: 1,
  inputs: [topics.notificationsEvents.name],
  tables: [
    { name: 'notifications', primaryKey: ['notification_id'] },
    { name: 'attempts', primaryKey: ['notification_id', 'attempt'] },
  ],
  migrations: [
    {
      name: '1-notifications',
      up: async (knex) => {
        await knex.schema.createTable('notifications', notificationColumns);
        await knex.schema.createTable('attempts', attemptColumns);
        // What is looked for among all, and few rows are in.
        await knex.raw(
          `create index notifications_waiting on notifications (next_due_at)
            where status in ('PENDING', 'FAILED')`,
        );
        await knex.raw(
          `create index notifications_not_delivered on notifications (created_at)
            where status in ('FAILED', 'RETRY_FAILED')`,
        );
      },
    },
  ],
  apply: async (batch, sql) => {
    const rows = batch.map((record) => notificationRow(record, payloadOf(record)));
    await sql.upsert(
      'notifications',
      rows.filter((row) => row !== null),
    );
    const attempts = batch.flatMap((record) => attemptRow(payloadOf(record)));
    await sql.upsert('attempts', attempts);
    const forgotten = batch.flatMap((record) => {
      const event = payloadOf(record);
      return event.type === 'NotificationsForgotten' ? event.data.notificationIds : [];
    });
    await sql.deleteWhere('attempts', 'notification_id', forgotten);
    await sql.deleteWhere('notifications', 'notification_id', forgotten);
  },
};

/** The topic holds nothing but these; the codec has checked it. */
const payloadOf = ({ payload }: ProjectedRecord): NotificationsEvent =>
  payload as NotificationsEvent;
