import type { Logger } from '@plumbline/observability';
import { registerSecret } from '@plumbline/observability';
import createKnex from 'knex';
import type { Knex } from 'knex';
import pg from 'pg';
import { PostgresDown, sqlProblemOf, wordsOf } from './errors.ts';
import * as limits from './limits.ts';

/** `?` placeholders in order; a list for `= any(?)`. A `bigint` is written exactly. */
export type Bindings = readonly SqlValue[];
export type SqlValue =
  null | string | number | bigint | boolean | Buffer | readonly (string | number | bigint)[];

/** Statements, in or outside a transaction. */
export interface Sql {
  /** `int8` comes as `bigint`, `numeric` as text, `jsonb` parsed: never through a float. */
  query<Row extends object>(text: string, bindings?: Bindings): Promise<readonly Row[]>;
}

/** A transaction at hand. */
export interface SqlTransaction extends Sql {
  /** For migrations and what the query builder does better; ends with the transaction. */
  readonly knex: Knex.Transaction;
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
}

export interface Postgres extends Sql {
  /** `host:port/database`, for messages. */
  readonly address: string;
  /** Commits what `work` did when it resolves, rolls back when it throws. */
  transaction<T>(
    work: (sql: SqlTransaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** Resolves when a statement was answered. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; the password never reaches a log or an error. */
  readonly url: string;
  readonly poolMax?: number;
  /** Longest statement, ms; the client gives up 2 s later should the server be frozen. */
  readonly statementTimeoutMs?: number;
  readonly clientGraceMs?: number;
  readonly acquireTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  readonly logger: Logger;
}

/** pg's own parsers, but 64-bit integers exactly. */
const exactTypes = new pg.TypeOverrides();
exactTypes.setTypeParser(pg.types.builtins.INT8, BigInt);

/**
 * A pool of connections, made when they are needed: Postgres may be away when this is called.
 *
 * Errors: {@link PostgresDown} from every call while Postgres is away or too slow; statements' own
 * errors as pg gives them.
 */
export function openPostgres(options: PostgresOptions): Postgres {
  const address = addressOf(options.url);
  const statementTimeoutMs = options.statementTimeoutMs ?? limits.statementTimeoutMs;
  const knex = createKnex({
    client: 'pg',
    connection: {
      connectionString: options.url,
      application_name: options.applicationName ?? 'plumbline',
      connectionTimeoutMillis: limits.connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + (options.clientGraceMs ?? limits.clientGraceMs),
      idle_in_transaction_session_timeout: limits.idleInTransactionMs,
      keepAlive: true,
      types: exactTypes,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.poolMax ?? limits.poolMax, validate: isIdle },
    acquireConnectionTimeout: options.acquireTimeoutMs ?? limits.acquireTimeoutMs,
    // An error with the bindings in it would carry data into logs and dead letters.
    compileSqlOnError: false,
    log: knexLog(options.logger),
  });

  const named = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof PostgresDown || sqlProblemOf(error) !== 'down') throw error;
      throw new PostgresDown(`Postgres at ${address} does not answer: ${wordsOf(error)}`, {
        cause: error,
      });
    }
  };

  return {
    address,
    query: (text, bindings) => named(() => query(knex, text, bindings)),
    transaction: (work, how = {}) =>
      named(() =>
        knex.transaction((trx) => work(sqlOver(trx)), {
          isolationLevel: how.isolation ?? 'read committed',
          readOnly: how.readOnly ?? false,
        }),
      ),
    ping: () => named(() => query(knex, 'select 1').then(() => undefined)),
    close: () => knex.destroy(),
  };
}

/**
 * A connection whose query was given up on still waits for its answer, and would keep every later
 * query waiting: it is replaced. pg keeps the flag of the protocol's ReadyForQuery under this name.
 */
const isIdle = (connection: { readonly readyForQuery?: boolean }): boolean =>
  connection.readyForQuery !== false;

const sqlOver = (trx: Knex.Transaction): SqlTransaction => ({
  knex: trx,
  query: (text, bindings) => query(trx, text, bindings),
});

async function query<Row extends object>(
  knex: Knex,
  text: string,
  bindings: Bindings = [],
): Promise<readonly Row[]> {
  // knex types neither bigint nor lists as values; pg writes both.
  const values = bindings as readonly Knex.RawBinding[];
  const { rows } = await knex.raw<{ readonly rows: readonly Row[] }>(text, values);
  return rows;
}

function addressOf(url: string): string {
  if (!URL.canParse(url)) throw new Error('the Postgres URL cannot be read (it is not shown)');
  const { hostname, port, pathname, password } = new URL(url);
  if (password !== '') registerSecret(decodeURIComponent(password));
  return `${hostname}:${port || '5432'}${pathname}`;
}

/** knex warns through the console unless told otherwise. */
const knexLog = (logger: Logger): Knex.Logger => ({
  warn: (message: unknown) => logger.warn('knex', { detail: String(message) }),
  error: (message: unknown) => logger.warn('knex', { detail: String(message) }),
  deprecate: () => undefined,
  debug: () => undefined,
});
