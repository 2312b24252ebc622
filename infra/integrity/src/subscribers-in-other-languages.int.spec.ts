import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AlertsFrom, ToldAlert } from '@plumbline/alerts-client';
import { alertsFromLog, alertsFromStream } from '@plumbline/alerts-client';
import type { AlertsEvent } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import { partitionOfRecordKey, routingKey } from '@plumbline/kernel';
import { hasPython, localConfig, pythonEnvironment, runCommand } from '@plumbline/local';
import type { QueriesConfig } from '@plumbline/queries';
import { openQueries, schema as queriesConfig } from '@plumbline/queries';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess, testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `src` and `dist` stand at the same depth, so this holds for both. */
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const { name: topic } = topics.alertsEvents;
const timeoutMs = 120_000;

const withPython = hasPython();
if (!withPython)
  process.stdout.write('Without python3 on the PATH, its subscribers are not run.\n');
const withMaven = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'mvn')));
if (!withMaven) process.stdout.write('Without mvn on the PATH, the JVM subscriber is not run.\n');

let queries: TestProcess<QueriesConfig>;
let python = '';
let jars = '';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-subscribers-'));
  queries = await openTestProcess<QueriesConfig>({
    ...{ service: 'queries', schema: queriesConfig, open: openQueries },
  });
  await queries.foundation.codec.prepare([topic]);
  const { cacheFolder } = localConfig(process.env);
  const requirementsFile = at('infra/integrity/python/subscribers.txt');
  if (withPython) python = await pythonEnvironment({ cacheFolder, requirementsFile });
  if (withMaven) jars = await jarsIn(join(cacheFolder, 'jvm-subscriber'));
}, 300_000);
afterAll(async () => {
  await queries.close();
  await rm(folder, { recursive: true });
});

/** What the example's comment says to run. */
async function jarsIn(where: string): Promise<string> {
  const copied = await runCommand({
    command: 'mvn',
    args: [
      ...['-q', '-B', '-f', at('docs/examples/jvm/pom.xml'), 'dependency:copy-dependencies'],
      `-DoutputDirectory=${where}`,
    ],
    timeoutMs: 240_000,
  });
  if (copied.code !== 0) throw new Error(copied.output.join('\n'));
  return where;
}

let made = 0;

/** Raises so many alerts of a tenant and acknowledges the last, in a transaction. */
async function raise(tenant: string, count: number): Promise<readonly string[]> {
  const { log, codec } = queries.foundation;
  const ids = Array.from({ length: count }, () => randomUUID());
  const last = ids.at(-1) ?? '';
  const record = (event: AlertsEvent, alertId: string) => {
    made += 1;
    const key = routingKey(tenant, `O-${alertId}`);
    return {
      ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
      value: codec.encode(topic, event),
      headers: encodeEnvelope({
        ...{ id: randomUUID(), type: event.type, source: '/plumbline/test', timeMs: made },
        ...{ subject: alertId, correlationId: 'c', causationId: null, actor: 'operator:lin' },
        ...{ aggregateVersion: 1n, previousHash: '0'.repeat(64) },
        ...{ subjectKeyId: null, traceparent: null },
      }),
    };
  };
  const about = (alertId: string) => ({ alertId, rule: 'A', tenant, orderNo: `O-${alertId}` });
  const producer = await log.openTransactionalProducer({ transactionalId: `test-${tenant}` });
  await producer.transact([
    ...ids.map((alertId) =>
      record(
        {
          type: 'AlertRaised',
          data: {
            ...{ ...about(alertId), ruleVersion: 1, payNo: null, severity: 'CRITICAL' },
            ...{ summary: 'paid, 订单 is not', expected: 'PAID', actual: 'INIT', deadline: null },
            ...{ detectedAt: Date.UTC(2026, 0, 1), amountMinor: 12_345n, currency: 'CNY' },
            ...{ howSeen: 'by an event', triggerEventId: 'event', evidence: [] },
          },
        },
        alertId,
      ),
    ),
    record(
      { type: 'AlertAcknowledged', data: { ...about(last), reason: 'I look', acknowledgedAt: 2 } },
      last,
    ),
  ]);
  await producer.close();
  return ids;
}

/** How many committed records the topic has: other suites have written there as well. */
async function recordsInAll(): Promise<number> {
  const { log } = queries.foundation;
  const ends = await Promise.all(
    [0, 1, 2, 3].map(async (partition) => ({
      partition,
      ...(await log.ends({ topic, partition })),
    })),
  );
  const reader = await log.openReader({
    from: ends.map(({ partition, logStartOffset: offset }) => ({ topic, partition, offset })),
    isolation: 'read_committed',
  });
  let count = 0;
  const isDone = (): boolean =>
    ends.every((end) => reader.position({ topic, partition: end.partition }) >= end.highWatermark);
  while (!isDone())
    for (const { records } of await reader.fetch({ maxWaitMs: 100 })) count += records.length;
  await reader.close();
  return count;
}

async function run(command: string, args: readonly string[]): Promise<readonly string[]> {
  const { code, output } = await runCommand({
    ...{ command, args, timeoutMs },
    env: {
      ...process.env,
      ...{
        PYTHONIOENCODING: 'utf-8',
        PLUMBLINE_KAFKA_BROKERS: testAddress('PLUMBLINE_TEST_KAFKA'),
      },
      ...{ PLUMBLINE_REGISTRY_URL: testAddress('PLUMBLINE_TEST_REGISTRY') },
      ...{ PLUMBLINE_QUERIES_URL: queries.url, JAVA_TOOL_OPTIONS: '-Dfile.encoding=UTF-8' },
    },
  });
  expect(code, output.join('\n')).toBe(0);
  return output;
}

