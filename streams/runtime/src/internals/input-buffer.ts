import type { Fetched, LogRecord } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';

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
  /** See ARCHITECTURE "Time"; -Infinity until anything is known. */
  frontierMs(): number;
  /** The next offset to take: after the last taken record, or past markers when all is taken. */
  position(): bigint;
  /** Running maximum of append times of what was taken. */
  timeMs(): number;
  /** Everything up to here has been read, though perhaps not taken. */
  readPosition(): bigint;
  /** Committed records not yet taken, markers left out where they are known. */
  lag(): bigint;
  buffered(): Iterable<TimedRecord>;
}

export function createInputBuffer(start: {
  topic: string;
  offset: bigint;
  timeMs: number;
}): InputBuffer {
  let queue: TimedRecord[] = [];
  let head = 0;
  let readTimeMs = start.timeMs;
  let takenTimeMs = start.timeMs;
  let nextRead = start.offset;
  let nextTake = start.offset;
  let lastStable = start.offset;
  let drainedUntilMs = Number.NEGATIVE_INFINITY;

  const isEmpty = (): boolean => head === queue.length;

  return {
    topic: start.topic,
    offer(fetched) {
      for (const record of fetched.records) {
        invariant(record.offset >= nextRead, `${start.topic}: an offset came twice`);
        readTimeMs = Math.max(readTimeMs, record.timestampMs);
        queue.push({ record, timeMs: readTimeMs });
        nextRead = record.offset + 1n;
      }
      invariant(fetched.nextOffset >= nextRead, `${start.topic}: the position went backwards`);
      nextRead = fetched.nextOffset;
      lastStable = fetched.lastStableOffset;
      // Whatever is appended later is appended after the answer, hence after the request was sent.
      // With a transaction open (last stable < high watermark) records of the past may yet surface.
      const drained =
        fetched.nextOffset >= fetched.lastStableOffset &&
        fetched.lastStableOffset === fetched.highWatermark;
      if (drained && fetched.sentAtBrokerMs !== null) {
        drainedUntilMs = Math.max(drainedUntilMs, fetched.sentAtBrokerMs);
      }
      if (isEmpty()) nextTake = nextRead;
    },
    peek: () => queue[head],
    take() {
      const next = queue[head];
      invariant(next !== undefined, 'took from an empty input');
      head += 1;
      if (head > 1_024 && head * 2 > queue.length) {
        queue = queue.slice(head);
        head = 0;
      }
      takenTimeMs = next.timeMs;
      nextTake = isEmpty() ? nextRead : next.record.offset + 1n;
      return next;
    },
    get length() {
      return queue.length - head;
    },
    frontierMs() {
      const next = queue[head];
      if (next !== undefined) return next.timeMs;
      const read = readTimeMs === 0 ? Number.NEGATIVE_INFINITY : readTimeMs;
      return Math.max(drainedUntilMs, read);
    },
    position: () => nextTake,
    timeMs: () => takenTimeMs,
    readPosition: () => nextRead,
    lag: () => {
      const unread = lastStable > nextRead ? lastStable - nextRead : 0n;
      return unread + BigInt(queue.length - head);
    },
    *buffered() {
      for (let i = head; i < queue.length; i += 1) {
        const next = queue[i];
        if (next !== undefined) yield next;
      }
    },
  };
}
