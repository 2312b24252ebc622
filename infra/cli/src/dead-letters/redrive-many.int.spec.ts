import { randomUUID } from 'node:crypto';
import { channelSignalsTopology } from '@plumbline/alert-desk';
import { createCodec, topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createKafkaLog, NotCommitted } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { ordersProjection } from '@plumbline/orders';
import type { Postgres } from '@plumbline/postgres';
import { groupOf, openPostgres, runProjection } from '@plumbline/postgres';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { runTopology } from '@plumbline/runtime';
import { testAddress } from '@plumbline/runtime/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { showHistory } from '../commands/dead-letters-history.ts';
import type { RedriveOptions } from '../commands/dead-letters-redrive.ts';
import { redrive } from '../commands/dead-letters-redrive.ts';
import { runCli } from '../run-cli.ts';
import { createSession } from '../session/session.ts';
import type { MemorySession } from '../testing/memory-session.ts';
import { recordOutput } from '../testing/memory-session.ts';
import { createParkedOrders } from '../testing/parked-orders.ts';

const partitions = 4;

it('lets keys go on in a task on real Kafka, and tells it from the log', async () => {
  const env = {
    PLUMBLINE_KAFKA_BROKERS: testAddress('PLUMBLINE_TEST_KAFKA'),
    PLUMBLINE_REGISTRY_URL: testAddress('PLUMBLINE_TEST_REGISTRY'),
  };
  const cli = async (...args: readonly string[]) => {
    const out = recordOutput();
    const { signal } = new AbortController();
    const exitCode = await runCli({
      ...{ args: ['dead-letters', ...args, '--json'], env, out, signal, createSession },
    });
    const json = JSON.parse(out.stdout() || 'null') as unknown;
    return { exitCode, json, stderr: out.stderr() };
  };
  const brokers = env.PLUMBLINE_KAFKA_BROKERS.split(',');
  const log = await createKafkaLog({ brokers, clientId: 'cli-test' });
  onTestFinished(() => log.close());
  const schemaIds = createRegistrySchemaIds({ url: env.PLUMBLINE_REGISTRY_URL });
  onTestFinished(() => schemaIds.close());
  const prefix = `cli-${randomUUID()}`;
  const producer = await log.openEdgeProducer();
  for (const name of ['a', 'b', 'b']) {
    const key = `${prefix}/${name}`;
    await producer.send({
      ...{ topic: topics.signalsCounts.name, partition: partitionOfRecordKey(key, partitions) },
      ...{ key: Buffer.from(key), value: Buffer.from('nonsense'), headers: { ce_id: 'x' } },
    });
  }
  await producer.close();
  const topology = channelSignalsTopology;
  const codec = createCodec(schemaIds);
  const running = await runTopology({ topology, log, codec, logger: silentLogger, partitions });
  onTestFinished(() => running.close());

  const keys = ['--topology', topology.name, '--key', `${prefix}/*`];
  await vi.waitFor(async () => {
    const { json } = await cli('list', ...keys, '--by', 'reason');
    expect(json).toMatchObject({ letters: 3 });
  }, 20_000);
  const asked = ['redrive', ...keys, '--reason', 'a test'];
  expect((await cli(...asked, '--dry-run')).json).toMatchObject({ keys: 2, records: 3 });
  const first = await cli(...asked, '--skip-first');
  expect(first).toMatchObject({
    exitCode: 1,
    json: { done: 1, stopped: 1, dropped: 2, notDone: [{ key: `${prefix}/b`, remaining: 1 }] },
  });
  const { run } = first.json as { readonly run: string };
  expect((await cli(...asked, '--skip-first', '--resume', run)).json).toMatchObject({ over: 1 });
  expect((await cli(...asked, '--discard')).json).toMatchObject({ done: 1, dropped: 1 });
  const history = await cli('history', '--key', `${prefix}/b`);
  expect(history.json).toMatchObject([
    { mode: 'DISCARD', answer: { dropped: 1, remaining: 0 } },
    { mode: 'SKIP_FIRST', run, answer: { dropped: 1, remaining: 1 } },
  ]);
});

