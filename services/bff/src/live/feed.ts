import { randomUUID } from 'node:crypto';
import type { ChangeNoted, Codec } from '@plumbline/events';
import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { Log, LogRecord, Tail, TailPositions } from '@plumbline/kafka';
import { openTail } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import * as limits from '../limits.ts';
import type { CaughtUp } from './catch-up.ts';
import { createCatchUp } from './catch-up.ts';
import type { Offsets, Position } from './position.ts';
import { formatPosition, logTagOf } from './position.ts';
import type { Change, Ring } from './ring.ts';
import { createRing } from './ring.ts';

/** Somebody who looks. All calls come one after the other, and none may throw. */
export interface Follower {
  wants(note: ChangeNoted): boolean;
  /** First of all, and once. */
  onJoined(joined: Joined): void;
  /** `position`, asked for at once, is where the follower stands with this change. */
  onChange(change: Change, position: () => string): void;
  /** Changes may have been missed: what is shown must be read anew, and goes on from here. */
  onReset(position: string): void;
}

/**
 * How it went on: `fresh` without a position; `resumed`: `missed` is everything since then; `reset`:
 * too long ago, or of another log: what is shown must be read anew.
 */
export interface Joined {
  readonly how: 'fresh' | 'resumed' | 'reset';
  /** Where the follower stands before the first of `missed`. */
  readonly position: string;
  readonly missed: readonly { readonly change: Change; readonly position: string }[];
}

export interface Seat {
  /** Where the follower stands, having been given everything so far. */
  position(): string;
  leave(): void;
}

/** All changes of all orders, from the log, once a process. */
export interface Feed {
  /** Never rejects: what cannot be resumed is a `reset`. */
  join(follower: Follower, from: Position | null): Promise<Seat>;
  /** How long nothing could be read, ms; 0 while it can. */
  downForMs(): number;
  close(): Promise<void>;
}

/** What it needs of the log. */
export type FeedLog = Pick<Log, 'describeTopics' | 'ends' | 'openReader'>;

export interface FeedOptions {
  readonly log: FeedLog;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly partitions: number;
  /** Changes kept in memory, of all partitions together. */
  readonly changesMax?: number;
  readonly replayMax?: number;
}

interface Following {
  readonly follower: Follower;
  /** Further than this process had read, from another that had; nothing before is given. */
  ahead: Offsets | null;
}

/**
 * Follows the feed. It begins a ring's length before the end, so that the clients of a process that
 * was restarted, which come all at once, find what they missed in memory.
 *
 *   join ──the ring reaches back so far─────────────► resumed
 *     │──it does not: read from Kafka up to the ring─► resumed
 *     └──too much, too late, another log, no answer──► reset
 */
export async function openFeed(options: FeedOptions): Promise<Feed> {
  const { log, logger, partitions } = options;
  const topic = topics.changesEvents.name;
  const changesMax = Math.floor((options.changesMax ?? limits.ringChangesMax) / partitions);
  const replayMax = options.replayMax ?? limits.replayChangesMax;
  const all = new Set<Following>();
  let tag = await tagOf(log, topic);
  let given = 0;
  const read = (record: LogRecord) => changeOf(options, record);
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
  const ring = createRing(offsetsOf(tail.from), changesMax);
  const reached = reachedAll(ring, offsetsOf(tail.endedAt));
  const catchUp = createCatchUp({ log, logger, topic, ring, read, replayMax });

  function give(change: Change): void {
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

  const positionAt = (offsets: Offsets): string => formatPosition(tag, offsets);
  const positionOf = ({ ahead }: Following): string =>
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
  function missedSince(from: Offsets, caught: CaughtUp, follower: Follower) {
    const offsets = [...from];
    const missed: { change: Change; position: string }[] = [];
    for (const change of chained(caught.changes, ring.since(caught.offsets))) {
      if (!follower.wants(change.note)) continue;
      if (missed.length >= replayMax) return null;
      offsets[change.partition] = change.offset + 1n;
      missed.push({ change, position: positionAt(offsets) });
    }
    return missed;
  }

  /** In one step, so that nothing comes in between. */
  function seat(following: Following, joined: Joined): Seat {
    all.add(following);
    following.follower.onJoined(joined);
    return { position: () => positionOf(following), leave: () => void all.delete(following) };
  }

  async function join(follower: Follower, from: Position | null): Promise<Seat> {
    const begin = (how: Joined['how']): Seat => {
      const following = { follower, ahead: null };
      return seat(following, { how, position: positionOf(following), missed: [] });
    };
    if (from === null) return begin('fresh');
    const begunUnder = tag;
    const { offsets } = from;
    if (from.tag !== tag || offsets.length !== partitions || !isPlausible(offsets, ring.next()))
      return begin('reset');
    let caught: CaughtUp = { changes: [], offsets };
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
  return { join, downForMs: () => tail.downForMs(), close: () => tail.close() };
}

const isReached = (offsets: Offsets, next: Offsets): boolean =>
  offsets.every((offset, at) => offset <= (next[at] ?? 0n));

const isPlausible = (offsets: Offsets, next: Offsets): boolean =>
  offsets.every((offset, at) => offset <= (next[at] ?? 0n) + limits.aheadMax);

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function* chained<T>(first: Iterable<T>, second: Iterable<T>): Iterable<T> {
  yield* first;
  yield* second;
}

/** Fits no position. */
const noTag = (): string => logTagOf(randomUUID());

/** Resolves when a ring has come to where the log ended, or after a while. */
function reachedAll(ring: Ring, end: Offsets) {
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

const offsetsOf = (positions: TailPositions): Offsets =>
  Array.from({ length: positions.size }, (_, partition) => positions.get(partition) ?? 0n);

async function tagOf(log: FeedLog, topic: string): Promise<string> {
  const [described] = await log.describeTopics([topic]);
  invariant(described !== undefined, 'a topic that is asked for is described');
  return logTagOf(described.incarnation);
}

/** Throws only what trying again can help with. */
async function changeOf(
  { codec, logger }: Pick<FeedOptions, 'codec' | 'logger'>,
  { topic, partition, offset, value }: LogRecord,
): Promise<Change | null> {
  if (value === null) return null;
  try {
    const unknown = codec.needs(value);
    if (unknown !== null) await codec.learn(unknown);
    // The topic holds nothing else; the catalogue ties the type to the data.
    return { partition, offset, note: codec.decode(topic, value).data as ChangeNoted };
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    logger.error('a change cannot be read; nobody is told', { topic, partition, offset, error });
    return null;
  }
}
