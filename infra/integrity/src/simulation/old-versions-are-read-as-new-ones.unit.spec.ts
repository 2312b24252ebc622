import { readFileSync, readdirSync } from 'node:fs';
import type { Catalogue, Codec, GatewayAnswer, GatewayCallRequested } from '@plumbline/events';
import { createCodec, encodeEnvelope, topics } from '@plumbline/events';
import type { Fetched, LogReader, LogRecord, OutgoingRecord, ReadOnlyLog } from '@plumbline/kafka';
import { decodeRecord, openMemoryReadModel } from '@plumbline/postgres';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import { replayTopology } from '@plumbline/runtime';
import { calm } from '@plumbline/runtime/simulation';
import { beforeAll, expect, it } from 'vitest';
import type { History } from './history/history.ts';
import { placeOf } from './history/history.ts';
import { planOf } from './plan/run-plan.ts';
import { stories } from './plan/stories.ts';
import { playToTheEnd } from './play.ts';
import type { Stage } from './stage/open-stage.ts';
import { openStage } from './stage/open-stage.ts';
import { catalogueOfRuns } from './stage/what-runs.ts';

/**
 * One run of everything, whose log is read twice: as it was written, all in the newest versions, and
 * as if half of its events had been written by the versions before, by golden schemas of these.
 */
let stage: Stage;
let history: History;
/** Values in older versions, by topic and place. */
let olderValues: ReadonlyMap<string, Buffer>;
let olderCounts: ReadonlyMap<string, number>;

/** Not commands: they are fingerprinted as they came. */
const rewritten = [
  ...[topics.ordersEvents, topics.paymentsEvents, topics.checkoutEvents, topics.alertsEvents],
  ...[topics.remediesEvents, topics.desksEvents, topics.desksCopies],
].map(({ name }) => name);

beforeAll(async () => {
  const plan = planOf(2, {}, calm);
  const told = stories.map((story, index) => ({ index, story, startMs: 500 + index * 200 }));
  stage = await openStage(
    { ...plan, partitions: 2, stories: told, poison: [], isListening: false },
    null,
  );
  const { simulation } = stage;
  await simulation.run({ untilMs: simulation.nowMs() + 6_000, limitMs: 7_000 });
  await callBack();
  history = await playToTheEnd(stage);
  [olderValues, olderCounts] = await writeOlder();
}, 120_000);

