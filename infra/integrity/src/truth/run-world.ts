import type { AlertsEvent, Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { LogRecord, MemoryLog, OutgoingRecord } from '@plumbline/kafka';
import { broadcastKeys, partitionOfRecordKey } from '@plumbline/kernel';
import { replayTopology } from '@plumbline/runtime';
import type { Told } from './story.ts';
import type { TrueWorld } from './world.ts';

/** Of every world: two tasks, so that keys are shared out. */
export const partitions = 2;

/** What the topology wrote to its topic. */
export interface Said {
  readonly event: AlertsEvent;
  readonly key: string;
  /** Broker time at which it was committed, epoch ms; null where nothing took time. */
  readonly atMs: number | null;
}

/** What came of one world. */
export interface Seen {
  readonly said: readonly Said[];
  /** Times in which alerts may have been held up. */
  readonly held: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** What a second run over the same log said otherwise, in words. */
  readonly differences: readonly string[];
  readonly virtualMs: number;
}

export const alertTopic = topics.alertsEvents.name;

export const topicNames: readonly string[] = [
  ...new Set([
    ...consistencyAlerts.inputs.flatMap((input) =>
      input.kind === 'events' ? [input.topic] : [input.topic, ...outcomesOf(input)],
    ),
    ...consistencyAlerts.outputs,
    ...[consistencyAlerts.changelog, consistencyAlerts.deadLetters],
  ]),
];

function outcomesOf(input: object): readonly string[] {
  return 'outcomes' in input && typeof input.outcomes === 'string' ? [input.outcomes] : [];
}

let prepared: Promise<Codec> | null = null;

/** Schemas are parsed once a thread. */
export function codecOfRuns(): Promise<Codec> {
  prepared ??= prepareCodec();
  return prepared;
}

async function prepareCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare(topicNames.filter((name) => name !== consistencyAlerts.changelog));
  return codec;
}

/** Everything that a world writes, in the order of time: its rules first, then its histories. */
export function toldIn(world: TrueWorld): readonly Told[] {
  const { activation, histories, beganMs } = world;
  const keys = broadcastKeys({ partitions, tenant: 'main', name: 'rules' });
  const rules =
    activation === null
      ? []
      : keys.map((key, index) => ({
          ...{ atMs: beganMs + 1, topic: topics.alertsCommands.name, key, id: `rules-${index}` },
          payload: { type: 'ActivateRules', data: activation },
        }));
  const told = histories.flatMap((history) => history.told);
  return [...rules, ...[...told].sort((a, b) => a.atMs - b.atMs)];
}

export function recordOf(codec: Codec, told: Told): OutgoingRecord {
  const { topic, key, id, payload, atMs } = told;
  return {
    ...{ topic, key: Buffer.from(key), partition: partitionOfRecordKey(key, partitions) },
    value: payload === null ? Buffer.from('nobody can read this') : codec.encode(topic, payload),
    headers: encodeEnvelope({
      ...{ id, type: payload?.type ?? 'Unreadable', source: '/plumbline/truth', subject: key },
      ...{ timeMs: atMs, correlationId: id, causationId: null, actor: 'system:truth' },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    }),
  };
}

export function saidIn(codec: Codec, records: readonly LogRecord[]): readonly Said[] {
  return records.map((record) => ({
    // The topic carries nothing else, and the codec has checked it.
    event: codec.decode(alertTopic, record.value) as AlertsEvent,
    key: record.key?.toString('utf8') ?? '',
    atMs: record.timestampMs,
  }));
}

/** Runs the topology once more over the same log, from zero: to the byte it must say the same. */
export async function replayDifferences(of: {
  readonly log: MemoryLog;
  readonly codec: Codec;
  readonly untilMs: number;
}): Promise<readonly string[]> {
  const { log, codec, untilMs } = of;
  const live = log.topicRecords(alertTopic);
  const found: string[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const again: string[] = [];
    await replayTopology({
      ...{ topology: consistencyAlerts, log, codec, partition, partitions, untilMs },
      onOutput: (output) => {
        if (output.topic === alertTopic) again.push(bytesOf(output));
      },
    });
    const first = live.filter((record) => record.partition === partition).map(bytesOf);
    const at = first.findIndex((bytes, index) => bytes !== again[index]);
    if (first.length === again.length && at < 0) continue;
    found.push(
      `partition ${partition}: ${first.length} records live and ${again.length} in a replay` +
        (at < 0 ? '' : `, the first other one at ${at}`),
    );
  }
  return found;
}

function bytesOf({ key, value, headers }: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>) {
  const names = Object.keys(headers).sort();
  const head = names.map((name) => `${name}=${headers[name]?.toString() ?? ''}`).join(';');
  return `${key?.toString() ?? ''} ${value?.toString('base64') ?? ''} ${head}`;
}
