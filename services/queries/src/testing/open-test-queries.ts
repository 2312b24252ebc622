import { randomBytes } from 'node:crypto';
import type { Codec, Envelope } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import { createHttpApp, listen } from '@plumbline/http';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { partitionOfRecordKey, routingKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { Postgres, RecordPlace } from '@plumbline/postgres';
import { formatPlaces, openPostgres, waitForPlaces } from '@plumbline/postgres';
import { createMemoryLocalStores } from '@plumbline/runtime';
import type { QueriesConfig } from '../config.ts';
import { schema } from '../config.ts';
import { projections } from '../projections/projections.ts';
import { openQueries } from '../wiring.ts';

export const partitions = 4;

/** Every topic that the projections read or write. */
const topicNames = [
  ...new Set([...projections.flatMap(({ inputs }) => inputs), topics.projectionsDeadLetters.name]),
];

export function testPostgresUrl(): string {
  const url = process.env['PLUMBLINE_TEST_POSTGRES'];
  if (url === undefined || url === '') {
    throw new Error('PLUMBLINE_TEST_POSTGRES is not set: postgres://user:password@host:port/db');
  }
  return url;
}

/** A database of its own: the names of the read models are fixed. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const admin = openPostgres({ url: testPostgresUrl(), logger: silentLogger, poolMax: 1 });
  const name = `queries_test_${randomBytes(5).toString('hex')}`;
  await admin.query(`create database ${name}`);
  const url = new URL(testPostgresUrl());
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.close();
    },
  };
}

export async function createTestCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare(topicNames);
  return codec;
}

export const createTestLog = (): MemoryLog =>
  createMemoryLog({ topics: topicNames.map((name) => ({ name, partitions })) });

export interface TestQueries {
  readonly url: string;
  /** JSON of an answer and its status. */
  get(
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }>;
  close(): Promise<void>;
}

/** The process without its signals: wiring and HTTP over the given log and database. */
export async function openTestQueries(options: {
  readonly log: MemoryLog;
  readonly codec: Codec;
  readonly postgresUrl: string;
}): Promise<TestQueries> {
  const config: QueriesConfig = schema.parse({
    PLUMBLINE_POSTGRES_URL: options.postgresUrl,
    PLUMBLINE_LOCAL_STACK: 'true',
  });
  const metrics = createMetrics({ service: 'queries', processMetrics: false });
  const { log, codec } = options;
  const foundation = {
    ...{ service: 'queries', config, logger: silentLogger, metrics, log, codec },
    localStores: createMemoryLocalStores(),
  };
  const parts = await openQueries(foundation);
  const app = createHttpApp({
    ...{ service: 'queries', version: 'test', logger: silentLogger, metrics },
    routes: parts.routes ?? [],
    health: { ...parts.healthAtStart, ...parts.health },
    checkResponses: true,
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  return {
    url: listening.url,
    async get(path, headers = {}) {
      const response = await fetch(`${listening.url}${path}`, { headers });
      return { status: response.status, body: await response.json(), headers: response.headers };
    },
    async close() {
      await listening.close();
      await parts.close?.();
    },
  };
}

export interface TestEvents {
  /** Appends an event of an order and returns its place. */
  append(
    topic: string,
    orderNo: string,
    payload: Payload,
    envelope?: Partial<Envelope>,
  ): RecordPlace;
  /** The newest place of every partition written to, as a position token. */
  position(): string;
  places(): readonly RecordPlace[];
}

export function testEvents(log: MemoryLog, codec: Codec): TestEvents {
  const newest = new Map<string, RecordPlace>();
  const versions = new Map<string, bigint>();
  let ids = 0;
  return {
    append(topic, orderNo, payload, changes = {}) {
      const key = routingKey('main', orderNo);
      const version = (versions.get(`${topic} ${key}`) ?? 0n) + 1n;
      versions.set(`${topic} ${key}`, version);
      ids += 1;
      const envelope: Envelope = {
        id: `event-${ids}`,
        type: payload.type,
        source: '/plumbline/test',
        subject: orderNo,
        timeMs: Date.UTC(2026, 0, 1),
        correlationId: `correlation-${orderNo}`,
        causationId: null,
        actor: 'api:test',
        aggregateVersion: version,
        previousHash: '0'.repeat(64),
        subjectKeyId: null,
        traceparent: null,
        ...changes,
      };
      const { partition, baseOffset } = log.appendRaw({
        topic,
        partition: partitionOfRecordKey(key, partitions),
        key: Buffer.from(key),
        value: codec.encode(topic, payload),
        headers: encodeEnvelope(envelope),
      });
      const place = { topic, partition, offset: baseOffset };
      newest.set(`${topic} ${partition}`, place);
      return place;
    },
    places: () => [...newest.values()],
    position: () => formatPlaces([...newest.values()]),
  };
}

/** Until every projection has folded all of the given records. */
export async function foldedBy(postgres: Postgres, places: readonly RecordPlace[]): Promise<void> {
  for (const projection of projections) {
    // Six projections begin at once, on a machine that may have much else to do.
    const until = performance.now() + 30_000;
    for (let done = false; !done;) {
      if (performance.now() > until) throw new Error(`${projection.name} does not catch up`);
      done = await waitForPlaces({ postgres, projection, places, timeoutMs: 200 }).catch(
        () => false,
      );
    }
  }
}
