import { invariant } from '@plumbline/kernel';
import type { FeedOffsets } from './feed-position.ts';

/** What is made of a record, and where that stands in the feed. */
export interface Change<Note> {
  readonly partition: number;
  readonly offset: bigint;
  readonly note: Note;
}

interface Segment<Note> {
  /** It holds every change from here on … */
  begin: bigint;
  /** … up to here. */
  next: bigint;
  /** In the order of their offsets. */
  readonly changes: Change<Note>[];
}

/** The newest changes of each partition, whole from a beginning that moves on as they come. */
export interface Ring<Note> {
  /** Forgets everything, and begins there. */
  restart(at: FeedOffsets): void;
  add(change: Change<Note>): void;
  /** There is nothing more before `next`. */
  reach(partition: number, next: bigint): void;
  begin(partition: number): bigint;
  /** Where somebody stands who has seen everything. */
  next(): FeedOffsets;
  /** Whether everything since the offsets is here. */
  reachesBackTo(offsets: FeedOffsets): boolean;
  /** Partition by partition, which is the order of each order. */
  since(offsets: FeedOffsets): Iterable<Change<Note>>;
}

export function createRing<Note>(at: FeedOffsets, changesMax: number): Ring<Note> {
  let segments: readonly Segment<Note>[] = [];

  const restart = (from: FeedOffsets): void => {
    segments = from.map((offset) => ({ begin: offset, next: offset, changes: [] }));
  };
  restart(at);

  const segmentOf = (partition: number): Segment<Note> => {
    const found = segments[partition];
    invariant(found !== undefined, 'a feed has the partitions of its topic');
    return found;
  };

  return {
    restart,
    add(change) {
      const segment = segmentOf(change.partition);
      // A record that could not be taken at first is given again.
      if (change.offset < segment.next) return;
      segment.changes.push(change);
      segment.next = change.offset + 1n;
      // A quarter at a time, so that one change costs four moves and not all of them.
      if (segment.changes.length < changesMax + Math.ceil(changesMax / 4)) return;
      const gone = segment.changes.splice(0, segment.changes.length - changesMax);
      segment.begin = (gone.at(-1)?.offset ?? segment.begin) + 1n;
    },
    reach(partition, next) {
      const segment = segmentOf(partition);
      if (next > segment.next) segment.next = next;
    },
    begin: (partition) => segmentOf(partition).begin,
    next: () => segments.map(({ next }) => next),
    reachesBackTo: (offsets) => segments.every(({ begin }, at) => (offsets[at] ?? -1n) >= begin),
    *since(offsets) {
      for (const [partition, { changes }] of segments.entries()) {
        const from = firstAt(changes, offsets[partition] ?? 0n);
        for (let at = from; at < changes.length; at += 1) {
          const change = changes[at];
          if (change !== undefined) yield change;
        }
      }
    },
  };
}

/** The index of the first change at or after the offset. */
function firstAt(changes: readonly Change<unknown>[], offset: bigint): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.offset ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
