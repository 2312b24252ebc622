import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, CommandOutcome } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { MemoryLog, TopicPartition } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aggregateStore } from './aggregate.ts';
import { processManagerTopology } from './process-manager.ts';
import type { RunningTopology } from './run-topology.ts';
import { runTopology } from './run-topology.ts';
import { closeDoor, doorDecider, doorTopology, openDoor } from './testing/door-aggregate.ts';
import type { Topology } from './topology.ts';

const partitions = 4;
const names = [
  topics.ordersCommands,
  topics.ordersEvents,
  topics.ordersOutcomes,
  topics.ordersChangelog,
  topics.ordersDeadLetters,
  topics.deadLettersCommands,
  topics.deadLettersOutcomes,
].map(({ name }) => name);

let log: MemoryLog;
let codec: Codec;
const opened: RunningTopology[] = [];

beforeEach(async () => {
  log = createMemoryLog({ topics: names.map((name) => ({ name, partitions })) });
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare(names.filter((name) => name !== topics.ordersChangelog.name));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((running) => running.close()));
  await log.close();
});

async function start(topology: Topology = doorTopology()): Promise<RunningTopology> {
  const running = await runTopology({ topology, log, codec, logger: silentLogger, partitions });
  opened.push(running);
  return running;
}

let sequence = 0;
function command(payload: Parameters<typeof codec.encode>[1], key = 'main/D1'): string {
  sequence += 1;
  const id = `c${sequence}`;
  log.appendRaw({
    topic: topics.ordersCommands.name,
    partition: partitionOfRecordKey(key, partitions),
    key: Buffer.from(key),
    value: codec.encode(topics.ordersCommands.name, payload),
    headers: encodeEnvelope({
      ...{ id, type: payload.type, source: '/test', subject: 'D1', timeMs: 0 },
      ...{ correlationId: id, causationId: null, actor: 'api:test', aggregateVersion: null },
      ...{ previousHash: null, subjectKeyId: null, traceparent: null },
    }),
  });
  return id;
}

const outcomes = (): CommandOutcome[] =>
  log
    .topicRecords(topics.ordersOutcomes.name)
    .map(({ topic, value }) => codec.decode(topic, value).data as CommandOutcome);
const eventCount = (): number => log.topicRecords(topics.ordersEvents.name).length;

