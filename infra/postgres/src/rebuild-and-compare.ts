import { randomBytes } from 'node:crypto';
import type { Logger } from '@plumbline/observability';
import { silentLogger } from '@plumbline/observability';
import type { RowDifference, TableChecksum } from './checksum.ts';
import { rowDifferences, tableChecksum } from './checksum.ts';
import { RebuildRefused } from './errors.ts';
import * as limits from './limits.ts';
import { migrateProjection, shareSchema, tryLockSchema, useSchema } from './migrate-projection.ts';
import type { Postgres, SqlTransaction } from './open-postgres.ts';
import type { ProjectionPosition } from './positions.ts';
import { readPositions } from './positions.ts';
import type { Projection, ProjectionTable } from './projection.ts';
import { checkProjection, ownTables, quoted, schemaOf } from './projection.ts';
import type { RebuildProgress } from './rebuild/fold-goals.ts';
import { foldGoals } from './rebuild/fold-goals.ts';
import { unpaced } from './rebuild/pace.ts';
import type { ReadOnlyCodec, ReadOnlyLog } from './rebuild/read-only-log.ts';
import { readOnlyCodec, readOnlyLog } from './rebuild/read-only-log.ts';
import type { RebuildContext } from './rebuild/rebuild-partition.ts';
import { swapLockOf } from './rebuild/schemas.ts';

export interface TableComparison {
  readonly table: string;
  readonly equal: boolean;
  readonly liveRows: bigint;
  readonly rebuiltRows: bigint;
  readonly liveChecksum: string;
  readonly rebuiltChecksum: string;
  /** At most 20, by key within buckets of keys. */
  readonly differences: readonly RowDifference[];
  readonly moreDifferences: boolean;
}

export interface RebuildComparison {
  /** The schema of the live read model. */
  readonly schema: string;
  readonly equal: boolean;
  readonly tables: readonly TableComparison[];
  /** What was compared: the live read model as it stood here. */
  readonly positions: readonly ProjectionPosition[];
  readonly records: number;
  readonly elapsedMs: number;
}

