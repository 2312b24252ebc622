import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@plumbline/observability';
import type { Assignment, Log, Membership } from '../log.ts';

/** What a process does about one partition for as long as it has it. */
export interface PartitionWork {
  /** Finishes what is at hand. */
  stop(): Promise<void>;
}

export interface SharePartitionsOptions<Work extends PartitionWork> {
  readonly log: Log;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly partitions: number;
  readonly logger: Logger;
  /** What must be there before the group is joined: tried again until it is, or for ever. */
  prepare(): Promise<void>;
  /** An error of `prepare` or of joining that trying again does not mend. */
  isFinal(error: unknown): boolean;
  /** Waits between attempts: the first, and the longest. */
  readonly retryMs: { readonly first: number; readonly max: number };
  start(partition: number): Work;
}

export interface SharedPartitions<Work extends PartitionWork> {
  /** By partition, those that this process has. */
  works(): ReadonlyMap<number, Work>;
  /** Whether this process belongs to the group and knows what is its own. */
  member(): boolean;
  /** Why nothing is being done here, for operators; `null` when it has begun. */
  problem(): string | null;
  /** A person is needed. */
  failed(): boolean;
  /** Stops what is under way and leaves the group, so that others take over at once. */
  close(): Promise<void>;
}

/**
 * Shares the partitions of topics with the other processes of a group, and keeps one piece of work
 * going for each that is ours. Two processes may hold one partition for a moment, when one of them
 * was given up for dead: what the work writes must be fenced by itself. Returns at once, and waits
 * in the background for what is away.
 */
export function sharePartitions<Work extends PartitionWork>(
  options: SharePartitionsOptions<Work>,
): SharedPartitions<Work> {
  const { log, groupId, topics, partitions, logger, retryMs } = options;
  const works = new Map<number, Work>();
  const stopping = new AbortController();
  let membership: Membership | null = null;
  let member = false;
  let failed = false;
  let problem: string | null = 'starting';

  async function onAssigned(assignment: Assignment): Promise<void> {
    member = assignment.member;
    const mine = new Set(stopping.signal.aborted ? [] : assignment.partitions);
    const lost = [...works].filter(([partition]) => !mine.has(partition));
    await Promise.all(lost.map(([, work]) => work.stop()));
    for (const [partition] of lost) works.delete(partition);
    for (const partition of mine)
      if (!works.has(partition)) works.set(partition, options.start(partition));
    logger.info('assigned', { generation: assignment.generation, partitions: [...mine] });
  }

  async function join(): Promise<void> {
    await options.prepare();
    const joined = await log.join({
      ...{ groupId, topics, partitions, onAssigned },
      onFailed: (error) => {
        failed = true;
        problem = error.message;
        logger.error('membership failed', { error });
      },
    });
    if (stopping.signal.aborted) await joined.leave();
    else membership = joined;
  }

  async function joinForEver(): Promise<void> {
    for (let tried = 0; !stopping.signal.aborted; tried += 1) {
      try {
        await join();
        if (!failed) problem = null;
        return;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        if (options.isFinal(error)) {
          failed = true;
          logger.error('cannot start; a person is needed', { error });
          return;
        }
        if (tried === 0) logger.warn('waits to start', { error });
        const waitMs = Math.min(retryMs.first * 2 ** tried, retryMs.max);
        await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const joining = joinForEver();

  return {
    works: () => works,
    member: () => member,
    problem: () => problem,
    failed: () => failed,
    async close() {
      stopping.abort();
      await joining;
      await Promise.all([...works.values()].map((work) => work.stop()));
      works.clear();
      await membership?.leave();
    },
  };
}
