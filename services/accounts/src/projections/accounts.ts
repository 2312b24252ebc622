import type { AccountsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProjectedRecord, Projection, ProjectionRow } from '@plumbline/postgres';
import { UnprojectableRecord } from '@plumbline/postgres';
import { entryRow, holdRow, moveOf } from './rows.ts';

/** A row of `balances`. */
export interface BalanceRow {
  readonly account_key: string;
  readonly currency: string;
  readonly tenant: string;
  readonly account: string;
  readonly balance_minor: bigint;
  readonly held_minor: bigint;
}

/**
 * `accounts`, one row an account with its newest version; `balances`, one row a currency of it;
 * `holds`, one row for each that was ever made, or given back before it was; and `entries`, one row
 * for each event that moved a balance, with the balance after it.
 */
export const accountsProjection: Projection = {
  name: 'accounts',
  version: 1,
  inputs: [topics.accountsEvents.name],
  tables: [
    { name: 'accounts', primaryKey: ['account_key'] },
    { name: 'balances', primaryKey: ['account_key', 'currency'] },
    { name: 'holds', primaryKey: ['account_key', 'hold_id'] },
    { name: 'entries', primaryKey: ['account_key', 'version'] },
  ],
  migrations: [
    {
      name: '1-accounts',
      up: async (knex) => {
        await knex.schema.createTable('accounts', (table) => {
          table.text('account_key').primary();
          table.text('tenant').notNullable();
          table.text('account').notNullable();
          table.bigInteger('version').notNullable();
          table.index(['tenant', 'account']);
        });
        await knex.schema.createTable('balances', (table) => {
          table.text('account_key').notNullable();
          table.text('currency').notNullable();
          table.text('tenant').notNullable();
          table.text('account').notNullable();
          table.bigInteger('balance_minor').notNullable();
          table.bigInteger('held_minor').notNullable();
          table.primary(['account_key', 'currency']);
        });
        await knex.schema.createTable('holds', (table) => {
          table.text('account_key').notNullable();
          table.text('hold_id').notNullable();
          table.text('status').notNullable();
          table.text('order_no');
          table.bigInteger('amount_minor');
          table.text('currency');
          table.timestamp('expire_at', { precision: 3 });
          table.timestamp('ended_at', { precision: 3 });
          table.boolean('after_expiry');
          table.text('reason');
          table.primary(['account_key', 'hold_id']);
          table.index(['order_no']);
        });
        await knex.schema.createTable('entries', (table) => {
          table.text('account_key').notNullable();
          table.bigInteger('version').notNullable();
          table.text('kind').notNullable();
          table.text('entry_id').notNullable();
          table.bigInteger('amount_minor').notNullable();
          table.text('currency').notNullable();
          table.bigInteger('balance_after_minor').notNullable();
          table.text('order_no');
          table.text('reason');
          table.timestamp('at', { precision: 3 }).notNullable();
          table.primary(['account_key', 'version']);
        });
      },
    },
  ],
  apply: async (batch, sql) => {
    const keys = [...new Set(batch.map(({ key }) => key))];
    const found = await sql.rowsWhere<BalanceRow>('balances', 'account_key', keys);
    const balances = createBalances(found);
    const entries = batch.flatMap((record) => {
      const { key, envelope } = record;
      const event = payloadOf(record);
      const version = envelope.aggregateVersion;
      if (version === null) throw new UnprojectableRecord('NO_VERSION', 'the event has no version');
      const row = entryRow(event, balances.move(key, event));
      return row === null ? [] : [{ account_key: key, version, ...row }];
    });
    const rowsOf = (of: (record: ProjectedRecord) => ProjectionRow | null) =>
      batch.map(of).filter((row) => row !== null);
    await sql.upsert('accounts', rowsOf(accountRow));
    await sql.upsert('balances', balances.rows());
    const holds = rowsOf((record) => holdRow(record.key, payloadOf(record)));
    await sql.upsert('holds', holds);
    await sql.insertMissing('entries', entries);
  },
};

/** The topic holds nothing but these; the codec has checked it. */
const payloadOf = ({ payload }: ProjectedRecord): AccountsEvent => payload as AccountsEvent;

function accountRow(record: ProjectedRecord): ProjectionRow {
  const { tenant, account } = payloadOf(record).data;
  return { account_key: record.key, tenant, account, version: record.envelope.aggregateVersion };
}

/** The balances that a batch is about, as it moves them. */
function createBalances(found: readonly BalanceRow[]) {
  const placeOf = (key: string, currency: string): string => `${currency} ${key}`;
  const rows = new Map(found.map((row) => [placeOf(row.account_key, row.currency), row]));
  return {
    rows: (): readonly ProjectionRow[] => [...rows.values()].map((row) => ({ ...row })),
    /** Returns the balance after the event; `null` after one that is about no money. */
    move(key: string, event: AccountsEvent): bigint | null {
      const by = moveOf(event);
      if (by === null) return null;
      const { tenant, account } = event.data;
      const place = placeOf(key, by.currency);
      const before = rows.get(place);
      if (before === undefined && event.type !== 'AccountCredited') {
        const message = `${event.type} of ${by.currency}, which the account never had`;
        throw new UnprojectableRecord('NO_BALANCE', message);
      }
      const balance_minor = (before?.balance_minor ?? 0n) + by.balanceMinor;
      const held_minor = (before?.held_minor ?? 0n) + by.heldMinor;
      const who = { account_key: key, currency: by.currency, tenant, account };
      rows.set(place, { ...who, balance_minor, held_minor });
      return balance_minor;
    },
  };
}