/** The simulation's own gateway has its callbacks in another form. Every second is another merchant's. */
async function callBack(): Promise<void> {
  const { broker } = stage.simulation;
  const [events, commands] = [topics.paymentsEvents.name, topics.paymentsCommands.name];
  const codec = stage.newCodec(() => 0);
  await codec.prepare([events, commands]);
  const decoded = broker
    .topicRecords(events)
    .map((record) => [record, codec.decode(events, record.value)] as const);
  for (const [index, [{ partition, key }, { type, data }]] of decoded.entries()) {
    if (type !== 'GatewayCallRequested') continue;
    const { payNo, channel, reference } = data as GatewayCallRequested;
    const id = `callback-${index}`;
    const payload = {
      type: 'ReportGatewayCallback',
      data: {
        ...{ payNo, channel, reference, callbackId: id, merchantMatches: index % 2 === 0 },
        ...{ refundReference: null, answer: ofAPartGivenBack, rawPayload: 'enc:v1:simulated:e30' },
      },
    };
    broker.appendRaw({
      ...{ topic: commands, partition, key, value: codec.encode(commands, payload) },
      headers: encodeEnvelope({
        ...{ id, type: payload.type, source: '/test', subject: payNo, correlationId: id },
        ...{ timeMs: stage.beganMs, causationId: null, actor: 'gateway:MOCK' },
        ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
  }
}

const ofAPartGivenBack: GatewayAnswer = {
  ...{ result: 'PAID', code: null, message: null, gatewayTransactionId: 'T-other', handle: null },
  ...{ payUrl: null, amountMinor: 1n, currency: 'CNY', occurredAt: null, refundedMinor: 1n },
  gatewayRefundId: null,
};

interface Golden {
  readonly record: string;
  readonly version: number;
  readonly schema: string;
}

function olderSchemas(): readonly Golden[] {
  const folder = new URL('../../../../schemas/events/golden/', import.meta.url);
  return readdirSync(folder)
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden)
    .filter(({ record, schema }) => catalogueOfRuns.schemas[record] !== schema);
}

interface OlderVersion extends Golden {
  readonly codec: Codec;
}

/** By topic and type, codecs that write it as older versions did, the oldest first. */
async function olderVersions(): Promise<ReadonlyMap<string, readonly OlderVersion[]>> {
  const found = new Map<string, OlderVersion[]>();
  const specs = catalogueOfRuns.topics.filter(({ name }) => rewritten.includes(name));
  for (const golden of [...olderSchemas()].sort((a, b) => a.version - b.version)) {
    const topic = specs.find(({ records }) => records.includes(golden.record))?.name;
    if (topic === undefined) continue;
    const schemas = { ...catalogueOfRuns.schemas, [golden.record]: golden.schema };
    // Without upcasters, so that what can be written in an old version is not asked of them.
    const catalogue: Catalogue = { ...catalogueOfRuns, schemas, upcasters: [] };
    const codec = createCodec(stage.schemaIds, { catalogue });
    await codec.prepare([topic]);
    const type = golden.record.slice(golden.record.lastIndexOf('.') + 1);
    const key = `${topic} ${type}`;
    found.set(key, [...(found.get(key) ?? []), { ...golden, codec }]);
  }
  return found;
}

/** What follows from the rest of the record where an old version did not keep it. */
const fieldsOfUpcasters = new Map([
  ['plumbline.payments.GatewayCallbackRecorded', { merchantMatches: null }],
]);

async function writeOlder(): Promise<
  readonly [ReadonlyMap<string, Buffer>, ReadonlyMap<string, number>]
> {
  const versions = await olderVersions();
  const plain = createCodec(stage.schemaIds, { catalogue: { ...catalogueOfRuns, upcasters: [] } });
  await plain.prepare(rewritten);
  const values = new Map<string, Buffer>();
  const counts = new Map<string, number>();
  const turns = new Map<string, number>();
  for (const topic of rewritten) {
    for (const { record, payload } of history.committed(topic)) {
      if (payload === null) continue;
      const able = (versions.get(`${topic} ${payload.type}`) ?? []).flatMap((version) => {
        const value = writtenBy(version, { topic, payload });
        return value === null ? [] : [{ version, value }];
      });
      // Versions in turn, the newest among them.
      const turn = turns.get(payload.type) ?? 0;
      turns.set(payload.type, turn + 1);
      const chosen = able[turn % (able.length + 1)];
      if (chosen === undefined) continue;
      const id = chosen.value.readUInt32BE(1);
      await plain.learn(id);
      const over = fieldsOfUpcasters.get(chosen.version.record) ?? {};
      const read = plain.decode(topic, chosen.value).data;
      // An old writer had nothing to say that its schema has no place for.
      if (!isSame({ ...read, ...over }, { ...payload.data, ...over })) continue;
      await history.codec.learn(id);
      values.set(`${topic} ${placeOf(record)}`, chosen.value);
      const name = `${payload.type} v${chosen.version.version}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [values, counts];
}

/** Null where a symbol is newer than the version. */
function writtenBy(
  { codec }: OlderVersion,
  { topic, payload }: { readonly topic: string; readonly payload: { type: string; data: object } },
): Buffer | null {
  try {
    return codec.encode(topic, payload);
  } catch {
    return null;
  }
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'bigint' ? `${each}n` : Buffer.isBuffer(each) ? each.toString('hex') : each,
  );
const sorted = (value: object): object =>
  Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
const isSame = (one: object, other: object): boolean => text(sorted(one)) === text(sorted(other));

const inOlderVersions = (record: LogRecord): LogRecord => {
  const value = olderValues.get(`${record.topic} ${placeOf(record)}`);
  return value === undefined ? record : { ...record, value };
};

/** The same log, with the values of older versions in their places. */
function mixedLog(): ReadOnlyLog {
  const { broker } = stage.simulation;
  const mixed = (fetched: Fetched): Fetched => ({
    ...fetched,
    records: fetched.records.map(inOlderVersions),
  });
  return {
    describeTopics: (names) => broker.describeTopics(names),
    ends: (of) => broker.ends(of),
    async openReader(options) {
      const reader = await broker.openReader(options);
      return {
        position: (of) => reader.position(of),
        stampMs: () => reader.stampMs(),
        seek: (to) => {
          reader.seek(to);
        },
        fetch: async (how, only) => (await reader.fetch(how, only)).map(mixed),
        close: () => reader.close(),
      } satisfies LogReader;
    },
  };
}

async function replayed(log: ReadOnlyLog, topology: Topology, partition: number) {
  const outputs: string[] = [];
  const { stateDigest } = await replayTopology({
    ...{ topology, log, partition, codec: history.codec, partitions: history.partitions },
    untilMs: history.endedMs,
    onOutput: (output) => outputs.push(outputText(output)),
  });
  return { stateDigest, outputs };
}

const outputText = ({ topic, key, value, headers }: OutgoingRecord): string =>
  text([topic, key?.toString(), value?.toString('hex'), sorted(headers)]);

it('holds events of every version in the log', () => {
  const names = [...olderCounts.keys()];
  for (const name of [
    ...['OrderCreated v1', 'OrderAwaitingPayment v1', 'GatewayCallbackRecorded v1'],
    ...['PaymentCreated v1', 'PaymentCreated v2', 'PaymentCreated v3', 'PaymentSucceeded v1'],
    ...['RefundSucceeded v1', 'GatewayCallRequested v1', 'AlertResolved v1', 'AlertResolved v2'],
  ])
    expect(names).toContain(name);
});

it('reads every event of an old version as the new one would have been written', () => {
  for (const topic of rewritten) {
    for (const { record, payload } of history.committed(topic)) {
      const { value } = inOlderVersions(record);
      if (payload !== null) expect(history.codec.decode(topic, value)).toStrictEqual(payload);
    }
  }
});

it('rebuilds read models over mixed versions that equal those over the newest ones', async () => {
  let rows = 0;
  for (const model of history.readModels) {
    const whole = await history.rebuild(model, 100);
    const mixed = await rebuiltOverMixed(model);
    for (const { name } of model.projection.tables) {
      expect(mixed.rows(name), `${model.projection.name}.${name}`).toStrictEqual(whole.rows(name));
      rows += whole.rows(name).length;
    }
  }
  expect(rows).toBeGreaterThan(1_000);
});

async function rebuiltOverMixed({ projection }: MemoryReadModel): Promise<MemoryReadModel> {
  const { broker } = stage.simulation;
  const model = await openMemoryReadModel(projection);
  for (const { topic, incarnation } of await broker.describeTopics(projection.inputs)) {
    const records = broker
      .topicRecords(topic)
      .map((record) => decodeRecord(history.codec, inOlderVersions(record), incarnation));
    await model.fold({ advances: [], records, bury: () => Promise.resolve() });
  }
  return model;
}

it('takes every step as over the newest versions: states, timers, alerts and their ids', async () => {
  const log = mixedLog();
  let outputs = 0;
  for (const topology of history.topologies) {
    for (let partition = 0; partition < history.partitions; partition += 1) {
      const whole = await replayed(stage.simulation.broker, topology, partition);
      expect(await replayed(log, topology, partition), topology.name).toStrictEqual(whole);
      outputs += whole.outputs.length;
    }
  }
  expect(outputs).toBeGreaterThan(1_000);
});
