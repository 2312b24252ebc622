import { PositionOutOfRange } from '../errors.ts';
import type { Ends, Fetched, Isolation, LogRecord, OutgoingRecord } from '../log.ts';

/** One transaction, as the partitions that it touched see it. */
export interface MemoryTransaction {
  status: 'open' | 'committed' | 'aborted';
  readonly startedMs: number;
  readonly touched: Set<MemoryPartition>;
}

interface Entry {
  /** `null`: a control marker, which uses up an offset and is never delivered. */
  readonly record: LogRecord | null;
  readonly transaction: MemoryTransaction | null;
  readonly bytes: number;
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
  ) {
    const offset = this.#end();
    if (context.transaction !== null && !this.#open.has(context.transaction)) {
      this.#open.set(context.transaction, offset);
      context.transaction.touched.add(this);
    }
    const headers: Record<string, Buffer> = {};
    for (const [name, value] of Object.entries(record.headers)) headers[name] = Buffer.from(value);
    this.#entries.push({
      transaction: context.transaction,
      bytes: RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0),
      record: {
        topic: this.topic,
        partition: this.partition,
        offset,
        timestampMs: context.nowMs,
        key: record.key === null ? null : Buffer.from(record.key),
        value: record.value === null ? null : Buffer.from(record.value),
        headers,
      },
    });
    return offset;
  }

  /** Writes the commit or abort marker of a transaction whose status was just set. */
  mark(transaction: MemoryTransaction): void {
    this.#open.delete(transaction);
    this.#entries.push({ record: null, transaction, bytes: RECORD_OVERHEAD_BYTES });
  }

  ends(): Ends {
    let lastStableOffset = this.#end();
    for (const first of this.#open.values()) {
      if (first < lastStableOffset) lastStableOffset = first;
    }
    return { logStartOffset: this.#startOffset, lastStableOffset, highWatermark: this.#end() };
  }

  /** Forgets everything below the offset, as retention or DeleteRecords does. */
  deleteBefore(offset: bigint): void {
    const drop = offset > this.#end() ? this.#end() : offset;
    if (drop <= this.#startOffset) return;
    this.#entries = this.#entries.slice(Number(drop - this.#startOffset));
    this.#startOffset = drop;
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
