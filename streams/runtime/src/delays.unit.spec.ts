import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { Clock, MemoryLog } from '@plumbline/kafka';
import { createMemoryLog, systemClock } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskObserver, TaskView } from './internals/task.ts';
import { replayTopology } from './replay.ts';
import type { RunningTopology } from './run-topology.ts';
import { runTopology } from './run-topology.ts';
import { openDoor } from './testing/door-aggregate.ts';
import type { Topology } from './topology.ts';

const waitingTopic = topics.ordersCommands.name;
const output = topics.paymentsCommands.name;
const hourMs = 3_600_000;

/** Sends on what waited as it is. */
const relay = (delayMs: number): Topology => ({
  ...{ name: 'relay', ordering: 'arrival', paceMs: 0, stores: [], owns: [] },
  inputs: [{ kind: 'delays', topic: waitingTopic, delayMs }],
  outputs: [output],
  changelog: topics.ordersChangelog.name,
  deadLetters: topics.ordersDeadLetters.name,
  createProcessor: () => ({
    onRecord: ({ key, payload, envelope, value }, context) =>
      context.emit({ topic: output, key, payload, envelope, value }),
    onTimer: () => undefined,
  }),
});

let log: MemoryLog;
/** By which the broker's clock is ahead of ours. */
let aheadMs = 0;
let codec: Codec;
const opened: RunningTopology[] = [];

beforeEach(async () => {
  const names = [waitingTopic, output, topics.ordersChangelog.name, topics.ordersDeadLetters.name];
  aheadMs = 0;
  log = createMemoryLog({
    topics: names.map((name) => ({ name, partitions: 1 })),
    clock: {
      nowMs: () => Date.now() + aheadMs,
      sleep: (ms, signal) => systemClock.sleep(ms, signal),
    },
  });
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare([waitingTopic]);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((running) => running.close()));
  await log.close();
});

async function start(
  topology: Topology,
  options: { readonly clock?: Clock; readonly observer?: TaskObserver } = {},
): Promise<RunningTopology> {
  const of = { topology, log, codec, logger: silentLogger, partitions: 1 };
  const running = await runTopology({ ...of, ...options });
  opened.push(running);
  return running;
}

