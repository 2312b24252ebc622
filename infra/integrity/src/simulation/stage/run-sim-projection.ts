import type { Codec } from '@plumbline/events';
import { UnknownSchemaId, topics } from '@plumbline/events';
import type { Assignment, EdgeProducer, Fetched, LogReader } from '@plumbline/kafka';
import type { Advance, MemoryReadModel, Poisoned } from '@plumbline/postgres';
import { LostRace, deadLetterOf, decodeRecord, groupOf } from '@plumbline/postgres';
import type { Random, SimHost, SimLog } from '@plumbline/runtime/simulation';
import type { ProjectionBug } from '../mutants/mutant.ts';

export interface SimProjectionOptions {
  readonly model: MemoryReadModel;
  readonly log: SimLog;
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  readonly random: Random;
  readonly bug?: ProjectionBug | undefined;
  reached(name: string): void;
}

interface Loop {
  isStopped: boolean;
  reader: LogReader | null;
  finished: Promise<void>;
}

/**
 * Keeps a read model up with the log as `runProjection` does on Postgres: groups, folding, dead
 * letters and parked keys are production's; rows and positions stand in memory, and a process may
 * end before or after they change.
 */
export async function runSimProjection(
  options: SimProjectionOptions,
): Promise<{ close(): Promise<void> }> {
  const { model, log, codec, partitions } = options;
  const { projection } = model;
  await codec.prepare([...projection.inputs, deadLettersTopic]);
  const loops = new Map<number, Loop>();

  async function onAssigned(assignment: Assignment): Promise<void> {
    const mine = new Set(assignment.partitions);
    const lost = [...loops].filter(([partition]) => !mine.has(partition));
    await Promise.all(lost.map(([, loop]) => stop(loop)));
    for (const [partition] of lost) loops.delete(partition);
    for (const partition of mine) {
      if (!loops.has(partition)) loops.set(partition, startLoop(options, partition));
    }
  }

  const membership = await log.join({
    groupId: groupOf(projection),
    topics: projection.inputs,
    partitions,
    onAssigned,
    onFailed: (error) => {
      throw error;
    },
  });
  return {
    async close() {
      await Promise.all([...loops.values()].map(stop));
      await membership.leave();
    },
  };
}

const deadLettersTopic = topics.projectionsDeadLetters.name;

async function stop(loop: Loop): Promise<void> {
  loop.isStopped = true;
  await loop.reader?.close();
  await loop.finished;
}

function startLoop(options: SimProjectionOptions, partition: number): Loop {
  const loop: Loop = { isStopped: false, reader: null, finished: Promise.resolve() };
  loop.finished = run();
  return loop;

  async function run(): Promise<void> {
    const { clock } = options.host;
    while (!loop.isStopped) {
      try {
        await attempt(options, partition, loop);
      } catch (error) {
        const isRace = error instanceof LostRace;
        if (isRace) options.reached('a projection lost a race for its position');
        await clock.sleep(isRace ? 10 : 200);
      } finally {
        await loop.reader?.close();
        loop.reader = null;
      }
    }
  }
}

async function attempt(
  options: SimProjectionOptions,
  partition: number,
  loop: Loop,
): Promise<void> {
  const { model, log, codec } = options;
  const { inputs, paceMs = 20 } = model.projection;
  const described = await log.describeTopics(inputs);
  const incarnations = new Map(described.map(({ topic, incarnation }) => [topic, incarnation]));
  const from = inputs.map((topic) => ({
    ...{ topic, partition },
    offset: model.position(topic, partition)?.nextOffset ?? 0n,
  }));
  const at = new Map(from.map(({ topic, offset }) => [topic, offset]));
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  loop.reader = reader;
  while (!loop.isStopped) {
    const brought = (await reader.fetch({ maxWaitMs: 500 })).filter(
      ({ topic, nextOffset }) => nextOffset > (at.get(topic) ?? 0n),
    );
    if (brought.length === 0) continue;
    await learn(codec, brought);
    const incarnationOf = (topic: string): string => incarnations.get(topic) ?? '';
    await fold(options, {
      advances: brought.map(({ topic, nextOffset, records }) => ({
        ...{ topic, partition, incarnation: incarnationOf(topic) },
        ...{ from: at.get(topic) ?? 0n, to: nextOffset },
        timeMs: Math.max(0, ...records.map(({ timestampMs }) => timestampMs)),
      })),
      records: brought.flatMap(({ topic, records }) =>
        records.map((record) => decodeRecord(codec, record, incarnationOf(topic))),
      ),
    });
    for (const { topic, nextOffset } of brought) at.set(topic, nextOffset);
    await options.host.clock.sleep(paceMs);
  }
}

async function fold(
  options: SimProjectionOptions,
  batch: {
    readonly advances: readonly Advance[];
    readonly records: readonly ReturnType<typeof decodeRecord>[];
  },
): Promise<void> {
  const { model, host, random, bug } = options;
  const { advances } = batch;
  const step = (): Promise<void> => host.clock.sleep(random.skewed(1, 150));
  const bury = (poisoned: readonly Poisoned[]): Promise<void> => buryAll(options, poisoned);
  const records =
    bug === 'skips-poison-silently' ? batch.records.filter((r) => r.fault === null) : batch.records;
  if (bug === 'position-before-rows') {
    await model.fold({ advances, records: [], bury });
    await step();
    await model.fold({ advances: [], records, bury });
    return;
  }
  const checked = bug === 'no-position-check' ? unchecked(model, advances) : advances;
  await step();
  await model.fold({ advances: checked, records, bury, beforeCommit: step });
  // The answer of the database takes a while: whoever ends now does not know that it has committed.
  await step();
}

/** As if the position were written without a look at what stands there. */
const unchecked = (model: MemoryReadModel, advances: readonly Advance[]): readonly Advance[] =>
  advances.filter(({ topic, partition, from }) => {
    return (model.position(topic, partition)?.nextOffset ?? 0n) === from;
  });

async function buryAll(
  { model, log, codec }: SimProjectionOptions,
  poisoned: readonly Poisoned[],
): Promise<void> {
  let producer: EdgeProducer | null = null;
  try {
    producer = await log.openEdgeProducer();
    for (const each of poisoned) {
      await producer.send(deadLetterOf(each, { projection: model.projection, codec }));
    }
  } finally {
    await producer?.close();
  }
}

/** Schemas that there are not are left out: decoding says so. */
export async function learn(
  codec: Codec,
  brought: readonly Pick<Fetched, 'records'>[],
): Promise<void> {
  for (const { value } of brought.flatMap(({ records }) => records)) {
    const id = codec.needs(value);
    if (id === null) continue;
    try {
      await codec.learn(id);
    } catch (error) {
      if (!(error instanceof UnknownSchemaId)) throw error;
    }
  }
}
