import type { Fetched, LogRecord } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import { limits } from '../limits.ts';

/** A record with the running maximum of its input's append times. */
export interface TimedRecord {
  readonly record: LogRecord;
  readonly timeMs: number;
}

/**
 * What one input has brought and not yet been taken, and its frontier: a time below which it can
 * bring nothing more.
 */
export interface InputBuffer {
  readonly topic: string;
  offer(fetched: Fetched): void;
  peek(): TimedRecord | undefined;
  take(): TimedRecord;
  readonly length: number;
  /** No more is to be fetched. */
  isFull(): boolean;
  /** See ARCHITECTURE "Time"; -Infinity until anything is known. Of append times, not of due times. */
  frontierMs(): number;
  /**
   * All that is committed has been read, and an open transaction keeps the frontier where it is: its
   * end is news, which a fetch brings at once.
   */
  isHeldOpen(): boolean;
  /** When the next record may be taken, broker time; null where there is none, or no delay. */
  dueMs(): number | null;
  /** The next offset to take: after the last taken record, or past markers when all is taken. */
  position(): bigint;
  /** Running maximum of append times of what was taken. */
  timeMs(): number;
  /** Everything up to here has been read, though perhaps not taken. */
  readPosition(): bigint;
  /**
   * Committed records not yet taken, markers left out where they are known. What only waits to be
   * due at this broker time does not count; null: nothing is due.
   */
  lag(brokerNowMs: number | null): bigint;
  /** Committed records that are not due yet. */
  waiting(brokerNowMs: number | null): bigint;
  buffered(): Iterable<TimedRecord>;
}

/** With a delay, records are kept as copies, since what waits half an hour must not hold a fetch. */
export function createInputBuffer(start: {
  readonly topic: string;
  readonly offset: bigint;
  readonly timeMs: number;
  readonly delayMs?: number | null;
}): InputBuffer {
  const delayMs = start.delayMs ?? null;
  let queue: TimedRecord[] = [];
  let head = 0;
  /** Of what is buffered; counted for delayed inputs. */
  let bytes = 0;
  let readTimeMs = start.timeMs;
  let takenTimeMs = start.timeMs;
  let nextRead = start.offset;
  let nextTake = start.offset;
  let lastStable = start.offset;
  let isHeldOpen = false;
  let drainedUntilMs = Number.NEGATIVE_INFINITY;

  const isEmpty = (): boolean => head === queue.length;
  const length = (): number => queue.length - head;

  function keep(record: LogRecord): void {
    readTimeMs = Math.max(readTimeMs, record.timestampMs);
    if (delayMs !== null) bytes += bytesOf(record);
    queue.push({ record: delayMs === null ? record : copyOf(record), timeMs: readTimeMs });
  }

  function unread(): bigint {
    return lastStable > nextRead ? lastStable - nextRead : 0n;
  }

  /** Buffered records that are due. They are in the order in which they become so. */
  function dueCount(brokerNowMs: number | null): number {
    if (delayMs === null) return length();
    let at = head;
    while (at < queue.length && isDueAt(queue[at], brokerNowMs)) at += 1;
    return at - head;
  }

  const isDueAt = (next: TimedRecord | undefined, brokerNowMs: number | null): boolean =>
    next !== undefined && brokerNowMs !== null && next.timeMs + (delayMs ?? 0) <= brokerNowMs;

  function lag(brokerNowMs: number | null): bigint {
    const due = dueCount(brokerNowMs);
    // Behind a record that is not due there is none that is.
    return due < length() ? BigInt(due) : BigInt(due) + unread();
  }

  return {
    topic: start.topic,
    offer(fetched) {
      for (const record of fetched.records) {
        invariant(record.offset >= nextRead, `${start.topic}: an offset came twice`);
        keep(record);
        nextRead = record.offset + 1n;
      }
      invariant(fetched.nextOffset >= nextRead, `${start.topic}: the position went backwards`);
      nextRead = fetched.nextOffset;
      lastStable = fetched.lastStableOffset;
      // Whatever is appended later is appended after the answer, hence after the request was sent.
      // With a transaction open (last stable < high watermark) records of the past may yet surface.
      const isAtEnd = fetched.nextOffset >= fetched.lastStableOffset;
      isHeldOpen = isAtEnd && fetched.lastStableOffset < fetched.highWatermark;
      if (isAtEnd && !isHeldOpen && fetched.sentAtBrokerMs !== null) {
        drainedUntilMs = Math.max(drainedUntilMs, fetched.sentAtBrokerMs);
      }
      if (isEmpty()) nextTake = nextRead;
    },
    peek: () => queue[head],
    take() {
      const next = queue[head];
      invariant(next !== undefined, 'took from an empty input');
      head += 1;
      if (delayMs !== null) bytes -= bytesOf(next.record);
      if (head > 1_024 && head * 2 > queue.length) {
        queue = queue.slice(head);
        head = 0;
      }
      takenTimeMs = next.timeMs;
      nextTake = isEmpty() ? nextRead : next.record.offset + 1n;
      return next;
    },
    get length() {
      return length();
    },
    isFull: () =>
      delayMs === null
        ? length() >= limits.bufferedRecordsPerInput
        : length() >= limits.delayedRecordsPerInput || bytes >= limits.delayedBytesPerInput,
    frontierMs() {
      const next = queue[head];
      if (next !== undefined) return next.timeMs;
      const read = readTimeMs === 0 ? Number.NEGATIVE_INFINITY : readTimeMs;
      return Math.max(drainedUntilMs, read);
    },
    isHeldOpen: () => isHeldOpen,
    dueMs() {
      const next = queue[head];
      return next === undefined || delayMs === null ? null : next.timeMs + delayMs;
    },
    position: () => nextTake,
    timeMs: () => takenTimeMs,
    readPosition: () => nextRead,
    lag,
    waiting: (brokerNowMs) => BigInt(length()) + unread() - lag(brokerNowMs),
    *buffered() {
      for (let i = head; i < queue.length; i += 1) {
        const next = queue[i];
        if (next !== undefined) yield next;
      }
    },
  };
}

function bytesOf({ key, value, headers }: LogRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, each] of Object.entries(headers)) bytes += name.length + each.length;
  return bytes;
}

const ownBytes = (bytes: Buffer | null): Buffer | null =>
  bytes === null ? null : Buffer.from(bytes);

/** Key, value and headers are views into a fetched megabyte, which they would keep alive. */
function copyOf({ topic, partition, offset, timestampMs, key, value, headers }: LogRecord) {
  return {
    ...{ topic, partition, offset, timestampMs },
    ...{ key: ownBytes(key), value: ownBytes(value) },
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, each]) => [name, Buffer.from(each)]),
    ),
  };
}
