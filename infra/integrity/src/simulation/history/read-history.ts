import type { Codec } from '@plumbline/events';
import { decodeEnvelope } from '@plumbline/events';
import type { Ends, LogRecord, MemoryLog } from '@plumbline/kafka';
import type { MemoryReadModel } from '@plumbline/postgres';
import { decodeRecord, openMemoryReadModel } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import { replayTopology } from '@plumbline/runtime';
import * as limits from '../limits.ts';
import { learn } from '../stage/run-sim-projection.ts';
import type { Stage } from '../stage/open-stage.ts';
import { topologiesOf } from '../stage/what-runs.ts';
import { watchedTopics } from '../stage/watcher.ts';
import type { Behind, Entry, History, ReplayedRecord } from './history.ts';
import { placeOf } from './history.ts';

/** Everything that a finished run has left, for the checkers. */
export async function readHistory(
  stage: Stage,
  times: { readonly healedMs: number; readonly endedMs: number; readonly calm: boolean },
  behind: readonly Behind[],
): Promise<History> {
  const { plan, simulation, journal } = stage;
  const { broker } = simulation;
  const codec = stage.newCodec(() => 0);
  const topologies = topologiesOf(plan);
  const all = new Map<string, readonly Entry[]>();
  const topicNames = new Set([
    ...watchedTopics,
    ...topologies.flatMap(({ inputs, outputs, changelog, deadLetters }) => [
      ...inputs.map(({ topic }) => topic),
      ...outputs,
      ...[changelog, deadLetters],
    ]),
    ...stage.readModels.flatMap(({ projection }) => projection.inputs),
  ]);
  await codec.prepare([...topicNames].filter((name) => !name.includes('changelog')));
  for (const topic of topicNames) {
    const records = broker.topicRecords(topic);
    if (!topic.includes('changelog')) await learn(codec, [{ records }]);
    all.set(
      topic,
      records.map((record) => entryOf(codec, record, journal.planted)),
    );
  }
  const { partitions } = plan;
  const ends = new Map<string, Ends>();
  for (const topic of topicNames) {
    for (let partition = 0; partition < partitions; partition += 1) {
      ends.set(`${topic}-${partition}`, await broker.ends({ topic, partition }));
    }
  }
  return {
    ...{ partitions, topologies, codec, behind, ...times },
    books: stage.gateway.books,
    money: stage.receiving?.payers.money ?? new Map(),
    deliveries: stage.merchants.books,
    contacts: stage.merchants.contacts,
    endpoints: plan.endpoints,
    isRelayAway: plan.relayAway !== null,
    silence: plan.isListening ? limits.silence : limits.usualSilence,
    committed: (topic) => all.get(topic) ?? [],
    written: (topic) => new Set(broker.topicRecords(topic, 'read_uncommitted').map(placeOf)),
    ends: (topic, partition) => endOf(ends, `${topic}-${partition}`),
    sent: [...journal.sent.values()],
    sightings: journal.sightings,
    watched: watchedTopics,
    taken: [...journal.taken.values()],
    localCopies: stage.copies.now(),
    readModels: stage.readModels,
    replay: (topology, partition) =>
      replay({ broker, codec, topology, partition, partitions, untilMs: times.endedMs }),
    rebuild: (model, batchSize) => rebuild({ broker, codec, model, batchSize, partitions }),
  };
}

function endOf(ends: ReadonlyMap<string, Ends>, name: string): Ends {
  const end = ends.get(name);
  if (end === undefined) throw new Error(`nobody asked for the end of ${name}`);
  return end;
}

function entryOf(codec: Codec, record: LogRecord, planted: ReadonlyMap<string, string>): Entry {
  const spoilt = planted.get(`${record.topic} ${placeOf(record)}`) ?? null;
  const attempt = <T>(run: () => T): T | null => {
    try {
      return run();
    } catch {
      return null;
    }
  };
  return {
    record,
    planted: spoilt,
    envelope: attempt(() => decodeEnvelope(record.headers)),
    payload: attempt(() => codec.decode(record.topic, record.value)),
  };
}

async function replay(of: {
  readonly broker: MemoryLog;
  readonly codec: Codec;
  readonly topology: Topology;
  readonly partition: number;
  readonly partitions: number;
  readonly untilMs: number;
}): Promise<ReadonlyMap<string, readonly ReplayedRecord[]>> {
  const outputs = new Map<string, ReplayedRecord[]>();
  const { broker, codec, topology, partition, partitions, untilMs } = of;
  await replayTopology({
    ...{ topology, codec, partition, partitions, untilMs, log: broker },
    onOutput(output) {
      const list = outputs.get(output.topic) ?? [];
      list.push(output);
      outputs.set(output.topic, list);
    },
  });
  return outputs;
}

/** The production projection over the committed log, from its start, in batches of one size. */
async function rebuild(of: {
  readonly broker: MemoryLog;
  readonly codec: Codec;
  readonly model: MemoryReadModel;
  readonly batchSize: number;
  readonly partitions: number;
}): Promise<MemoryReadModel> {
  const { broker, codec, model, batchSize, partitions } = of;
  const rebuilt = await openMemoryReadModel(model.projection);
  const described = await broker.describeTopics(model.projection.inputs);
  for (const { topic, incarnation } of described) {
    const records = broker.topicRecords(topic);
    for (let partition = 0; partition < partitions; partition += 1) {
      const own = records.filter((record) => record.partition === partition);
      for (let at = 0; at < own.length; at += batchSize) {
        const batch = own.slice(at, at + batchSize);
        await rebuilt.fold({
          advances: [],
          records: batch.map((record) => decodeRecord(codec, record, incarnation)),
          bury: () => Promise.resolve(),
        });
      }
    }
  }
  return rebuilt;
}
