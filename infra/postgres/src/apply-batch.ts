import { InvariantViolation, invariant } from '@plumbline/kernel';
import { atStep } from '@plumbline/observability';
import type { Fault, Incoming } from './decode-record.ts';
import {
  PostgresDown,
  ProjectionStopped,
  sqlProblemOf,
  UnprojectableRecord,
  wordsOf,
} from './errors.ts';
import { useSchema } from './migrate-projection.ts';
import type { Postgres, SqlTransaction } from './open-postgres.ts';
import * as limits from './limits.ts';
import type { Advance } from './positions.ts';
import { advancePositions } from './positions.ts';
import type { ProjectedRecord, Projection } from './projection.ts';
import { ownTables } from './projection.ts';
import { createProjectionSql } from './projection-sql.ts';

/** A record that could not be folded, for the dead letters. */
export interface Poisoned extends Fault {
  readonly incoming: Incoming;
}

export interface Batch {
  readonly advances: readonly Advance[];
  /** In the order of each partition. */
  readonly records: readonly Incoming[];
}

export interface BatchResult {
  readonly applied: number;
  readonly poisoned: number;
  /** Records that wait behind a poisoned one of their key. */
  readonly parked: number;
}

/**
 * Folds a batch: rows, parked keys and positions change in one SQL transaction or not at all.
 * `bury` is called within it with the records at fault; when it fails, nothing has happened.
 *
 * Errors: LostRace when the position has moved; {@link ProjectionStopped} for a statement that is
 * wrong whatever the record; otherwise what may be tried again.
 */
export async function applyBatch(options: {
  readonly postgres: Postgres;
  readonly projection: Projection;
  readonly schema: string;
  readonly batch: Batch;
  /** `false`: a crash of the server may lose the batch, position and all. For rebuilds. */
  readonly durable?: boolean;
  bury(poisoned: readonly Poisoned[]): Promise<void>;
}): Promise<BatchResult> {
  const { postgres, projection, schema, batch } = options;
  atStep('projection', schema, 'begins');
  const result = await postgres.transaction(async (sql) => {
    await useSchema(sql, schema);
    if (options.durable === false) await sql.query('set local synchronous_commit to off');
    await advancePositions(sql, batch.advances);
    const folding = new Folding(projection, sql);
    await folding.fold(batch.records);
    if (folding.poisoned.length > 0) await options.bury(folding.poisoned);
    atStep('projection', schema, 'folded');
    return {
      applied: folding.applied,
      poisoned: folding.poisoned.length,
      parked: folding.parked,
    };
  });
  atStep('projection', schema, 'committed');
  return result;
}

/** One batch within its transaction. */
class Folding {
  readonly #projection: Projection;
  readonly #sql: SqlTransaction;
  /** Topic and key to the offset that later records wait behind. */
  readonly #parkedKeys = new Map<string, bigint>();
  readonly poisoned: Poisoned[] = [];
  applied = 0;
  parked = 0;

  constructor(projection: Projection, sql: SqlTransaction) {
    this.#projection = projection;
    this.#sql = sql;
  }

