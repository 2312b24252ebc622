import { Unavailable } from '../errors.ts';
import type { Appended, EdgeProducer, OutgoingRecord, TopicPartition } from '../log.ts';
import type { TransactionSession } from '../transaction-session.ts';
import type { Step } from './histories.ts';

export interface Written {
  readonly offset: bigint;
  readonly value: string;
}

/** What a history left on the log, known without reading it. */
export interface Outcome {
  /** Every record by offset, committed or not. */
  readonly all: readonly Written[];
  readonly committed: readonly Written[];
  /** Where the log ends once every transaction's marker, one offset each, is written. */
  readonly endOffset: bigint;
}

export interface Stage extends TopicPartition {
  readonly edge: EdgeProducer;
  /** With a short time-out if the history lets the broker end this producer's transactions. */
  openProducer(producer: number, of: { readonly timesOut: boolean }): Promise<TransactionSession>;
  /** Waits until the log ends at this offset, which tells that a marker was written. */
  untilEnd(offset: bigint): Promise<void>;
  /**
   * Every marker is waited for, so that offsets are the same on every log. If not, markers and the
   * records of other producers race on Kafka.
   */
  readonly settled: boolean;
  /** The key of the n-th record, from 1; by default {@link markerKey}. */
  readonly keyOf?: (count: number) => Buffer;
}

/** That of an abort marker: readers must go by the batch, not by the key. */
const markerKey = Buffer.from([0, 0, 0, 0]);

/** Plays a history, and keeps its own account of what was committed. */
export async function play(steps: readonly Step[], on: Stage): Promise<Outcome> {
  const player = new Player(on, timingOut(steps));
  for (const step of steps) await player.take(step);
  return player.finish();
}

function timingOut(steps: readonly Step[]): ReadonlySet<number> {
  return new Set(steps.flatMap((step) => (step.kind === 'time out' ? [step.producer] : [])));
}

class Player {
  readonly #on: Stage;
  readonly #timingOut: ReadonlySet<number>;
  readonly #sessions = new Map<number, TransactionSession>();
  readonly #open = new Map<number, readonly Written[]>();
  readonly #all: Written[] = [];
  readonly #committed: Written[] = [];
  #written = 0;
  #markers = 0;

  constructor(on: Stage, timingOut: ReadonlySet<number>) {
    this.#on = on;
    this.#timingOut = timingOut;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'plain') {
      const records = this.#make(step.records);
      const noted = note(records, await Promise.all(records.map((r) => this.#on.edge.send(r))));
      this.#all.push(...noted);
      this.#committed.push(...noted);
    } else if (step.kind === 'send') {
      await this.#send(step.producer, step.records);
    } else {
      await this.#end(step.producer, step.kind);
    }
  }

  async finish(): Promise<Outcome> {
    if (this.#open.size > 0) throw new Error('A history that leaves a transaction open');
    for (const session of this.#sessions.values()) await session.close();
    const endOffset = this.#endOffset();
    await this.#on.untilEnd(endOffset);
    return {
      all: [...this.#all].sort(byOffset),
      committed: [...this.#committed].sort(byOffset),
      endOffset,
    };
  }

  async #send(producer: number, count: number): Promise<void> {
    const session = this.#sessions.get(producer) ?? (await this.#openSession(producer));
    const records = this.#make(count);
    const noted = note(records, await session.send(records));
    this.#all.push(...noted);
    this.#open.set(producer, [...(this.#open.get(producer) ?? []), ...noted]);
  }

  async #end(producer: number, how: 'commit' | 'abort' | 'fence' | 'time out'): Promise<void> {
    const session = this.#sessions.get(producer);
    if (how === 'commit') await session?.commit();
    if (how === 'abort')
      await session?.abort().catch((error: unknown) => this.#replace(producer, error));
    if (how === 'commit') this.#committed.push(...(this.#open.get(producer) ?? []));
    if (how === 'fence') {
      await this.#openSession(producer);
      await session?.close();
    }
    if (this.#open.delete(producer)) this.#markers += 1;
    if (how === 'time out') {
      await this.#on.untilEnd(this.#endOffset());
      this.#sessions.delete(producer);
      await session?.close();
    }
    if (this.#on.settled) await this.#on.untilEnd(this.#endOffset());
  }

  /** A stalled broker answers an abort too late for its session; a new owner ends it for certain. */
  async #replace(producer: number, error: unknown): Promise<void> {
    if (!(error instanceof Unavailable)) throw error;
    const late = this.#sessions.get(producer);
    await this.#openSession(producer);
    await late?.close();
  }

  async #openSession(producer: number): Promise<TransactionSession> {
    const session = await this.#on.openProducer(producer, {
      timesOut: this.#timingOut.has(producer),
    });
    this.#sessions.set(producer, session);
    return session;
  }

  #make(count: number): readonly OutgoingRecord[] {
    return Array.from({ length: count }, () => {
      this.#written += 1;
      const number = String(this.#written).padStart(5, '0');
      const value = Buffer.from(`record ${number} ${'x'.repeat(40)}`);
      const key = this.#on.keyOf?.(this.#written) ?? markerKey;
      const { topic, partition } = this.#on;
      return { topic, partition, key, value, headers: {} };
    });
  }

  #endOffset(): bigint {
    return BigInt(this.#written + this.#markers);
  }
}

function note(
  records: readonly OutgoingRecord[],
  appended: readonly Appended[],
): readonly Written[] {
  return records.map(({ value }, index) => ({
    offset: appended[index]?.baseOffset ?? -1n,
    value: String(value),
  }));
}

function byOffset(a: Written, b: Written): number {
  return a.offset < b.offset ? -1 : a.offset > b.offset ? 1 : 0;
}