export interface RebuildOptions {
  readonly projection: Projection;
  readonly log: ReadOnlyLog;
  readonly codec: ReadOnlyCodec;
  /** With a statement time-out that fits the largest table: its checksum is one statement. */
  readonly postgres: Postgres;
  readonly logger?: Logger;
  readonly onProgress?: (progress: RebuildProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Proves that a live read model is what the log says: takes its positions and checksums in one
 * snapshot, builds it again from the log beside it up to exactly those positions, and compares table
 * by table. The live one goes on meanwhile and is not touched.
 *
 * Errors: {@link RebuildRefused} when there is nothing to compare or the log no longer holds what it
 * takes; the reason of an aborted signal. The tables built beside are dropped in any case.
 */
export async function rebuildAndCompare(options: RebuildOptions): Promise<RebuildComparison> {
  const { projection, postgres } = options;
  checkProjection(projection);
  const schema = schemaOf(projection);
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  const context: RebuildContext = {
    copiedRowsMin: limits.copiedRowsMin,
    ...{ projection, postgres, signal, logger: options.logger ?? silentLogger },
    ...{ log: readOnlyLog(options.log), codec: readOnlyCodec(options.codec) },
  };
  await dropAbandoned(postgres, schema);
  // The snapshot stays open to the end, so that rows found to differ can be shown as they were.
  return postgres.transaction(
    async (live) => {
      // The server would end a transaction that waits for the rebuild.
      await live.query('set local idle_in_transaction_session_timeout to 0');
      // Names mean the same tables to the end: nothing is swapped in meanwhile.
      await shareSchema(live, swapLockOf(schema));
      const startedAt = performance.now();
      const before = await snapshot(live, projection);
      await refuseLostRecords(options.log, schema, before.positions);
      const beside = `${schema}_check_${randomBytes(4).toString('hex')}`;
      await tryLockSchema(live, lockOf(beside));
      try {
        await prepare(postgres, projection, { beside, positions: before.positions });
        const records = await foldGoals(context, {
          ...{ schema: beside, goals: before.positions.map(wholeOf), pace: unpaced },
          ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
        });
        const tables = await compare(postgres, { projection, beside, live, before: before.sums });
        return {
          schema,
          equal: tables.every((table) => table.equal),
          tables,
          positions: before.positions,
          records,
          elapsedMs: performance.now() - startedAt,
        };
      } finally {
        await drop(postgres, beside, context.logger);
      }
    },
    { isolation: 'repeatable read' },
  );
}

const lockOf = (schema: string): string => `check ${schema}`;

/** All that the live read model has folded of a partition. */
const wholeOf = ({
  topic,
  partition,
  incarnation,
  startOffset,
  nextOffset,
}: ProjectionPosition) => ({
  ...{ topic, partition, incarnation, from: startOffset, to: nextOffset },
});

/** Tables that are compared: the projection's, and what waits behind poison. */
const comparedTables = (projection: Projection): readonly ProjectionTable[] => [
  ...projection.tables,
  { name: ownTables.parkedKeys, primaryKey: ['topic', 'key'] },
  { name: ownTables.parkedRecords, primaryKey: ['topic', 'partition', 'offset'] },
];

interface Snapshot {
  readonly positions: readonly ProjectionPosition[];
  readonly sums: ReadonlyMap<string, TableChecksum>;
}

async function snapshot(live: SqlTransaction, projection: Projection): Promise<Snapshot> {
  const schema = schemaOf(projection);
  const [there] = await live.query<{ there: boolean }>(
    'select to_regclass(?) is not null as there',
    [`${schema}.${ownTables.positions}`],
  );
  if (there?.there !== true) {
    throw new RebuildRefused(`there is no read model ${schema}: it has never run in this database`);
  }
  await useSchema(live, schema);
  const done = await live.query<{ name: string }>(`select name from ${ownTables.migrations}`);
  const has = new Set(done.map(({ name }) => name));
  const lacking = projection.migrations.filter(({ name }) => !has.has(name));
  if (lacking.length > 0 || has.size !== projection.migrations.length) {
    throw new RebuildRefused(
      `the live ${schema} was made by another version of the code (migrations ` +
        `${[...has].join(', ') || 'none'}): run the service of this version first`,
    );
  }
  const positions = await readPositions(live, schema);
  const sums = new Map<string, TableChecksum>();
  for (const table of comparedTables(projection)) {
    sums.set(table.name, await tableChecksum(live, table));
  }
  return { positions, sums };
}

async function refuseLostRecords(
  log: ReadOnlyLog,
  schema: string,
  positions: readonly ProjectionPosition[],
): Promise<void> {
  const described = await log.describeTopics([...new Set(positions.map(({ topic }) => topic))]);
  for (const position of positions) {
    const { topic, partition, startOffset, nextOffset } = position;
    const where = `${topic}-${partition}`;
    const incarnation = described.find((each) => each.topic === topic)?.incarnation;
    if (incarnation !== position.incarnation) {
      throw new RebuildRefused(
        `${schema} was built from ${where} of log ${position.incarnation}; the topic is now ` +
          `${incarnation ?? 'gone'}, so there is nothing to compare with`,
      );
    }
    const { logStartOffset, highWatermark } = await log.ends({ topic, partition });
    if (startOffset < nextOffset && logStartOffset > startOffset) {
      throw new RebuildRefused(
        `${schema} began at offset ${startOffset.toString()} of ${where}, which now begins at ` +
          `${logStartOffset.toString()}: retention has deleted records that the rebuild needs`,
      );
    }
    if (nextOffset > highWatermark) {
      throw new RebuildRefused(
        `${schema} stands at offset ${nextOffset.toString()} of ${where}, which ends at ` +
          `${highWatermark.toString()}: the topic was restored from an older copy`,
      );
    }
  }
}

/** The same tables in a schema beside, and positions that begin where the live ones began. */
async function prepare(
  postgres: Postgres,
  projection: Projection,
  to: { readonly beside: string; readonly positions: readonly ProjectionPosition[] },
): Promise<void> {
  await migrateProjection({ postgres, projection, schema: to.beside });
  await postgres.transaction(async (sql) => {
    await useSchema(sql, to.beside);
    for (const { topic, partition, incarnation, startOffset } of to.positions) {
      await sql.query(
        `insert into ${ownTables.positions}
           (topic, partition, incarnation, start_offset, next_offset, time_ms)
         values (?, ?, ?, ?, ?, 0)`,
        [topic, partition, incarnation, startOffset, startOffset],
      );
    }
  });
}

async function compare(
  postgres: Postgres,
  of: {
    readonly projection: Projection;
    readonly beside: string;
    readonly live: SqlTransaction;
    readonly before: Snapshot['sums'];
  },
): Promise<readonly TableComparison[]> {
  return postgres.transaction(async (sql) => {
    await useSchema(sql, of.beside);
    const tables: TableComparison[] = [];
    for (const table of comparedTables(of.projection)) {
      const live = of.before.get(table.name);
      if (live === undefined) continue;
      const rebuilt = await tableChecksum(sql, table);
      const equal = live.checksum === rebuilt.checksum;
      const found = equal
        ? { differences: [], more: false }
        : await rowDifferences({
            table,
            live: { sql: of.live, checksum: live },
            rebuilt: { sql, checksum: rebuilt },
          });
      tables.push({
        ...{ table: table.name, equal, differences: found.differences },
        ...{ liveRows: live.rows, rebuiltRows: rebuilt.rows, moreDifferences: found.more },
        ...{ liveChecksum: live.checksum, rebuiltChecksum: rebuilt.checksum },
      });
    }
    return tables;
  });
}

async function drop(postgres: Postgres, schema: string, logger: Logger): Promise<void> {
  try {
    await postgres.query(`drop schema if exists ${quoted(schema)} cascade`);
  } catch (error) {
    // The next comparison drops what a killed or cut-off one left behind.
    logger.warn('the tables of a rebuild could not be dropped', { schema, error });
  }
}

/** Drops what comparisons left behind whose process was killed. */
async function dropAbandoned(postgres: Postgres, schema: string): Promise<void> {
  const found = await postgres.query<{ name: string }>(
    'select nspname as name from pg_namespace where starts_with(nspname, ?)',
    [`${schema}_check_`],
  );
  for (const { name } of found) {
    await postgres.transaction(async (sql) => {
      if (!(await tryLockSchema(sql, lockOf(name)))) return;
      await sql.query(`drop schema if exists ${quoted(name)} cascade`);
    });
  }
}
