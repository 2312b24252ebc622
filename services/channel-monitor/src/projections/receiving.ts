import type { ReceivingEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { accountRow, moneyRow, orderRow } from './rows.ts';

/**
 * `accounts`, one row each as it is now; `orders`, one row for each attempt at a payment that an
 * account was told of; `received_money`, one row for each amount that was reported (`money` is a
 * type of Postgres). What monitor clients saw is in none of them: it stands in the log, encrypted.
 */
export const receivingProjection: Projection = {
  name: 'receiving',
  version: 1,
  inputs: [topics.receivingEvents.name],
  tables: [
    { name: 'accounts', primaryKey: ['account_key'] },
    { name: 'orders', primaryKey: ['account_key', 'reference'] },
    { name: 'received_money', primaryKey: ['account_key', 'platform_order'] },
  ],
  migrations: [
    {
      name: '1-receiving',
      up: async (knex) => {
        await knex.schema.createTable('accounts', (table) => {
          table.text('account_key').primary();
          table.bigInteger('version');
          table.text('tenant');
          table.text('pid');
          table.text('aid');
          table.text('name');
          table.text('status');
          table.text('reason');
          table.text('currency');
          table.jsonb('channels');
          table.jsonb('settings');
          table.timestamp('created_at', { precision: 3 });
          table.timestamp('updated_at', { precision: 3 });
          table.index(['tenant', 'pid', 'aid']);
        });
        await knex.schema.createTable('orders', (table) => {
          table.text('account_key');
          table.text('reference');
          table.text('tenant');
          table.text('pid');
          table.text('aid');
          table.text('cid');
          table.text('type');
          table.integer('pattern');
          table.text('order_no');
          table.text('pay_no');
          table.bigInteger('amount_minor');
          table.bigInteger('payable_minor');
          table.text('currency');
          table.text('status');
          table.text('pay_url');
          table.text('platform_order');
          table.timestamp('expire_at', { precision: 3 });
          table.timestamp('activated_at', { precision: 3 });
          table.timestamp('ended_at', { precision: 3 });
          table.primary(['account_key', 'reference']);
          table.index(['tenant', 'order_no']);
        });
        await knex.schema.createTable('received_money', (table) => {
          table.text('account_key');
          table.text('platform_order');
          table.text('money_id');
          table.text('tenant');
          table.text('pid');
          table.text('aid');
          table.text('cid');
          table.text('payway');
          table.text('channel');
          table.bigInteger('amount_minor');
          table.text('currency');
          table.text('status');
          table.text('why');
          table.jsonb('candidates');
          table.text('kind');
          table.text('reason');
          table.text('order_no');
          table.text('pay_no');
          table.text('reference');
          table.boolean('contradicted');
          table.text('reported_by');
          table.timestamp('received_at', { precision: 3 });
          table.timestamp('settled_at', { precision: 3 });
          table.primary(['account_key', 'platform_order']);
          table.index(['tenant', 'received_at']);
          table.index(['tenant', 'status', 'received_at']);
          table.index(['tenant', 'pid', 'received_at']);
        });
        // Those that wait are few among all that ever did.
        await knex.raw(
          `create index orders_active on orders (tenant, pid, aid, reference)
            where status = 'ACTIVE'`,
        );
        await knex.raw(
          `create index money_unmatched on received_money (tenant, pid, aid)
            where status in ('UNMATCHED', 'AMBIGUOUS')`,
        );
      },
    },
  ],
  apply: async (batch, sql) => {
    const rowsOf = (of: (record: ProjectedRecord) => ProjectionRow | null) =>
      batch.map(of).filter((row) => row !== null);
    await sql.upsert(
      'accounts',
      rowsOf((record) => accountRow(record, payloadOf(record))),
    );
    await sql.upsert(
      'orders',
      rowsOf((record) => orderRow(record.key, payloadOf(record))),
    );
    await sql.upsert(
      'received_money',
      rowsOf((record) => moneyRow(record.key, payloadOf(record))),
    );
  },
};

/** The topic holds nothing but these; the codec has checked it. */
const payloadOf = ({ payload }: ProjectedRecord): ReceivingEvent => payload as ReceivingEvent;
