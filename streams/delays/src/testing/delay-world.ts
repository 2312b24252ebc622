import type { Codec } from '@plumbline/events';
import { decodeEnvelopeOf, encodeEnvelope, topics } from '@plumbline/events';
import type { EdgeProducer, LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { NotCommitted } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Topology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import type { FaultPlan, SimProcess, Simulation } from '@plumbline/runtime/simulation';
import { createSimulation } from '@plumbline/runtime/simulation';
import { target } from '../config.ts';
import { delaysTopology } from '../topology.ts';
import { attemptOf, codecOfDelays, delayTopics, prefix, topicOf } from './open-delays.ts';

const partitions = 2;
const simulatedTopics = [
  ...delayTopics.map(({ name }) => name),
  ...[target, topics.delaysChangelog.name, topics.delaysDeadLetters.name],
].map((name) => ({ name, partitions }));

/** The levels of the world: a run is to end. */
export const worldLevelsMs = [1_000, 60_000] as const;
export const soundTopology = delaysTopology({ prefix, levelsMs: worldLevelsMs, target });

/** Two processes that send on, and somebody who lets commands wait. */
export interface DelayWorld {
  readonly sim: Simulation;
  readonly processes: readonly SimProcess[];
  /** Lets so many commands wait, at drawn times within so many ms, each until it was taken. */
  ask(commands: number, withinMs: number): void;
  /** Everything asked for waits or has waited, and everything that did was sent on. */
  isDone(): boolean;
  /** What is wrong with what was sent on so far; what is still to come is not. */
  problems(): readonly string[];
}

/** Longer than the edge itself tries. */
const clientTimeoutMs = 11_000;

let sharedCodec: Promise<Codec> | null = null;

async function prepareCodec(): Promise<Codec> {
  const codec = codecOfDelays();
  await codec.prepare([...delayTopics.map(({ name }) => name), target]);
  return codec;
}

export async function openDelayWorld(options: {
  readonly seed: number;
  readonly faults: FaultPlan;
  /** The sound one unless given. */
  readonly topology?: Topology;
}): Promise<DelayWorld> {
  sharedCodec ??= prepareCodec();
  const codec = await sharedCodec;
  const { topology = soundTopology } = options;
  const sim = createSimulation({ ...options, topics: simulatedTopics });
  const processes = ['first', 'second'].map((name) =>
    sim.process(name, ({ log, clock, localStores, logger }) =>
      runTopology({ topology, log, codec, logger, partitions, clock, localStores }),
    ),
  );
  const edges: EdgeProducer[] = [];
  const edge = sim.process('edge', async ({ log }) => {
    edges.push(await log.openEdgeProducer());
    return { close: () => Promise.resolve() };
  });
  for (const process of [...processes, edge]) process.start();
  let asked = 0;

  /** A client does not give up: it repeats with the same id until the edge has an answer. */
  function send(record: OutgoingRecord): void {
    let isOver = false;
    const again = (): void => {
      if (!isOver) send(record);
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
  }

  const waiting = (): readonly LogRecord[] =>
    worldLevelsMs.flatMap((delayMs) => sim.broker.topicRecords(topicOf(delayMs)));

  return {
    ...{ sim, processes },
    ask(commands, withinMs) {
      const random = sim.random.fork('client');
      for (let number = 0; number < commands; number += 1) {
        const topic = topicOf(worldLevelsMs[random.int(worldLevelsMs.length)] ?? 0);
        asked += 1;
        sim.after(random.between(0, withinMs), () => send(commandOf(codec, topic, asked, number)));
      }
    },
    isDone() {
      const ids = new Set(waiting().map((record) => decodeEnvelopeOf(record).id));
      return ids.size === asked && sim.broker.topicRecords(target).length >= waiting().length;
    },
    problems: () => problemsOf(waiting(), sim.broker.topicRecords(target)),
  };
}

function commandOf(codec: Codec, topic: string, run: number, number: number): OutgoingRecord {
  const key = `main/E-${number % 7}`;
  const id = `${run}-${number}`;
  const payload = attemptOf(number);
  return {
    ...{ topic, key: Buffer.from(key), value: codec.encode(topic, payload) },
    partition: partitionOfRecordKey(key, partitions),
    headers: encodeEnvelope({
      ...{ id, type: payload.type, source: '/test', subject: key, timeMs: 0, correlationId: id },
      ...{ causationId: null, actor: 'api:test', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    }),
  };
}

/** Each record that waited goes on once, with its own bytes, in its order, and not before it is due. */
export function problemsOf(
  waited: readonly LogRecord[],
  sent: readonly LogRecord[],
): readonly string[] {
  const problems: string[] = [];
  const left = [...sent];
  const ids = new Set<string>();
  for (const record of sent) {
    const { id } = decodeEnvelopeOf(record);
    if (ids.has(id)) problems.push(`${id} was sent on twice`);
    ids.add(id);
  }
  const newest = new Map<string, bigint>();
  for (const record of waited) {
    const { id } = decodeEnvelopeOf(record);
    const at = left.findIndex((each) => decodeEnvelopeOf(each).causationId === id);
    const [found] = at < 0 ? [] : left.splice(at, 1);
    if (found === undefined) {
      problems.push(`${id} in ${record.topic} was not sent on`);
      continue;
    }
    const level = worldLevelsMs.find((delayMs) => topicOf(delayMs) === record.topic) ?? 0;
    const earlyMs = record.timestampMs + level - found.timestampMs;
    if (earlyMs > 0) problems.push(`${id} in ${record.topic} was ${earlyMs} ms early`);
    if (found.key?.toString() !== record.key?.toString()) problems.push(`${id} has another key`);
    if (found.value?.equals(record.value ?? Buffer.alloc(0)) !== true)
      problems.push(`${id} has another value`);
    const line = `${record.topic}-${record.partition}`;
    if (found.offset < (newest.get(line) ?? 0n)) problems.push(`${id} was overtaken in ${line}`);
    newest.set(line, found.offset);
  }
  return [...problems, ...left.map(({ offset }) => `nobody asked for ${target} offset ${offset}`)];
}
