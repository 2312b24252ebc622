import type { Codec } from '@plumbline/events';
import type { Assignment, Clock, Log, Membership } from '@plumbline/kafka';
import { systemClock } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { allOutcomesOf, refuseUnsoundInputs } from './internals/input-kinds.ts';
import { createPositionReport } from './internals/position-report.ts';
import { TaskStopped } from './internals/restore.ts';
import type { Task, TaskObserver, TaskView } from './internals/task.ts';
import { startTask } from './internals/task.ts';
import type { LocalStores } from './state/local-store.ts';
import { createMemoryLocalStores } from './state/memory-local-store.ts';
import type { Following, Topology } from './topology.ts';

export interface RunTopologyOptions {
  readonly topology: Topology;
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  /** Partition count of the log; checked against every topic of the topology at start. */
  readonly partitions: number;
  readonly observer?: TaskObserver;
  /** In memory unless given: a process that starts again then restores everything. */
  readonly localStores?: LocalStores;
  readonly clock?: Clock;
  /** Who acts on what the tasks remember. */
  readonly following?: Following;
}

export interface RunningTopology {
  readonly topology: Topology;
  tasks(): readonly TaskView[];
  /** True when this process is a member and every task of its own runs. */
  ready(): boolean;
  /** Finishes what is at hand and leaves the group, so that others take over at once. */
  close(): Promise<void>;
}

/** Runs a topology in this process, sharing its partitions with the other processes that run it. */
export async function runTopology(options: RunTopologyOptions): Promise<RunningTopology> {
  const { topology, log, codec, partitions, clock = systemClock } = options;
  const logger = options.logger.child({ topology: topology.name });
  refuseUnsoundInputs(topology);
  await checkPartitionCounts(topology, log, partitions);
  await codec.prepare([
    ...new Set([...topology.outputs, ...allOutcomesOf(topology), topology.deadLetters]),
  ]);
  const localStores = options.localStores ?? createMemoryLocalStores();
  const tasks = new Map<number, Task>();
  let membership: Membership | null = null;
  let generation = -1;
  let member = false;
  let failure: Error | null = null;

  function start(partition: number): Task {
    return startTask({
      topology,
      task: { topology: topology.name, partition, partitions },
      log,
      codec,
      logger: options.logger,
      localStores,
      clock,
      ...(options.observer ? { observer: options.observer } : {}),
      ...(options.following ? { following: options.following } : {}),
      stillMine: async () => (await membership?.confirm(generation)) ?? false,
    });
  }

  async function onAssigned(assignment: Assignment): Promise<void> {
    generation = assignment.generation;
    member = assignment.member;
    const mine = new Set(assignment.partitions);
    const lost = [...tasks].filter(([partition]) => !mine.has(partition));
    await Promise.all(lost.map(([, task]) => task.stop()));
    for (const [partition] of lost) tasks.delete(partition);
    for (const partition of mine) {
      const task = tasks.get(partition);
      // A task that stays where it was keeps producer, memory and position. One that was fenced in
      // an earlier generation and is given to us again has a right to start over.
      if (task !== undefined && task.view().status !== 'fenced') continue;
      await task?.stop();
      tasks.set(partition, start(partition));
    }
    logger.info('assigned', { generation, partitions: [...mine] });
  }

  membership = await log.join({
    groupId: topology.name,
    topics: topology.inputs.map(({ topic }) => topic),
    partitions,
    onAssigned,
    onFailed: (error) => {
      failure = error;
      logger.error('membership failed', { error });
    },
  });

  const views = () => [...tasks.values()].map((task) => task.view());
  const reporting = createPositionReport({ membership, clock, views });

  return {
    topology,
    tasks: views,
    ready: () =>
      member &&
      failure === null &&
      [...tasks.values()].every((task) => task.view().status === 'running'),
    async close() {
      await Promise.all([...tasks.values()].map((task) => task.stop()));
      await reporting.close();
      tasks.clear();
      await membership.leave();
    },
  };
}

/** Topics of one topology are read together by partition number, so their counts must agree. */
async function checkPartitionCounts(
  topology: Topology,
  log: Log,
  partitions: number,
): Promise<void> {
  const topics = [
    ...topology.inputs.map(({ topic }) => topic),
    ...topology.outputs,
    topology.changelog,
    topology.deadLetters,
  ];
  const wrong = (await log.describeTopics(topics)).filter((d) => d.partitions !== partitions);
  if (wrong.length > 0) {
    const list = wrong.map((d) => `${d.topic} has ${d.partitions}`).join(', ');
    throw new TaskStopped(
      `${topology.name} expects ${partitions} partitions (PLUMBLINE_PARTITIONS), but ${list}. ` +
        'The count is fixed for the life of a log.',
    );
  }
}