  async fold(records: readonly Incoming[]): Promise<void> {
    await this.#loadParkedKeys(records);
    let run: Incoming[] = [];
    for (const incoming of records) {
      if (incoming.fault === null) {
        run.push(incoming);
        continue;
      }
      await this.#applyRun(run);
      run = [];
      // A record without a readable key has nothing that could wait behind it.
      if (await this.#parkIfBehind(incoming)) continue;
      await this.#poison(incoming, incoming.fault);
    }
    await this.#applyRun(run);
  }

  /** Applies all at once; if that fails, by halves, until the record at fault stands alone. */
  async #applyRun(run: readonly Incoming[]): Promise<void> {
    const free: { readonly incoming: Incoming; readonly decoded: ProjectedRecord }[] = [];
    for (const incoming of run) {
      if (await this.#parkIfBehind(incoming)) continue;
      invariant(incoming.decoded !== null, 'a record without a fault is decoded');
      free.push({ incoming, decoded: incoming.decoded });
    }
    const [first] = free;
    if (first === undefined) return;
    const fault = await this.#tryApply(free.map(({ decoded }) => decoded));
    if (fault === null) {
      this.applied += free.length;
      return;
    }
    if (free.length === 1) return this.#poison(first.incoming, fault);
    const half = Math.ceil(free.length / 2);
    const incoming = free.map((each) => each.incoming);
    await this.#applyRun(incoming.slice(0, half));
    await this.#applyRun(incoming.slice(half));
  }

  async #tryApply(records: readonly ProjectedRecord[]): Promise<Fault | null> {
    await this.#sql.query('savepoint projection');
    try {
      const { tables } = this.#projection;
      await this.#projection.apply(records, createProjectionSql(this.#sql, tables));
    } catch (error) {
      const fault = faultOf(error, this.#projection);
      await this.#sql.query('rollback to savepoint projection');
      return fault;
    }
    await this.#sql.query('release savepoint projection');
    return null;
  }

  async #poison(incoming: Incoming, { reason, message }: Fault): Promise<void> {
    const { topic, partition, offset, key } = incoming.record;
    const shown = message.slice(0, limits.messageCharsMax);
    this.poisoned.push({ incoming, reason, message: shown });
    if (key === null) return;
    const text = storable(key);
    this.#parkedKeys.set(place(topic, text), offset);
    await this.#sql.query(
      `insert into ${ownTables.parkedKeys} (topic, key, partition, "offset", reason, message)
       values (?, ?, ?, ?, ?, ?)`,
      [topic, text, partition, offset, reason, storable(Buffer.from(shown))],
    );
  }

  /** True if the record's key waits for an earlier one; the record is then written down. */
  async #parkIfBehind(incoming: Incoming): Promise<boolean> {
    const { topic, partition, offset, key } = incoming.record;
    if (key === null) return false;
    const text = storable(key);
    const behind = this.#parkedKeys.get(place(topic, text));
    if (behind === undefined) return false;
    this.parked += 1;
    await this.#sql.query(
      `insert into ${ownTables.parkedRecords} (topic, partition, "offset", key, parked_behind)
       values (?, ?, ?, ?, ?)`,
      [topic, partition, offset, text, behind],
    );
    return true;
  }

  async #loadParkedKeys(records: readonly Incoming[]): Promise<void> {
    const keys = new Set(records.flatMap(({ record: { key } }) => (key ? [storable(key)] : [])));
    if (keys.size === 0) return;
    const rows = await this.#sql.query<{ topic: string; key: string; offset: bigint }>(
      `select topic, key, "offset" from ${ownTables.parkedKeys} where key = any(?)`,
      [[...keys]],
    );
    for (const row of rows) this.#parkedKeys.set(place(row.topic, row.key), row.offset);
  }
}

const place = (topic: string, key: string): string => `${topic} ${key}`;

/** Postgres holds every character but U+0000. */
const storable = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\0', '\uFFFD');

/** What is wrong with the record; throws on when the record is not what is wrong. */
function faultOf(error: unknown, projection: Projection): Fault {
  if (error instanceof UnprojectableRecord) {
    return { reason: error.reason, message: error.message };
  }
  if (error instanceof InvariantViolation || error instanceof PostgresDown) throw error;
  const message = wordsOf(error);
  const problem = sqlProblemOf(error);
  switch (problem) {
    case 'down':
    case 'conflict':
      throw error;
    case 'statement':
      throw new ProjectionStopped(
        `a statement of projection ${projection.name} version ${projection.version} is wrong or ` +
          `not allowed, whatever the record: ${message}. Mend the code or the database's rights.`,
        { cause: error },
      );
    case 'value':
      return { reason: 'VALUE_REFUSED', message };
    case 'other':
      return { reason: 'PROJECTION_FAILED', message };
  }
}
