import { PositionOutOfRange } from '../errors.ts';
import type { Ends, Fetched, Isolation, LogRecord, OutgoingRecord } from '../log.ts';

/** One transaction, as the partitions that it touched see it. */
export interface MemoryTransaction {
  status: 'open' | 'committed' | 'aborted';
  readonly startedMs: number;
  /** May be written to; those that were are `touched` and get a marker. */
  readonly added: Set<MemoryPartition>;
  readonly touched: Set<MemoryPartition>;
}

interface Entry {
  /** `null`: a control marker or what the cleaner took, which uses up an offset and is never delivered. */
  readonly record: LogRecord | null;
  readonly transaction: MemoryTransaction | null;
  readonly bytes: number;
}

export interface CompactOptions {
  /** Below it, and below the last stable offset, records are cleaned. */
  readonly beforeOffset: bigint;
  /** Deletions below it are forgotten too, as when `delete.retention.ms` is over. */
  readonly forgetTombstonesBefore: bigint;
}

export interface Compacted {
  /** Offset of the newest deletion that is forgotten now; null if none was. */
  readonly newestForgotten: bigint | null;
}

/** What a record weighs in a fetch, besides key and value. Nearly what Kafka's framing costs. */
const RECORD_OVERHEAD_BYTES = 70;

/** One partition: offsets without gaps, transactions with markers, a last stable offset. */
export class MemoryPartition {
  readonly topic: string;
  readonly partition: number;
  #startOffset = 0n;
  #entries: Entry[] = [];
  readonly #open = new Map<MemoryTransaction, bigint>();

  constructor(at: { topic: string; partition: number }) {
    this.topic = at.topic;
    this.partition = at.partition;
  }

  append(
    record: OutgoingRecord,
    context: { nowMs: number; transaction: MemoryTransaction | null },
  ): LogRecord {
    const offset = this.#end();
    if (context.transaction !== null && !this.#open.has(context.transaction)) {
      this.#open.set(context.transaction, offset);
      context.transaction.touched.add(this);
    }
    const headers: Record<string, Buffer> = {};
    for (const [name, value] of Object.entries(record.headers)) headers[name] = Buffer.from(value);
    const appended: LogRecord = {
      topic: this.topic,
      partition: this.partition,
      offset,
      timestampMs: context.nowMs,
      key: record.key === null ? null : Buffer.from(record.key),
      value: record.value === null ? null : Buffer.from(record.value),
      headers,
    };
    const bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
    this.#entries.push({ transaction: context.transaction, bytes, record: appended });
    return appended;
  }

  /** Writes the commit or abort marker of a transaction whose status was just set. */
  mark(transaction: MemoryTransaction): void {
    this.#open.delete(transaction);
    this.#entries.push({ record: null, transaction, bytes: RECORD_OVERHEAD_BYTES });
  }

  ends(): Ends {
    const lastStableOffset = this.readableEnd('read_committed');
    return { logStartOffset: this.#startOffset, lastStableOffset, highWatermark: this.#end() };
  }

  /** Up to where readers see. */
  readableEnd(isolation: Isolation): bigint {
    let end = this.#end();
    if (isolation === 'read_uncommitted') return end;
    for (const first of this.#open.values()) if (first < end) end = first;
    return end;
  }

  /** Forgets everything below the offset, as retention or DeleteRecords does. */
  deleteBefore(offset: bigint): void {
    const drop = offset > this.#end() ? this.#end() : offset;
    if (drop <= this.#startOffset) return;
    this.#entries = this.#entries.slice(Number(drop - this.#startOffset));
    this.#startOffset = drop;
  }

  /**
   * What the log cleaner does: of each key only the newest committed record stays, offsets stay as
   * they are with gaps between them, and old deletions go in the end.
   */
  compact({ beforeOffset, forgetTombstonesBefore }: CompactOptions): Compacted {
    const { lastStableOffset } = this.ends();
    const before = beforeOffset < lastStableOffset ? beforeOffset : lastStableOffset;
    const newer = new Set<string>();
    let forgotten: bigint | null = null;
    for (let index = Number(before - this.#startOffset) - 1; index >= 0; index -= 1) {
      const entry = this.#entries[index];
      if (entry === undefined || entry.record === null) continue;
      const { key, value, offset } = entry.record;
      const name = key?.toString('latin1') ?? '';
      const isAborted = entry.transaction?.status === 'aborted';
      const isForgotten = value === null && offset < forgetTombstonesBefore;
      const isReplaced = newer.has(name);
      if (!isAborted) newer.add(name);
      if (!isAborted && !isReplaced && !isForgotten) continue;
      if (!isAborted && !isReplaced) forgotten ??= offset;
      this.#entries[index] = { record: null, transaction: null, bytes: RECORD_OVERHEAD_BYTES };
    }
    return { newestForgotten: forgotten };
  }

  read(from: {
    readonly offset: bigint;
    readonly isolation: Isolation;
    readonly bytesMax: number;
    readonly sentAtBrokerMs: number | null;
  }): Fetched {
    const ends = this.ends();
    if (from.offset < ends.logStartOffset || from.offset > ends.highWatermark) {
      throw new PositionOutOfRange({
        topic: this.topic,
        partition: this.partition,
        offset: from.offset,
        detail: `the log holds ${ends.logStartOffset.toString()} to ${ends.highWatermark.toString()}`,
      });
    }
    const committed = from.isolation === 'read_committed';
    const limit = committed ? ends.lastStableOffset : ends.highWatermark;
    const records: LogRecord[] = [];
    let next = from.offset;
    for (let bytes = 0; next < limit && bytes < from.bytesMax; next += 1n) {
      const entry = this.#entries[Number(next - this.#startOffset)];
      if (entry === undefined) break;
      if (entry.record === null) continue;
      if (committed && entry.transaction?.status === 'aborted') continue;
      records.push(entry.record);
      bytes += entry.bytes;
    }
    const at = { topic: this.topic, partition: this.partition };
    return { ...at, ...ends, records, nextOffset: next, sentAtBrokerMs: from.sentAtBrokerMs };
  }

  #end(): bigint {
    return this.#startOffset + BigInt(this.#entries.length);
  }
}