async function until(what: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${String(what)}`);
    await sleep(5);
  }
}

describe('a running topology', () => {
  it('answers each command once, and keeps its word over a restart with other code', async () => {
    const first = await start();
    const refused = command(closeDoor());
    await until(() => outcomes().length === 1);
    await first.close();
    const lenient: typeof doorDecider = { ...doorDecider, decide: () => ({ kind: 'unchanged' }) };
    const second = await start(doorTopology({ decider: lenient }));
    command(openDoor(), 'main/other');
    await until(() => outcomes().length === 2);
    await until(() => second.ready());
    expect(outcomes().find(({ commandId }) => commandId === refused)).toMatchObject({
      status: 'REJECTED',
      code: 'DOOR_UNKNOWN',
    });
  });

  it('shares partitions between processes and hands over what one of them leaves', async () => {
    const first = await start();
    const second = await start();
    await until(() => first.tasks().length === 2 && second.tasks().length === 2);
    for (let i = 0; i < 40; i += 1) command(openDoor(), `main/D${i}`);
    await until(() => outcomes().length === 40);
    await first.close();
    for (let i = 0; i < 40; i += 1) command(closeDoor(), `main/D${i}`);
    await until(() => outcomes().length === 80);
    expect(outcomes().every(({ status }) => status === 'ACCEPTED')).toBe(true);
    expect(eventCount()).toBe(80);
  });

  it.each(['commit-unknown', 'commit-lost', 'transact-refused', 'fetch-unavailable'] as const)(
    'repeats nothing and loses nothing after %s',
    async (fault) => {
      const running = await start();
      command(openDoor());
      await until(() => outcomes().length === 1);
      log.failNext(fault);
      command(closeDoor());
      command(closeDoor());
      await until(() => outcomes().length >= 3, 15_000);
      await until(() => running.ready());
      expect(outcomes().map(({ status }) => status)).toEqual(['ACCEPTED', 'ACCEPTED', 'UNCHANGED']);
      expect(eventCount()).toBe(2);
    },
    20_000,
  );

  it('steps back when another owner has fenced it, and does not take the partition back', async () => {
    const running = await start();
    command(openDoor());
    await until(() => outcomes().length === 1);
    const mine = partitionOfRecordKey('main/D1', partitions);
    await log.openTransactionalProducer({ transactionalId: `orders-${mine}` });
    command(closeDoor());
    await until(() => running.tasks().some(({ status }) => status === 'fenced'));
    await sleep(100);
    expect(outcomes()).toHaveLength(1);
    expect(running.ready()).toBe(false);
  });
});

describe('a task that cannot go on stops with instructions', () => {
  const problemOf = async (running: RunningTopology): Promise<string> => {
    await until(() => running.tasks().some(({ status }) => status === 'failed'));
    return running.tasks().find(({ status }) => status === 'failed')?.problem ?? '';
  };

  it('when its input was made anew', async () => {
    const first = await start();
    command(openDoor());
    await until(() => outcomes().length === 1);
    await first.close();
    log.recreateTopic(topics.ordersCommands.name);
    expect(await problemOf(await start())).toMatch(/made anew or imported/);
  });

  it('when retention has eaten what it had not processed', async () => {
    const first = await start();
    command(openDoor());
    await until(() => outcomes().length === 1);
    await first.close();
    command(closeDoor());
    command(closeDoor());
    const partition = partitionOfRecordKey('main/D1', partitions);
    log.deleteBefore({ topic: topics.ordersCommands.name, partition, offset: 3n });
    expect(await problemOf(await start())).toMatch(/deleted before they were processed/);
  });

  it('when what it would follow was restored from an archive, and it has no state of it', async () => {
    const mine = partitionOfRecordKey('main/D1', partitions);
    const asked: string[] = [];
    Object.assign(log, {
      isRestored: ({ topic, partition }: TopicPartition) => {
        asked.push(topic);
        return Promise.resolve(partition === mine);
      },
    });
    command(openDoor());
    const running = await start();
    expect(await problemOf(running)).toMatch(/was restored from an archive or a bundle/);
    expect(asked).toContain(topics.ordersCommands.name);
    await until(() => running.tasks().some(({ status }) => status === 'running'));
    expect(outcomes()).toEqual([]);
  });

  it('when its changelog is gone while its events are there', async () => {
    const first = await start();
    command(openDoor());
    await until(() => outcomes().length === 1);
    await first.close();
    log.recreateTopic(topics.ordersChangelog.name);
    expect(await problemOf(await start())).toMatch(/the state of this task was lost/);
    expect(eventCount()).toBe(1);
  });

  it('but not when its very first transaction was aborted', async () => {
    const partition = partitionOfRecordKey('main/D1', partitions);
    const { name: topic } = topics.ordersEvents;
    const killed = await log.openTransactionSession(`orders-${partition}`);
    await killed.send([
      { topic, partition, key: Buffer.from('main/D1'), value: null, headers: {} },
    ]);
    command(openDoor());
    await start();
    await until(() => outcomes().length === 1);
    expect(eventCount()).toBe(1);
  });

  it('when partition counts differ, before anything runs', async () => {
    const other = createMemoryLog({
      topics: names.map((name, index) => ({ name, partitions: index === 1 ? 8 : partitions })),
    });
    const options = { topology: doorTopology(), log: other, codec, logger: silentLogger };
    await expect(runTopology({ ...options, partitions })).rejects.toThrow(
      'orders expects 4 partitions (PLUMBLINE_PARTITIONS), but orders.events.v1 has 8',
    );
  });
});

it('waits while the registry cannot be reached, then goes on where it stood', async () => {
  const registered = createMemorySchemaIds();
  let isDown = true;
  const { SchemasUnavailable } = await import('@plumbline/events');
  const flaky = createCodec({
    idOf: (subject, schema) => registered.idOf(subject, schema),
    schemaOf: (id) =>
      isDown ? Promise.reject(new SchemasUnavailable('down')) : registered.schemaOf(id),
  });
  const writer = createCodec(registered);
  await writer.prepare([topics.ordersCommands.name]);
  codec = writer;
  command(openDoor());
  const running = await runTopology({
    ...{ topology: doorTopology(), log, codec: flaky, logger: silentLogger, partitions },
  });
  opened.push(running);
  await until(() => running.ready());
  await sleep(50);
  expect(log.topicRecords(topics.ordersOutcomes.name)).toHaveLength(0);
  isDown = false;
  await until(() => log.topicRecords(topics.ordersOutcomes.name).length === 1);
  expect(log.topicRecords(topics.ordersDeadLetters.name)).toHaveLength(0);
});

it('commits what nobody waits for now and then, not record by record', async () => {
  const silent = processManagerTopology({
    name: 'checkout',
    manager: { initialState: 0, react: () => [], evolve: (seen: number) => seen + 1 },
    events: [topics.ordersEvents.name],
    commands: [topics.ordersCommands.name],
    topics: {
      changelog: topics.ordersChangelog.name,
      deadLetters: topics.ordersDeadLetters.name,
    },
    route: () => ({ topic: topics.ordersCommands.name, key: 'main/D1', subject: 'D1' }),
  });
  const running = await start(silent);
  await until(() => running.ready());
  const partition = partitionOfRecordKey('main/D1', partitions);
  const value = codec.encode(topics.ordersEvents.name, {
    type: 'OrderCancelled',
    data: { orderNo: 'D1', reason: 'x' },
  });
  for (let i = 0; i < 30; i += 1) {
    const id = `e${i}`;
    log.appendRaw({
      ...{ topic: topics.ordersEvents.name, partition, key: Buffer.from('main/D1'), value },
      headers: encodeEnvelope({
        ...{ id, type: 'OrderCancelled', source: '/test', subject: 'D1', timeMs: 0 },
        ...{ correlationId: id, causationId: null, actor: 'api:test', aggregateVersion: null },
        ...{ previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
    await sleep(5);
  }
  const positions = () =>
    log
      .topicRecords(topics.ordersChangelog.name)
      .filter(({ key }) => key?.toString() === `p/${topics.ordersEvents.name}`)
      .map(({ value: stored }) => (JSON.parse(String(stored)) as { offset: string }).offset);
  await until(() => positions().at(-1) === '30');
  expect(positions().length).toBeLessThan(10);
});

it('tells its group how far it has committed, for whoever watches lag', async () => {
  const running = await start();
  await until(() => running.ready());
  command(openDoor());
  const partition = partitionOfRecordKey('main/D1', partitions);
  const at = { topic: topics.ordersCommands.name, partition };
  const told = async () => (await log.groupOffsets('orders', [at]))[0]?.offset;
  for (let tries = 0; (await told()) !== 1n && tries < 100; tries += 1) await sleep(50);
  expect(await told()).toBe(1n);
});

describe('a follower of a store', () => {
  interface Told {
    readonly key: string;
    readonly value: unknown;
  }
  const doors = aggregateStore;

  async function follow(told: Told[], closed: number[] = []): Promise<RunningTopology> {
    const running = await runTopology({
      ...{ topology: doorTopology(), log, codec, logger: silentLogger, partitions },
      following: {
        store: doors,
        open: ({ partition }) => ({
          changed: (key, value) => void told.push({ key, value }),
          close: () => void closed.push(partition),
        }),
      },
    });
    opened.push(running);
    const run = () => running.tasks().filter(({ status }) => status === 'running');
    await until(() => run().length === partitions);
    return running;
  }

  it('is told what changes, and after a takeover of everything that stands there', async () => {
    const first: Told[] = [];
    const running = await follow(first);
    command(openDoor());
    command(openDoor(), 'main/D2');
    await until(() => outcomes().length === 2);
    expect(first.map(({ key }) => key).sort()).toEqual(['main/D1', 'main/D2']);
    await running.close();
    const second: Told[] = [];
    await follow(second);
    await until(() => second.length === 2);
    expect(second.map(({ key }) => key).sort()).toEqual(['main/D1', 'main/D2']);
    expect(second[0]?.value).toMatchObject({ version: 1n });
  });

  it('is closed with its task, and told nothing more', async () => {
    const told: Told[] = [];
    const closed: number[] = [];
    const running = await follow(told, closed);
    await running.close();
    expect(closed.sort()).toEqual([0, 1, 2, 3]);
    await start();
    command(openDoor());
    await until(() => outcomes().length === 1);
    expect(told).toEqual([]);
  });
});
