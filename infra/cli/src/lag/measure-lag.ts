import type { Ends, Log, TopicPartition } from '@plumbline/kafka';
import { fetchWaitMs, lagEventsMax } from '../limits.ts';
import type { Position } from '../read/scan.ts';

/** How far somebody is behind on one partition. */
export interface Lag extends Position {
  /** Offsets up to the last stable one; 0 when only transaction markers are left of them. */
  readonly records: bigint;
  /** Committed records not yet applied, counted by reading them. */
  readonly events: number;
  /** There are more than were counted. */
  readonly moreEvents: boolean;
  /** Age of the oldest of them by the broker's clock; 0 when there is none. */
  readonly seconds: number;
  /** Why the position makes no sense in this log. */
  readonly problem: string | null;
}

interface Counted {
  readonly at: Position;
  readonly ends: Ends;
  events: number;
  more: boolean;
  /** What comes now is not due yet: it waits where it should. */
  waits: boolean;
  /** When the oldest of them could be taken. */
  oldestMs: number | null;
}

/**
 * Reads from each position to the last stable offset: markers and aborted records take up offsets,
 * and only reading tells how many events are among them.
 */
export async function measureLag(options: {
  readonly log: Log;
  readonly positions: readonly Position[];
  readonly brokerNowMs: number;
  readonly signal: AbortSignal;
  readonly eventsMax?: number;
  /** By topic: how long its records wait before they are due. */
  readonly delaysMs?: ReadonlyMap<string, number>;
}): Promise<readonly Lag[]> {
  const { log, brokerNowMs, signal, eventsMax = lagEventsMax, delaysMs = new Map() } = options;
  const counts = await Promise.all(
    options.positions.map(async (at): Promise<Counted> => {
      const ends = await log.ends(at);
      return { at, ends, events: 0, more: false, waits: false, oldestMs: null };
    }),
  );
  await count(
    counts.filter(
      (each) => problemOf(each) === null && each.at.offset < each.ends.lastStableOffset,
    ),
    { log, signal, eventsMax, brokerNowMs, delaysMs },
  );
  return counts.map((counted) => {
    const { at, ends, events, oldestMs } = counted;
    return {
      ...at,
      records: events === 0 ? 0n : ends.lastStableOffset - at.offset,
      events,
      moreEvents: counted.more,
      seconds: oldestMs === null ? 0 : Math.max(0, brokerNowMs - oldestMs) / 1_000,
      problem: problemOf(counted),
    };
  });
}

function problemOf({ at, ends }: Counted): string | null {
  if (at.offset < ends.logStartOffset)
    return `stands before the start of the log, ${ends.logStartOffset.toString()}`;
  if (at.offset > ends.highWatermark)
    return `stands beyond the end of the log, ${ends.highWatermark.toString()}`;
  return null;
}

async function count(
  counts: readonly Counted[],
  options: {
    readonly log: Log;
    readonly signal: AbortSignal;
    readonly eventsMax: number;
    readonly brokerNowMs: number;
    readonly delaysMs: ReadonlyMap<string, number>;
  },
): Promise<void> {
  const { log, signal, eventsMax, brokerNowMs, delaysMs } = options;
  if (counts.length === 0) return;
  const reader = await log.openReader({
    from: counts.map(({ at }) => at),
    isolation: 'read_committed',
  });
  try {
    for (let open = counts; open.length > 0;) {
      signal.throwIfAborted();
      const fetched = await reader.fetch(
        { maxWaitMs: fetchWaitMs },
        open.map(({ at }) => at),
      );
      for (const { topic, partition, records } of fetched) {
        const counted = open.find(({ at }) => isAt(at, { topic, partition }));
        if (counted === undefined) continue;
        for (const { offset, timestampMs } of records) {
          if (offset >= counted.ends.lastStableOffset || counted.waits) continue;
          const dueMs = timestampMs + (delaysMs.get(topic) ?? 0);
          // A delay topic is in the order of its due times.
          if (dueMs > brokerNowMs) counted.waits = true;
          else take(counted, dueMs, eventsMax);
        }
      }
      open = open.filter(
        ({ at, ends, more, waits }) =>
          !more && !waits && reader.position(at) < ends.lastStableOffset,
      );
    }
  } finally {
    await reader.close();
  }
}

function take(counted: Counted, dueMs: number, eventsMax: number): void {
  counted.oldestMs = Math.min(counted.oldestMs ?? dueMs, dueMs);
  if (counted.events === eventsMax) counted.more = true;
  else counted.events += 1;
}

const isAt = (one: TopicPartition, other: TopicPartition): boolean =>
  one.topic === other.topic && one.partition === other.partition;