/** A database of its own: the names of the read models are fixed. */
async function openOwnPostgres(): Promise<Postgres> {
  const url = testAddress('PLUMBLINE_TEST_POSTGRES');
  const admin = openPostgres({ url, logger: silentLogger, poolMax: 1 });
  const name = `cli_test_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`create database ${name}`);
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const postgres = openPostgres({ url: own, logger: silentLogger });
  onTestFinished(async () => {
    await postgres.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.close();
  });
  return postgres;
}

/** From now on the log takes no answers of redrives: so it is for a tool that was killed before them. */
function loseAnswers(log: MemoryLog): { mockRestore(): void } {
  const open = log.openEdgeProducer.bind(log);
  return vi.spyOn(log, 'openEdgeProducer').mockImplementation(async () => {
    const producer = await open();
    return {
      send: (record) =>
        record.topic === topics.deadLettersOutcomes.name
          ? Promise.reject(new NotCommitted('killed'))
          : producer.send(record),
      close: () => producer.close(),
    };
  });
}

it('lets keys of a read model go on, also when it was killed before it could say so', async () => {
  const postgres = await openOwnPostgres();
  const orders = createParkedOrders();
  onTestFinished(() => orders.close());
  const { session } = orders;
  const { memory, memoryCodec: codec } = session;
  for (const orderNo of ['H1', 'H1', 'H2']) orders.poison(orderNo);
  const projection = ordersProjection;
  const metrics = createMetrics({ service: 'cli-test' });
  const running = runProjection({
    ...{ projection, log: memory, codec, postgres, logger: silentLogger, metrics, partitions },
  });
  onTestFinished(() => running.close());
  const deadLetters = topics.projectionsDeadLetters.name;
  await vi.waitFor(() => expect(memory.topicRecords(deadLetters)).toHaveLength(2), 20_000);

  const again = (): MemorySession => ({
    ...session.again(),
    postgres: () => Promise.resolve(postgres),
  });
  const asked = { topology: groupOf(projection), reason: 'a test', json: true };
  const run = async (options: Partial<RedriveOptions>) => {
    const own = again();
    await redrive(own, { ...asked, ...options });
    return JSON.parse(own.out.stdout()) as Record<string, unknown>;
  };
  // Letters are out before the rows of what waits are committed.
  await vi.waitFor(async () => expect(await run({ dryRun: true })).toMatchObject({ keys: 2 }), {
    timeout: 20_000,
  });
  expect(await run({ dryRun: true })).toMatchObject({
    ...{ keys: 2, records: 3 },
    waiting: [{ key: 'main/H1', records: 2, read: { stopsAt: expect.any(String) as string } }, {}],
  });
  const killed = again();
  const losing = loseAnswers(memory);
  const skipFirst = { ...asked, skipFirst: true, key: 'main/H1*' };
  await expect(redrive(killed, skipFirst)).rejects.toThrow('killed');
  losing.mockRestore();
  const [, id = ''] = /^run (\S+):/m.exec(killed.out.stderr()) ?? [];
  // Another record leads by now, so that it was done.
  expect(await run({ skipFirst: true, resume: id })).toMatchObject({
    over: 1,
    done: 1,
    dropped: 1,
  });
  expect(await run({ deadReason: 'MAGIC_BYTE' })).toMatchObject({ status: 'UNCHANGED' });
  expect(await run({ discard: true })).toMatchObject({ keys: 1, done: 1, dropped: 1 });
  const history = again();
  await showHistory(history, { limit: '5', json: true });
  expect(JSON.parse(history.out.stdout())).toMatchObject([
    { key: 'main/H1', mode: 'DISCARD', answer: { status: 'ACCEPTED', dropped: 1 } },
    { key: 'main/H2', mode: 'SKIP_FIRST', answer: { dropped: 1, remaining: 0 } },
    { key: 'main/H1', mode: 'SKIP_FIRST', answer: null },
  ]);
});
