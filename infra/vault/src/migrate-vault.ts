import type { Postgres, Sql } from '@plumbline/postgres';
import { quoted, sqlProblemOf } from '@plumbline/postgres';
import type { Knex } from 'knex';

/** Beside the read models, and never dropped with them: nothing can rebuild it. */
export const vaultSchema = 'plumbline_vault';

interface Migration {
  readonly name: string;
  up(schema: Knex.SchemaBuilder): Promise<unknown>;
}

/** They only add, so that older code goes on with a newer schema while processes are replaced. */
const migrations: readonly Migration[] = [
  {
    name: '1-subject-keys',
    up: (schema) =>
      schema
        .createTable('subject_keys', (table) => {
          table.text('key_id').primary();
          table.text('subject').notNullable();
          // Erased together; the row stays as the proof that it was.
          table.binary('wrapped');
          table.text('master_key_id');
          table.timestamp('created_at', { precision: 3 }).notNullable();
          table.timestamp('erased_at', { precision: 3 });
          table.text('erase_reason');
          table.check('(wrapped is null) = (erased_at is not null)');
          table.check('(wrapped is null) = (master_key_id is null)');
          table.index(['subject']);
        })
        .raw(
          `create unique index subject_keys_live on ${vaultSchema}.subject_keys (subject)
             where wrapped is not null`,
        ),
  },
  {
    name: '2-api-keys',
    up: (schema) =>
      schema.createTable('api_keys', (table) => {
        table.text('key_id').primary();
        table.text('app_id').notNullable();
        table.text('name').notNullable();
        table.binary('digest').notNullable();
        table.specificType('scopes', 'text[]').notNullable();
        table.timestamp('created_at', { precision: 3 }).notNullable();
        table.timestamp('expires_at', { precision: 3 });
        table.timestamp('revoked_at', { precision: 3 });
        table.timestamp('last_used_at', { precision: 3 });
        table.index(['app_id', 'created_at']);
      }),
  },
  {
    name: '3-endpoint-secrets',
    up: (schema) =>
      schema.createTable('endpoint_secrets', (table) => {
        table.text('secret_id').primary();
        table.text('endpoint_id').notNullable();
        table.text('sealed').notNullable();
        table.timestamp('created_at', { precision: 3 }).notNullable();
        table.timestamp('expires_at', { precision: 3 });
        table.index(['endpoint_id', 'created_at']);
      }),
  },
  {
    name: '4-monitor-keys',
    up: (schema) =>
      schema
        .createTable('monitor_clients', (table) => {
          table.text('client_id').primary();
          table.text('pid').notNullable();
          table.specificType('aids', 'text[]').notNullable();
          table.bigInteger('version').notNullable();
          table.timestamp('revoked_at', { precision: 3 });
        })
        .createTable('monitor_keys', (table) => {
          table.text('key_id').primary();
          table.text('client_id').notNullable();
          table.text('sealed').notNullable();
          table.binary('token_digest').notNullable();
          table.bigInteger('version').notNullable();
          table.timestamp('others_end_at', { precision: 3 }).notNullable();
          table.timestamp('created_at', { precision: 3 }).notNullable();
          table.index(['client_id', 'version']);
        }),
  },
  {
    name: '5-reveals',
    up: (schema) =>
      schema.createTable('reveals', (table) => {
        table.text('reveal_id').primary();
        table.text('actor').notNullable();
        table.text('reason').notNullable();
        table.text('what').notNullable();
        table.specificType('key_ids', 'text[]').notNullable();
        table.timestamp('revealed_at', { precision: 3 }).notNullable();
        table.index(['revealed_at']);
      }),
  },
];

/** Processes that start together wait for each other and find the work done. */
async function migrateVault(postgres: Postgres): Promise<void> {
  const schema = quoted(vaultSchema);
  await postgres.transaction(async (sql) => {
    await sql.query(`select pg_advisory_xact_lock(hashtextextended(?, 0))`, [vaultSchema]);
    await sql.query(`create schema if not exists ${schema}`);
    await sql.query(`create table if not exists ${schema}.migrations (name text primary key)`);
    const done = await sql.query<{ name: string }>(`select name from ${schema}.migrations`);
    for (const migration of migrations) {
      if (done.some(({ name }) => name === migration.name)) continue;
      await migration.up(sql.knex.schema.withSchema(vaultSchema));
      await sql.query(`insert into ${schema}.migrations (name) values (?)`, [migration.name]);
    }
  });
}

/**
 * Statements on the vault's tables, which are made before the first of them: Postgres may be away
 * when this is called.
 */
export function vaultSql(postgres: Postgres): Sql {
  let migrating: Promise<void> | null = null;
  return {
    async query(text, bindings) {
      migrating ??= migrateVault(postgres).catch((error: unknown) => {
        migrating = null;
        throw error;
      });
      await migrating;
      try {
        return await postgres.query(text, bindings);
      } catch (error) {
        // Where the tables are gone, the next statement makes them again.
        if (sqlProblemOf(error) === 'statement') migrating = null;
        throw error;
      }
    },
  };
}