const timesIn = (lines: readonly string[], type: string, ids: readonly string[]): number =>
  lines.filter((line) => line.includes(` ${type} `) && ids.some((id) => line.includes(id))).length;

/** Reads to the end and ends; started again it goes on where it stood. */
async function expectResumes(
  read: (group: string, count: number) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const group = `subscriber-${randomUUID()}`;
  const tenant = `t${randomUUID().slice(0, 8)}`;
  const first = await raise(tenant, 20);
  const lines = await read(group, await recordsInAll());
  const tail = lines.join('\n');
  expect(timesIn(lines, 'AlertRaised', first.slice(-5)), tail).toBe(5);
  expect(timesIn(lines, 'AlertAcknowledged', first), tail).toBe(1);
  const more = await raise(tenant, 10);
  const again = await read(group, 11);
  expect(timesIn(again, 'AlertRaised', more), again.join('\n')).toBe(10);
  expect(timesIn(again, 'AlertRaised', first)).toBe(0);
  return again;
}

describe('an example of the documentation reads alerts and goes on where it stood', () => {
  it.runIf(withPython)(
    'in Python from Kafka, with confluent-kafka and its deserializer',
    async () => {
      const file = at('docs/examples/consume_alerts.py');
      const lines = await expectResumes((group, count) =>
        run(python, [file, '--group', group, '--count', String(count)]),
      );
      expect(lines.join('\n')).toContain('by operator:lin: paid, 订单 is not');
      expect(lines.join('\n')).toContain('12345 minor units of CNY');
    },
    2 * timeoutMs,
  );

  it.runIf(withMaven)(
    'in Java from Kafka, with Kafka’s own client and Avro',
    async () => {
      const file = at('docs/examples/jvm/ConsumeAlerts.java');
      const java = process.env['PLUMBLINE_TEST_JAVA'] ?? 'java';
      const lines = await expectResumes((group, count) =>
        run(java, ['-Xmx128m', '-cp', `${jars}/*`, file, group, String(count)]),
      );
      expect(lines.join('\n')).toContain('12345 minor units of CNY at 2026-01-01T00:00:00Z: paid');
    },
    2 * timeoutMs,
  );

  it.runIf(withPython)(
    'in Python over server-sent events, with nothing but its standard library',
    async () => {
      const file = at('docs/examples/follow_alerts.py');
      const tenant = `t${randomUUID().slice(0, 8)}`;
      const keep = join(folder, 'position');
      const read = (count: number) =>
        run(python, [file, '--keep', keep, '--count', String(count), `tenant=${tenant}`]);
      const first = await raise(tenant, 5);
      const before = await read(4);
      const more = await raise(tenant, 5);
      const after = await read(8);
      expect([timesIn(before, 'AlertRaised', more), timesIn(after, 'AlertRaised', more)]).toEqual([
        0, 5,
      ]);
      const [whole, ids] = [
        [...before, ...after],
        [...first, ...more],
      ];
      expect(whole).toHaveLength(12);
      expect(timesIn(whole, 'AlertRaised', ids)).toBe(10);
      expect(timesIn(whole, 'AlertAcknowledged', ids)).toBe(2);
    },
    2 * timeoutMs,
  );

  it(
    'in TypeScript either way, which tell the same, and a position of one is good for the other',
    async () => {
      const { log, codec } = queries.foundation;
      const tenant = `t${randomUUID().slice(0, 8)}`;
      const filter = { tenant };
      const first = async (
        way: (from: AlertsFrom, signal: AbortSignal) => AsyncIterable<ToldAlert>,
        count: number,
        from: AlertsFrom,
      ): Promise<readonly ToldAlert[]> => {
        const ending = new AbortController();
        const told: ToldAlert[] = [];
        for await (const each of way(from, ending.signal)) {
          told.push(each);
          if (told.length === count) ending.abort();
        }
        return told;
      };
      const ways = {
        log: (from: AlertsFrom, signal: AbortSignal) =>
          alertsFromLog({ log, codec, from, filter, signal }),
        stream: (from: AlertsFrom, signal: AbortSignal) =>
          alertsFromStream({ url: queries.url, from, filter, signal }),
      };
      await raise(tenant, 20);
      const fromLog = await first(ways.log, 21, 'beginning');
      const fromStream = await first(ways.stream, 21, 'beginning');
      const bare = (told: readonly ToldAlert[]) =>
        told
          .map(({ position: _, ...rest }) => rest)
          .sort((one, other) => one.eventId.localeCompare(other.eventId));
      expect(bare(fromStream)).toEqual(bare(fromLog));
      const ids = (told: readonly ToldAlert[]) => told.map(({ eventId }) => eventId).sort();
      for (const [from, by] of [
        [fromLog, ways.stream],
        [fromStream, ways.log],
      ] as const) {
        const after = from[9]?.position ?? '';
        expect(ids(await first(by, 11, { after }))).toEqual(ids(from.slice(10)));
      }
    },
    timeoutMs,
  );
});