function wait(number: number): void {
  const id = `c${number}`;
  log.appendRaw({
    ...{ topic: waitingTopic, partition: 0, key: Buffer.from(`main/D${number}`) },
    value: codec.encode(waitingTopic, openDoor()),
    headers: encodeEnvelope({
      ...{ id, type: 'CreateOrder', source: '/test', subject: 'D1', timeMs: 0, correlationId: id },
      ...{ causationId: null, actor: 'api:test', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    }),
  });
}

const sent = () => log.topicRecords(output);

async function until(what: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${String(what)}`);
    await sleep(5);
  }
}

const viewOf = (running: RunningTopology): TaskView | undefined => running.tasks()[0];

describe('a task with a delayed input', () => {
  it('takes each record once it is due by the clock of the broker, and tells how late', async () => {
    const lateMs: number[] = [];
    const committed: TaskObserver['committed'] = ({ batch, brokerNowMs }) => {
      for (const { dueMs } of batch.delayed) lateMs.push((brokerNowMs ?? 0) - dueMs);
    };
    await start(relay(250), { observer: { committed } });
    for (let number = 0; number < 20; number += 1) {
      wait(number);
      await sleep(7);
    }
    await until(() => sent().length === 20 && lateMs.length === 20);
    const waited = log.topicRecords(waitingTopic);
    for (const [at, { key, timestampMs }] of sent().entries()) {
      expect(timestampMs - (waited[at]?.timestampMs ?? 0)).toBeGreaterThanOrEqual(250);
      expect(key?.toString()).toBe(`main/D${at}`);
    }
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
  });

  it('shows what waits beside its lag, read or not, and keeps its position before it', async () => {
    for (let number = 0; number < 2_000; number += 1) wait(number);
    const running = await start(relay(hourMs));
    await until(() => viewOf(running)?.waiting[0]?.records === 2_000n);
    expect(viewOf(running)).toMatchObject({
      lagRecords: 0n,
      waiting: [{ topic: waitingTopic, records: 2_000n }],
      committed: [{ topic: waitingTopic, offset: 0n }],
    });
    expect(sent()).toHaveLength(0);
    aheadMs = hourMs;
    await until(() => sent().length === 2_000);
    await until(() => viewOf(running)?.committed[0]?.offset === 2_000n);
    expect(viewOf(running)).toMatchObject({
      lagRecords: 0n,
      waiting: [{ topic: waitingTopic, records: 0n }],
    });
  });

  it('sleeps while all that it has room for waits, and stops at once when it is told to', async () => {
    let turns = 0;
    const clock: Clock = {
      ...systemClock,
      turn: () => {
        turns += 1;
        return systemClock.turn();
      },
    };
    for (let number = 0; number < 2_000; number += 1) wait(number);
    const running = await start(relay(hourMs), { clock });
    await until(() => viewOf(running)?.waiting[0]?.records === 2_000n);
    const before = turns;
    await sleep(500);
    // Five idle waits of 100 ms; a loop that does not wait makes thousands.
    expect(turns - before).toBeLessThan(50);
    await running.close();
    expect(viewOf(running)).toBeUndefined();
  });

  it('hands what waits to whoever takes over, who repeats nothing', async () => {
    const first = await start(relay(600));
    for (let number = 0; number < 10; number += 1) {
      wait(number);
      await sleep(40);
    }
    await until(() => sent().length >= 3);
    await first.close();
    await start(relay(600));
    await until(() => sent().length >= 10);
    expect(sent().map(({ key }) => key?.toString())).toEqual(
      Array.from({ length: 10 }, (_, at) => `main/D${at}`),
    );
  });

  it.each(['commit-unknown', 'commit-lost', 'transact-refused', 'fetch-unavailable'] as const)(
    'sends on once what was due in the moment of %s',
    async (fault) => {
      const running = await start(relay(300));
      await until(() => running.ready());
      for (let number = 0; number < 5; number += 1) wait(number);
      log.failNext(fault);
      await until(() => sent().length >= 5);
      await sleep(400);
      expect(sent().map(({ key }) => key?.toString())).toEqual(
        Array.from({ length: 5 }, (_, at) => `main/D${at}`),
      );
    },
  );

  it('is refused when its records are to be merged by time, or its delay is none', async () => {
    const merged: Topology = { ...relay(1_000), ordering: 'time' };
    await expect(start(merged)).rejects.toThrow("set its ordering to 'arrival'");
    for (const delayMs of [0, -1, 1.5, Number.NaN]) {
      await expect(start(relay(delayMs))).rejects.toThrow('which is no whole number above 0');
    }
  });
});

describe('a replay of delayed records', () => {
  it('takes those that were due at its end, and does not wait for the others', async () => {
    let nowMs = 1_000;
    const { name } = topics.ordersCommands;
    log = createMemoryLog({ topics: [{ name, partitions: 1 }], clock: { nowMs: () => nowMs } });
    // More than are held in memory, of which the last are not due.
    for (let number = 0; number < 3_000; number += 1) {
      nowMs = 1_000 + number;
      wait(number);
    }
    const replayed = async (untilMs: number) => {
      const keys: (string | undefined)[] = [];
      const onOutput = ({ key }: { readonly key: Buffer | null }): void =>
        void keys.push(key?.toString());
      const of = { topology: relay(10_000), log, codec, partition: 0, partitions: 1 };
      const { records } = await replayTopology({ ...of, untilMs, onOutput });
      expect(keys).toEqual(Array.from({ length: records }, (_, at) => `main/D${at}`));
      return records;
    };
    expect(await replayed(10_999)).toBe(0);
    expect(await replayed(11_000)).toBe(1);
    expect(await replayed(12_999)).toBe(2_000);
    expect(await replayed(13_999)).toBe(3_000);
  });
});
