import { randomUUID } from 'node:crypto';
import { invariant } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import type { Log, LogRecord } from '../log.ts';
import type { Tail, TailPositions } from '../tail.ts';
import { openTail } from '../tail.ts';
import type { CaughtUp } from './catch-up.ts';
import { createCatchUp } from './catch-up.ts';
import * as limits from './limits.ts';
import type { FeedOffsets, FeedPosition } from './feed-position.ts';
import { formatFeedPosition, feedTagOf } from './feed-position.ts';
import type { Change, Ring } from './ring.ts';
import { createRing } from './ring.ts';

/** Somebody who looks. All calls come one after the other, and none may throw. */
export interface Follower<Note> {
  wants(note: Note): boolean;
  /** First of all, and once. */
  onJoined(joined: Joined<Note>): void;
  /** `position`, asked for at once, is where the follower stands with this change. */
  onChange(change: Change<Note>, position: () => string): void;
  /** Changes may have been missed: what is shown must be read anew, and goes on from here. */
  onReset(position: string): void;
}

/**
 * How it went on: `fresh` without a position; `resumed`: `missed` is everything since then; `reset`:
 * too long ago, or of another log: what is shown must be read anew.
 */
export interface Joined<Note> {
  readonly how: 'fresh' | 'resumed' | 'reset';
  /** Where the follower stands before the first of `missed`. */
  readonly position: string;
  readonly missed: readonly { readonly change: Change<Note>; readonly position: string }[];
}

export interface Seat {
  /** Where the follower stands, having been given everything so far. */
  position(): string;
  leave(): void;
}

/** All that a topic brings, read once a process for all who look. */
export interface LogFeed<Note> {
  /** Never rejects: what cannot be resumed is a `reset`. */
  join(follower: Follower<Note>, from: FeedPosition | null): Promise<Seat>;
  /** The newest position, and the one before which nothing is in memory. */
  extent(): { readonly newest: FeedPosition; readonly oldest: FeedPosition };
  /** How long nothing could be read, ms; 0 while it can. */
  downForMs(): number;
  close(): Promise<void>;
}

/** What it needs of the log. */
export type FeedLog = Pick<Log, 'describeTopics' | 'ends' | 'openReader'>;

export interface LogFeedOptions<Note> {
  readonly log: FeedLog;
  readonly logger: Logger;
  readonly topic: string;
  readonly partitions: number;
  /** `null` for a record that is nothing to anybody. Rejects only what trying again can help with. */
  readonly read: (record: LogRecord) => Promise<Note | null>;
  /** Kept in memory, of all partitions together. */
  readonly changesMax: number;
  /** What a follower that comes back is given one by one; beyond, it is a `reset`. */
  readonly replayMax: number;
}

interface Following<Note> {
  readonly follower: Follower<Note>;
  /** Further than this process had read, from another that had; nothing before is given. */
  ahead: FeedOffsets | null;
}

/**
 * Follows the feed. It begins a ring's length before the end, so that the clients of a process that
 * was restarted, which come all at once, find what they missed in memory.
 *
 *   join ──the ring reaches back so far─────────────► resumed
 *     │──it does not: read from Kafka up to the ring─► resumed
 *     └──too much, too late, another log, no answer──► reset
 */
