import type { Codec, CommandOutcome } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { EdgeProducer, OutgoingRecord } from '@plumbline/kafka';
import { NotCommitted } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { RunningTopology } from '../../run-topology.ts';
import { runTopology } from '../../run-topology.ts';
import { closeDoor, doorTopology, openDoor } from '../../testing/door-aggregate.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { SimProcess } from '../sim-process.ts';
import type { Simulation } from '../simulation.ts';
import { createSimulation } from '../simulation.ts';

export const doorPartitions = 2;
export const doorTopics = [
  topics.ordersCommands,
  topics.ordersEvents,
  topics.ordersOutcomes,
  topics.ordersChangelog,
  topics.ordersDeadLetters,
].map(({ name }) => name);

/** The smallest world that has everything: doors, two processes that run them, an edge, a visitor. */
export interface DoorWorld {
  readonly sim: Simulation;
  readonly processes: readonly SimProcess[];
  /** Topologies of the incarnations that are up, by process. */
  readonly running: ReadonlyMap<string, RunningTopology>;
  /** Ids of the commands that were asked for, sent again and again until they were taken. */
  readonly asked: readonly string[];
  /** Asks for a door to be opened and later closed, at drawn times within so many ms. */
  visit(doors: number, withinMs: number): void;
  outcomes(): readonly CommandOutcome[];
  eventCount(): number;
  /** Every command asked for has an outcome. */
  isDone(): boolean;
}

/** Longer than the edge itself tries. */
const clientTimeoutMs = 11_000;

/** Ids of schemas are given out once: looking them up again would only cost time. */
let sharedCodec: Promise<Codec> | null = null;

async function prepareCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare(doorTopics.filter((name) => name !== topics.ordersChangelog.name));
  return codec;
}

export async function openDoorWorld(options: {
  readonly seed: number;
  readonly faults: FaultPlan;
}): Promise<DoorWorld> {
  sharedCodec ??= prepareCodec();
  const codec = await sharedCodec;
  const sim = createSimulation({
    ...options,
    topics: doorTopics.map((name) => ({ name, partitions: doorPartitions })),
  });
  const running = new Map<string, RunningTopology>();
  const processes = ['first', 'second'].map((name) =>
    sim.process(name, async ({ log, clock, localStores, logger }) => {
      const topology = doorTopology();
      const partitions = doorPartitions;
      const started = await runTopology({
        ...{ topology, log, codec, logger, partitions, clock, localStores },
      });
      running.set(name, started);
      return started;
    }),
  );
  const asked: string[] = [];
  const edges: EdgeProducer[] = [];
  const edge = sim.process('edge', async ({ log }) => {
    edges.push(await log.openEdgeProducer());
    return { close: () => Promise.resolve() };
  });
  for (const process of [...processes, edge]) process.start();

  /** A client does not give up: it repeats with the same id until the edge has an answer. */
  const ask = (record: OutgoingRecord): void => {
    let isOver = false;
    const again = (): void => {
      if (!isOver) ask(record);
      isOver = true;
    };
    const sent = edges.at(-1)?.send(record) ?? Promise.reject(new NotCommitted('no edge yet'));
    sent.then(
      () => {
        isOver = true;
      },
      () => sim.after(200, again),
    );
    // What was asked of a process that died since never settles.
    sim.after(clientTimeoutMs, again);
  };
  const command = (door: string, payload: ReturnType<typeof closeDoor>): void => {
    const id = `${payload.type}-${door}`;
    const key = `main/${door}`;
    const topic = topics.ordersCommands.name;
    asked.push(id);
    ask({
      ...{ topic, key: Buffer.from(key), value: codec.encode(topic, payload) },
      partition: partitionOfRecordKey(key, doorPartitions),
      headers: encodeEnvelope({
        ...{ id, type: payload.type, source: '/test', subject: door, timeMs: 0 },
        ...{ correlationId: id, causationId: null, actor: 'api:test', aggregateVersion: null },
        ...{ previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
  };
  const outcomes = (): CommandOutcome[] =>
    sim.broker
      .topicRecords(topics.ordersOutcomes.name)
      .map(({ topic, value }) => codec.decode(topic, value).data as CommandOutcome);

  return {
    ...{ sim, processes, running, asked, outcomes },
    visit(doors, withinMs) {
      const random = sim.random.fork('visitor');
      for (let number = 0; number < doors; number += 1) {
        const openMs = random.between(0, withinMs / 2);
        sim.after(openMs, () => command(`D${number}`, openDoor()));
        sim.after(openMs + random.between(1, withinMs / 2), () => {
          command(`D${number}`, closeDoor());
        });
      }
    },
    eventCount: () => sim.broker.topicRecords(topics.ordersEvents.name).length,
    isDone() {
      const answered = new Set(outcomes().map(({ commandId }) => commandId));
      return asked.length > 0 && asked.every((id) => answered.has(id));
    },
  };
}
