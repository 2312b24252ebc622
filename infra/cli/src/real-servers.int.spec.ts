import { randomUUID } from 'node:crypto';
import type { DeadLettered } from '@plumbline/events';
import { createCodec, encodeEnvelope, topics } from '@plumbline/events';
import { createKafkaLog } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { createSession } from './session/session.ts';
import { recordOutput } from './testing/memory-session.ts';

const brokers = process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092';
const registryUrl =
  process.env['PLUMBLINE_TEST_REGISTRY'] ?? 'http://127.0.0.1:18081/apis/ccompat/v7';
const postgresUrl =
  process.env['PLUMBLINE_TEST_POSTGRES'] ?? 'postgres://plumbline:local@127.0.0.1:15432/plumbline';

const redisUrl = process.env['PLUMBLINE_TEST_REDIS'] ?? 'redis://127.0.0.1:16379';
const env = {
  PLUMBLINE_KAFKA_BROKERS: brokers,
  PLUMBLINE_REGISTRY_URL: registryUrl,
  PLUMBLINE_POSTGRES_URL: postgresUrl,
  PLUMBLINE_REDIS_URL: redisUrl,
};

async function cli(...args: readonly string[]) {
  const out = recordOutput();
  const { signal } = new AbortController();
  const exitCode = await runCli({ args, env, out, signal, createSession });
  return { exitCode, stdout: out.stdout(), stderr: out.stderr() };
}

interface Checked {
  readonly state: string;
  readonly name: string;
  readonly detail: string;
}

/** What a task writes of a record that it cannot process: the one thing anybody may add to a log. */
const letter = (orderNo: string): DeadLettered => ({
  ...{ topology: 'orders', reason: 'TEST', message: `about ${orderNo}`, attempts: 1 },
  ...{ originTopic: topics.ordersCommands.name, originPartition: 0, originOffset: 0n },
  ...{ originIncarnation: 'x', originTime: 0, key: null, value: null, headers: [] },
  parkedBehind: null,
});