export async function openLogFeed<Note>(options: LogFeedOptions<Note>): Promise<LogFeed<Note>> {
  const { log, logger, topic, partitions, replayMax } = options;
  const changesMax = Math.floor(options.changesMax / partitions);
  const all = new Set<Following<Note>>();
  let tag = await tagOf(log, topic);
  let given = 0;
  const read = async (record: LogRecord): Promise<Change<Note> | null> => {
    const note = record.value === null ? null : await options.read(record);
    return note === null ? null : { partition: record.partition, offset: record.offset, note };
  };
  const tail: Tail = await openTail({
    ...{ log, logger, topic, partitions, back: BigInt(changesMax) },
    async onRecord(record) {
      const change = await read(record);
      if (change === null) return;
      give(change);
      given += 1;
      if (given % limits.changesPerTurn === 0) await new Promise(setImmediate);
    },
    onReached: (partition, next) => {
      ring.reach(partition, next);
      reached.check();
    },
    onGap: (from) => void restart(from),
  });
  const ring = createRing<Note>(offsetsOf(tail.from), changesMax);
  const reached = reachedAll(ring, offsetsOf(tail.endedAt));
  const catchUp = createCatchUp({ log, logger, topic, ring, read, replayMax });

  function give(change: Change<Note>): void {
    ring.add(change);
    // What most followers need is made once, and only when one of them wants the change.
    let shared: string | undefined;
    for (const each of all) {
      const { ahead, follower } = each;
      if (ahead !== null && isReached(ahead, ring.next())) each.ahead = null;
      if (change.offset < (ahead?.[change.partition] ?? 0n)) continue;
      if (!follower.wants(change.note)) continue;
      follower.onChange(change, () =>
        each.ahead === null ? (shared ??= positionAt(ring.next())) : positionOf(each),
      );
    }
  }

  const positionAt = (offsets: FeedOffsets): string => formatFeedPosition(tag, offsets);
  const positionOf = ({ ahead }: Following<Note>): string =>
    positionAt(ring.next().map((next, at) => later(next, ahead?.[at] ?? 0n)));

  /** The topic was made again, or retention overtook this process. */
  async function restart(from: TailPositions): Promise<void> {
    ring.restart(offsetsOf(from));
    // Until the log is known nothing is resumed: old offsets may mean something else in it.
    tag = noTag();
    const known = await tagOf(log, topic).catch(() => tag);
    tag = known;
    for (const each of all) {
      each.ahead = null;
      each.follower.onReset(positionOf(each));
    }
  }

  /** What was read and what the ring has, with the positions on the way; `null` for too much. */
  function missedSince(from: FeedOffsets, caught: CaughtUp<Note>, follower: Follower<Note>) {
    const offsets = [...from];
    const missed: { change: Change<Note>; position: string }[] = [];
    for (const change of chained(caught.changes, ring.since(caught.offsets))) {
      if (!follower.wants(change.note)) continue;
      if (missed.length >= replayMax) return null;
      offsets[change.partition] = change.offset + 1n;
      missed.push({ change, position: positionAt(offsets) });
    }
    return missed;
  }

  /** In one step, so that nothing comes in between. */
  function seat(following: Following<Note>, joined: Joined<Note>): Seat {
    all.add(following);
    following.follower.onJoined(joined);
    return { position: () => positionOf(following), leave: () => void all.delete(following) };
  }

  async function join(follower: Follower<Note>, from: FeedPosition | null): Promise<Seat> {
    const begin = (how: Joined<Note>['how']): Seat => {
      const following = { follower, ahead: null };
      return seat(following, { how, position: positionOf(following), missed: [] });
    };
    if (from === null) return begin('fresh');
    const begunUnder = tag;
    const { offsets } = from;
    if (from.tag !== tag || offsets.length !== partitions || !isPlausible(offsets, ring.next()))
      return begin('reset');
    let caught: CaughtUp<Note> = { changes: [], offsets };
    // Once is enough, unless the ring has moved on in the very moment in between.
    for (let round = 0; !ring.reachesBackTo(caught.offsets); round += 1) {
      const further = round < limits.catchUpRounds ? await catchUp(caught, follower) : null;
      if (further === null || tag !== begunUnder) return begin('reset');
      caught = further;
    }
    const missed = missedSince(offsets, caught, follower);
    if (missed === null) return begin('reset');
    const ahead = isReached(caught.offsets, ring.next()) ? null : caught.offsets;
    return seat({ follower, ahead }, { how: 'resumed', position: positionAt(offsets), missed });
  }

  tail.start();
  await reached.within(limits.feedBeginMs);
  const extent = () => {
    const oldest = ring.next().map((_, partition) => ring.begin(partition));
    return { newest: { tag, offsets: ring.next() }, oldest: { tag, offsets: oldest } };
  };
  return { join, extent, downForMs: () => tail.downForMs(), close: () => tail.close() };
}

const isReached = (offsets: FeedOffsets, next: FeedOffsets): boolean =>
  offsets.every((offset, at) => offset <= (next[at] ?? 0n));

const isPlausible = (offsets: FeedOffsets, next: FeedOffsets): boolean =>
  offsets.every((offset, at) => offset <= (next[at] ?? 0n) + limits.aheadMax);

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function* chained<T>(first: Iterable<T>, second: Iterable<T>): Iterable<T> {
  yield* first;
  yield* second;
}

/** Fits no position. */
const noTag = (): string => feedTagOf(randomUUID());

/** Resolves when a ring has come to where the log ended, or after a while. */
function reachedAll(ring: Ring<unknown>, end: FeedOffsets) {
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const check = (): void => {
    if (isReached(end, ring.next())) done();
  };
  check();
  return {
    check,
    async within(timeoutMs: number): Promise<void> {
      const timer = setTimeout(done, timeoutMs);
      await all;
      clearTimeout(timer);
    },
  };
}

const offsetsOf = (positions: TailPositions): FeedOffsets =>
  Array.from({ length: positions.size }, (_, partition) => positions.get(partition) ?? 0n);

async function tagOf(log: FeedLog, topic: string): Promise<string> {
  const [described] = await log.describeTopics([topic]);
  invariant(described !== undefined, 'a topic that is asked for is described');
  return feedTagOf(described.incarnation);
}
