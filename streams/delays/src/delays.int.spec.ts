import { randomUUID } from 'node:crypto';
import { decodeEnvelopeOf, encodeEnvelope, topics } from '@plumbline/events';
import type { EdgeProducer, Log, LogReader, LogRecord } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess, testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DelaysConfig } from './config.ts';
import { delayTopicsOf, schema, target } from './config.ts';
import { attemptOf } from './testing/open-delays.ts';
import { openTopicAdmin } from './topic-admin.ts';
import { openDelays } from './wiring.ts';

const levels = { '1s': 1_000, '2s': 2_000 } as const;
const newPrefix = (): string => `test-delay-${randomUUID().slice(0, 8)}`;
const prefix = newPrefix();
const brokers = testAddress('PLUMBLINE_TEST_KAFKA').split(',');

let log: Log;
let edge: EdgeProducer;
let reader: LogReader;
const opened = new Set<TestProcess<DelaysConfig>>();

beforeAll(async () => {
  const of = { brokers, clientId: 'test', logger: silentLogger };
  log = await createKafkaLog({ ...of, clockTopic: topics.platformClock.name });
  edge = await log.openEdgeProducer();
});
afterAll(async () => {
  for (const process of opened) await process.close();
  await reader.close();
  await edge.close();
  await log.close();
});

async function start(env: Readonly<Record<string, string>> = {}) {
  const process = await openTestProcess<DelaysConfig>({
    ...{ service: 'delays', schema, topics: delayTopicsOf, open: openDelays },
    env: { PLUMBLINE_DELAY_PREFIX: prefix, PLUMBLINE_DELAY_LEVELS: '1s,2s', ...env },
  });
  opened.add(process);
  return {
    foundation: process.foundation,
    async close() {
      opened.delete(process);
      await process.close();
    },
  };
}

type Started = Awaited<ReturnType<typeof start>>;

interface Waiting {
  readonly id: string;
  readonly key: string;
  readonly value: Buffer;
  readonly dueMs: number;
}

async function wait(of: Started, level: keyof typeof levels, number: number): Promise<Waiting> {
  const { codec, config } = of.foundation;
  const topic = `${prefix}.${level}`;
  await codec.prepare([topic]);
  const id = randomUUID();
  asked.add(id);
  const key = `main/E-${number}`;
  const payload = attemptOf(number);
  const value = codec.encode(topic, payload);
  const { appendTimeMs } = await edge.send({
    ...{ topic, key: Buffer.from(key), value },
    partition: partitionOfRecordKey(key, config.PLUMBLINE_PARTITIONS),
    headers: encodeEnvelope({
      ...{ id, type: payload.type, source: '/test', subject: key, timeMs: 0, correlationId: id },
      ...{ causationId: null, actor: 'api:test', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    }),
  });
  if (appendTimeMs === null) throw new Error(`${topic} has not the times of the broker`);
  return { id, key, value, dueMs: appendTimeMs + levels[level] };
}

/** From here on it is seen what is sent on. */
async function watch(partitions: number): Promise<void> {
  const from = await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const { highWatermark } = await log.ends({ topic: target, partition });
      return { topic: target, partition, offset: highWatermark };
    }),
  );
  reader = await log.openReader({ from, isolation: 'read_committed' });
}

const asked = new Set<string>();
/** What was sent on of it. Others may write to the same topic. */
const sent: LogRecord[] = [];
const causeOf = (record: LogRecord): string => decodeEnvelopeOf(record).causationId ?? '';

async function untilSent(count: number): Promise<void> {
  const untilMs = performance.now() + 30_000;
  while (sent.length < count && performance.now() < untilMs) {
    for (const { records } of await reader.fetch({ maxWaitMs: 100 })) {
      sent.push(...records.filter((record) => asked.has(causeOf(record))));
    }
  }
}

it('what waits in Kafka is sent on once, never early, also by whoever takes over', async () => {
  const first = await start();
  await watch(first.foundation.config.PLUMBLINE_PARTITIONS);
  const waiting: Waiting[] = [];
  for (let number = 0; number < 10; number += 1) {
    waiting.push(await wait(first, '1s', number), await wait(first, '2s', 100 + number));
  }
  await untilSent(3);
  const second = await start();
  await first.close();
  waiting.push(await wait(second, '1s', 200));
  await untilSent(waiting.length);
  // Whatever is sent on twice has come by the end of another level.
  const last = await wait(second, '2s', 201);
  await untilSent(waiting.length + 1);
  for (const { id, key, value, dueMs } of [...waiting, last]) {
    const found = sent.filter((record) => causeOf(record) === id);
    expect(found.map((record) => record.key?.toString())).toEqual([key]);
    expect(found[0]?.value?.equals(value)).toBe(true);
    expect(found[0]?.timestampMs).toBeGreaterThanOrEqual(dueMs);
  }
  expect(sent).toHaveLength(waiting.length + 1);
}, 90_000);

it('topics that are not timed by the broker are refused with what to do', async () => {
  const env = { PLUMBLINE_DELAY_PREFIX: newPrefix(), PLUMBLINE_DELAY_LEVELS: '1s' };
  const admin = await openTopicAdmin({ brokers, clientId: 'test', ssl: false });
  const [spec] = delayTopicsOf({ ...env });
  if (spec === undefined) throw new Error('one level is one topic');
  const config = { ...spec.config, 'message.timestamp.type': 'CreateTime' };
  await admin.createTopics([{ ...spec, config }], 4);
  await admin.close();
  await expect(start(env)).rejects.toThrow(
    /message\.timestamp\.type=CreateTime, and it must be LogAppendTime: choose another/,
  );
});
