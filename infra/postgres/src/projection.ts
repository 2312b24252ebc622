import type { Envelope } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { invariant } from '@plumbline/kernel';
import type { Knex } from 'knex';
import * as limits from './limits.ts';
import type { ProjectionSql } from './projection-sql.ts';

/**
 * A read model as a value: which topics it folds into which tables. The tables live in a schema of
 * their own, `<name>_v<version>`, so that a new version is built beside the old one.
 *
 *   export const orderTotals: Projection = {
 *     name: 'order_totals',
 *     version: 1,
 *     inputs: [topics.ordersEvents.name],
 *     tables: [{ name: 'orders', primaryKey: ['routing_key'] }],
 *     migrations: [
 *       {
 *         name: '1-orders',
 *         up: (knex) =>
 *           knex.schema.createTable('orders', (table) => {
 *             table.text('routing_key').primary();
 *             table.text('status').notNullable();
 *             table.bigInteger('amount_minor').notNullable().defaultTo(0);
 *           }),
 *       },
 *     ],
 *     async apply(batch, sql) {
 *       const rows = batch.flatMap(({ key, payload }) => {
 *         const event = payload as OrdersEvent;
 *         switch (event.type) {
 *           case 'OrderCreated': {
 *             const { amountMinor } = event.data;
 *             return [{ routing_key: key, status: 'WAITING_PAYMENT', amount_minor: amountMinor }];
 *           }
 *           case 'OrderPaid':
 *             return [{ routing_key: key, status: 'PAID' }];
 *           default:
 *             return [];
 *         }
 *       });
 *       await sql.upsert('orders', rows);
 *     },
 *   };
 *
 * `apply` folds: what it writes is a function of the records and of what its tables hold. No clock,
 * no randomness, no serial ids, no `now()`. The records of one partition of one topic come in order,
 * each once; between topics there is no order, so let one topic alone feed a column, and give a
 * NOT NULL column a default unless every row of an upsert brings it.
 */
export interface Projection {
  /** `a-z`, digits and `_`, at most 32 characters. */
  readonly name: string;
  /**
   * Least time between two fetches while records come, ms; 20 unless given. What readers can wait
   * for is gained in batches: a fetch and an SQL transaction each.
   */
  readonly paceMs?: number;
  /** From 1. Another version is another read model beside this one, built from the log's start. */
  readonly version: number;
  /** Topics, all with the partition count of the log. */
  readonly inputs: readonly string[];
  readonly tables: readonly ProjectionTable[];
  /** In order; one that was released is never changed. Unqualified names mean the own schema. */
  readonly migrations: readonly ProjectionMigration[];
  /**
   * Applies the records in one SQL transaction with their position. What it throws makes the
   * records be tried one by one, and the one at fault a dead letter; see {@link ProjectionSql}.
   */
  apply(batch: readonly ProjectedRecord[], sql: ProjectionSql): Promise<void>;
}

export interface ProjectionTable {
  readonly name: string;
  readonly primaryKey: readonly [string, ...string[]];
}

export interface ProjectionMigration {
  readonly name: string;
  up(knex: Knex.Transaction): PromiseLike<unknown>;
}

/** One record, decoded. */
export interface ProjectedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Identity of the topic that the offset belongs to. */
  readonly incarnation: string;
  /** Append time, epoch ms. */
  readonly timeMs: number;
  readonly key: string;
  readonly envelope: Envelope;
  readonly payload: Payload;
}

/** Tables of the runner itself, in every projection's schema. */
export const ownTables = {
  migrations: 'projection_migrations',
  positions: 'positions',
  parkedKeys: 'parked_keys',
  parkedRecords: 'parked_records',
  rebuilds: 'rebuilds',
} as const;

/** The projection's schema in the database. */
export const schemaOf = (projection: Pick<Projection, 'name' | 'version'>): string =>
  `${projection.name}_v${projection.version}`;

/** The consumer group, and who writes its dead letters. */
export const groupOf = (projection: Pick<Projection, 'name' | 'version'>): string =>
  `projection-${projection.name}-v${projection.version}`;

const identifierPattern = /^[a-z][a-z0-9_]*$/;

/** An identifier as it may stand in a statement. */
export function quoted(identifier: string): string {
  invariant(identifierPattern.test(identifier), `${identifier} is not a plain SQL name`);
  return `"${identifier}"`;
}

/** Refuses a projection that cannot work, before anything is touched. */
export function checkProjection(projection: Projection): void {
  const { name, version, inputs, tables, migrations } = projection;
  const what = `projection ${name}`;
  invariant(
    identifierPattern.test(name) && name.length <= limits.projectionNameCharsMax,
    `${what}: a name is a-z, digits and _, at most ${limits.projectionNameCharsMax} characters`,
  );
  invariant(Number.isInteger(version) && version >= 1, `${what}: versions count from 1`);
  invariant(inputs.length > 0, `${what} has no input`);
  invariant(new Set(inputs).size === inputs.length, `${what} names an input twice`);
  invariant(
    new Set(migrations.map((each) => each.name)).size === migrations.length,
    `${what} has two migrations of one name`,
  );
  const own: readonly string[] = Object.values(ownTables);
  for (const table of tables) {
    invariant(!own.includes(table.name), `${what}: ${table.name} is a table of the runner`);
    for (const column of [table.name, ...table.primaryKey]) quoted(column);
  }
}
