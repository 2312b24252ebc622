import { InvariantViolation, invariant } from '@plumbline/kernel';
import type { Fault, Incoming } from './decode-record.ts';
import {
  PostgresDown,
  ProjectionStopped,
  sqlProblemOf,
  UnprojectableRecord,
  wordsOf,
} from './errors.ts';
import * as limits from './limits.ts';
import type { ProjectedRecord, Projection } from './projection.ts';
import type { ProjectionSql } from './projection-sql.ts';

/** A record that could not be folded, for the dead letters. */
export interface Poisoned extends Fault {
  readonly incoming: Incoming;
}

/** A key whose later records wait behind one at fault. */
export interface ParkedKey {
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
  readonly message: string;
}

/** A record that waits behind another of its key. */
export interface ParkedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly behind: bigint;
}

/** One transaction of a read model, as folding needs it: on Postgres, or in memory. */
export interface FoldStore {
  readonly sql: ProjectionSql;
  /** Runs the work; if it throws, undoes what it wrote, and throws on. */
  undoable(work: () => Promise<void>): Promise<void>;
  parkedKeys(
    keys: readonly string[],
  ): Promise<readonly Pick<ParkedKey, 'topic' | 'key' | 'offset'>[]>;
  parkKey(parked: ParkedKey): Promise<void>;
  parkRecord(parked: ParkedRecord): Promise<void>;
}

export interface Folded {
  readonly applied: number;
  /** Records that wait behind a poisoned one of their key. */
  readonly parked: number;
  readonly poisoned: readonly Poisoned[];
}

/** Folds records, in the order of each partition, within a transaction that the caller ends. */
export async function foldRecords(options: {
  readonly projection: Projection;
  readonly store: FoldStore;
  readonly records: readonly Incoming[];
}): Promise<Folded> {
  const folding = new Folding(options.projection, options.store);
  await folding.fold(options.records);
  return folding;
}

class Folding implements Folded {
  readonly #projection: Projection;
  readonly #store: FoldStore;
  /** Topic and key to the offset that later records wait behind. */
  readonly #parkedKeys = new Map<string, bigint>();
  readonly poisoned: Poisoned[] = [];
  applied = 0;
  parked = 0;

  constructor(projection: Projection, store: FoldStore) {
    this.#projection = projection;
    this.#store = store;
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
    const { sql } = this.#store;
    try {
      await this.#store.undoable(() => this.#projection.apply(records, sql));
    } catch (error) {
      return faultOf(error, this.#projection);
    }
    return null;
  }

  async #poison(incoming: Incoming, { reason, message }: Fault): Promise<void> {
    const { topic, partition, offset, key } = incoming.record;
    const shown = message.slice(0, limits.messageCharsMax);
    this.poisoned.push({ incoming, reason, message: shown });
    if (key === null) return;
    const text = storable(key);
    this.#parkedKeys.set(place(topic, text), offset);
    await this.#store.parkKey({
      ...{ topic, key: text, partition, offset, reason },
      message: storable(Buffer.from(shown)),
    });
  }

  /** True if the record's key waits for an earlier one; the record is then written down. */
  async #parkIfBehind(incoming: Incoming): Promise<boolean> {
    const { topic, partition, offset, key } = incoming.record;
    if (key === null) return false;
    const text = storable(key);
    const behind = this.#parkedKeys.get(place(topic, text));
    if (behind === undefined) return false;
    this.parked += 1;
    await this.#store.parkRecord({ topic, partition, offset, key: text, behind });
    return true;
  }

  async #loadParkedKeys(records: readonly Incoming[]): Promise<void> {
    const keys = new Set(records.flatMap(({ record: { key } }) => (key ? [storable(key)] : [])));
    if (keys.size === 0) return;
    const rows = await this.#store.parkedKeys([...keys]);
    for (const row of rows) this.#parkedKeys.set(place(row.topic, row.key), row.offset);
  }
}

const place = (topic: string, key: string): string => `${topic} ${key}`;

/** Postgres holds every character but U+0000. */
export const storable = (bytes: Buffer): string =>
  bytes.toString('utf8').replaceAll('\0', '\uFFFD');

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
