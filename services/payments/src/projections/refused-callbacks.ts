import type { PaymentsInbox } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Projection } from '@plumbline/postgres';

/**
 * The callbacks that the edge refused, as they claimed to be. A read model of its own, because its
 * topic is kept for three days only and is open to anybody: whatever becomes of it must not hold up
 * the payments, and a rebuild of theirs must give the same rows.
 */
export const refusedCallbacksProjection: Projection = {
  name: 'refused_callbacks',
  version: 1,
  inputs: [topics.paymentsInbox.name],
  tables: [{ name: 'refused_callbacks', primaryKey: ['id'] }],
  migrations: [
    {
      name: '1-refused-callbacks',
      up: (knex) =>
        knex.schema.createTable('refused_callbacks', (table) => {
          table.text('id').primary();
          table.text('pay_no');
          table.text('claimed_callback_id');
          table.text('callback_status');
          table.text('raw_payload').notNullable();
          table.boolean('signature_valid').notNullable();
          table.text('process_result').notNullable();
          table.text('code').notNullable();
          table.timestamp('received_at', { precision: 3 }).notNullable();
          table.index(['pay_no', 'received_at']);
        }),
    },
  ],
  apply: (batch, sql) =>
    sql.insertMissing(
      'refused_callbacks',
      batch.map(({ envelope, payload }) => {
        // The topic holds nothing but these; the codec has checked it.
        const { data } = payload as PaymentsInbox;
        return {
          id: envelope.id,
          pay_no: data.payNo,
          claimed_callback_id: data.callbackId,
          callback_status: data.callbackStatus,
          raw_payload: data.rawPayload,
          signature_valid: false,
          process_result: 'FAILED',
          code: data.code,
          received_at: new Date(data.receivedAt).toISOString(),
        };
      }),
    ),
};