async function writeDeadLetter(orderNo: string): Promise<void> {
  const log = await createKafkaLog({ brokers: brokers.split(','), clientId: 'cli-test' });
  const schemaIds = createRegistrySchemaIds({ url: registryUrl });
  try {
    const topic = topics.ordersDeadLetters.name;
    const codec = createCodec(schemaIds);
    await codec.prepare([topic]);
    const key = `main/${orderNo}`;
    const producer = await log.openEdgeProducer();
    await producer.send({
      ...{ topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) },
      value: codec.encode(topic, { type: 'DeadLettered', data: letter(orderNo) }),
      headers: encodeEnvelope({
        ...{ id: randomUUID(), type: 'DeadLettered', source: '/plumbline/test', timeMs: 0 },
        ...{ subject: orderNo, correlationId: 'x', causationId: 'c', actor: 'system:test' },
        ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
    await producer.close();
  } finally {
    await log.close();
    await schemaIds.close();
  }
}

describe('on real servers', () => {
  const orderNo = `CLI-${randomUUID()}`;

  beforeAll(() => writeDeadLetter(orderNo));

  it('topics shows what the cluster has, as catalogued', async () => {
    const { exitCode, stdout } = await cli('topics', '--json');
    const rows = JSON.parse(stdout) as readonly {
      readonly topic: string;
      readonly drift: readonly string[];
      readonly state: { readonly partitions: readonly unknown[] };
    }[];
    const events = rows.find(({ topic }) => topic === topics.ordersEvents.name);
    expect(events).toMatchObject({ drift: [] });
    expect(events?.state.partitions).toHaveLength(4);
    expect(exitCode).toBe(0);
  });

  it('doctor examines brokers, topics, registry and Postgres', async () => {
    const { stdout } = await cli('doctor', '--json');
    const checks = JSON.parse(stdout) as readonly Checked[];
    for (const name of ['brokers', 'topics', 'registry compatibility level', 'schemas'])
      expect(checks.find((check) => check.name === name)).toMatchObject({ state: 'ok' });
    const models = checks.filter(({ name }) => name.startsWith('read model'));
    expect(models).not.toEqual([]);
    expect(models.filter(({ state }) => state === 'fail')).toEqual([]);
  });

  it('order timeline reads the partition of the order', async () => {
    const { exitCode, stdout } = await cli('order', 'timeline', orderNo);
    expect(stdout).toContain('DeadLettered  by system:test  cause c');
    expect(stdout).toContain(`message=about ${orderNo}`.slice(0, 50));
    expect(exitCode).toBe(0);
  });

  it('order timeline of nobody ends with 1', async () => {
    const { exitCode, stderr } = await cli('order', 'timeline', `${orderNo}-other`);
    expect(stderr).toContain('the log says nothing');
    expect(exitCode).toBe(1);
  });

  it('alerts tail finds where a time stands in every partition', async () => {
    const { exitCode } = await cli('alerts', 'tail', '--from', '5m', '--no-follow');
    expect(exitCode).toBe(0);
  });

  it('alerts tail follows from a time until Ctrl-C, and closes', async () => {
    const out = recordOutput();
    const stopping = new AbortController();
    const args = ['alerts', 'tail', '--from', '5m'];
    const tail = runCli({ args, env, out, signal: stopping.signal, createSession });
    await expect.poll(() => out.stderr(), { timeout: 20_000 }).toContain('4 partitions');
    stopping.abort();
    expect(await tail).toBe(0);
  });

  it('rules list shows what is in force', async () => {
    const { stdout } = await cli('rules', 'list');
    for (const rule of ['A', 'B', 'C', 'K', 'R', 'U', 'V', 'Z'])
      expect(stdout).toMatch(new RegExp(`^${rule} +1 `, 'm'));
  });

  it('rebuild compares a read model that is there, and refuses one that never ran', async () => {
    const { exitCode, stdout } = await cli(
      'rebuild',
      '--check',
      '--projection',
      'orders',
      '--json',
    );
    const [result] = JSON.parse(stdout) as readonly { equal?: boolean; refused?: string }[];
    if (result?.equal === undefined) expect(result?.refused).toMatch(/orders_v\d/);
    expect(exitCode).toBe(result?.equal === true ? 0 : 1);
  });

  it('lag tells who reported and who did not, against the last stable offset', async () => {
    const { stdout, exitCode } = await cli('lag', '--json');
    const lags = JSON.parse(stdout) as readonly {
      readonly name: string;
      readonly problem: string | null;
      readonly unknown: readonly unknown[];
      readonly partitions: readonly { readonly events: number; readonly seconds: number }[];
    }[];
    expect(lags.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['orders', 'consistency-alerts', 'projection-orders-v2']),
    );
    const streams = lags.find(({ name }) => name === 'result-streams');
    expect([streams?.problem, streams?.unknown]).toEqual([null, []]);
    for (const { problem, unknown, partitions } of lags)
      if (partitions.length === 0) expect(problem ?? unknown).toMatch(/never/);
    const known = lags.every(({ problem, unknown }) => problem === null && unknown.length === 0);
    expect(exitCode).toBe(known ? 0 : 1);
  });

  it('dead-letters list and show what a task wrote, and redrive finds nothing parked', async () => {
    const { stdout } = await cli('dead-letters', 'list', '--reason', 'TEST', '--json');
    const { letters } = JSON.parse(stdout) as {
      readonly letters: readonly {
        readonly message: string;
        readonly partition: number;
        readonly offset: string;
      }[];
    };
    const own = letters.find(({ message }) => message === `about ${orderNo}`);
    expect(own).toBeDefined();
    const place = `${own?.partition ?? 0}/${own?.offset ?? ''}`;
    const shown = await cli('dead-letters', 'show', 'orders', place);
    expect(shown.stdout).toContain(`reason   TEST: about ${orderNo}`);
    const key = `main/${orderNo}`;
    const reason = ['--reason', 'a test'];
    for (const topology of ['consistency-alerts', 'projection-orders-v2']) {
      const asked = ['--topology', topology, '--key', key, ...reason];
      const redriven = await cli('dead-letters', 'redrive', ...asked);
      expect(redriven.exitCode).toBe(1);
      expect(redriven.stderr).toMatch(
        /nothing of main\/CLI-.* waits|has no tables in this database/,
      );
    }
  });
});
