import type { Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { createMemoryLocalStore } from '../state/memory-local-store.ts';
import { openDoor } from '../testing/door-aggregate.ts';
import type { Topology } from '../topology.ts';
import { createEngine } from './engine.ts';
import { createTaskState } from './task-state.ts';

const delayed = topics.ordersCommands.name;
const prompt = topics.paymentsEvents.name;
const delayMs = 1_000;
const taken: string[] = [];
const fired: number[] = [];

const topology: Topology = {
  ...{ name: 'mixed', ordering: 'arrival', paceMs: 0, stores: [], outputs: [], owns: [] },
  inputs: [
    { kind: 'events', topic: prompt },
    { kind: 'delays', topic: delayed, delayMs },
  ],
  changelog: topics.ordersChangelog.name,
  deadLetters: topics.ordersDeadLetters.name,
  createProcessor: () => ({
    onRecord({ key, timeMs }, context) {
      taken.push(`${key}@${timeMs}/${context.nowMs}`);
      context.timers.set({ key, name: 'later', dueMs: context.nowMs + 500 });
    },
    onTimer: ({ dueMs }) => void fired.push(dueMs),
  }),
};

let codec: Codec;
beforeAll(async () => {
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare([delayed, topology.deadLetters]);
});

const recordAt = (offset: number, timestampMs: number, bytes = 0): LogRecord => ({
  ...{ topic: delayed, partition: 0, offset: BigInt(offset), timestampMs },
  key: Buffer.from(`main/D${offset}`),
  value: codec.encode(delayed, openDoor()),
  headers: {
    ...Object.fromEntries(
      Object.entries(
        encodeEnvelope({
          ...{ id: 'c', type: 'CreateOrder', source: '/test', subject: 'D', timeMs: 0 },
          ...{ correlationId: 'c', causationId: null, actor: 'api:test', aggregateVersion: null },
          ...{ previousHash: null, subjectKeyId: null, traceparent: null },
        }),
      ).map(([name, value]) => [name, Buffer.from(value)]),
    ),
    padding: Buffer.alloc(bytes),
  },
});

function open() {
  taken.length = 0;
  fired.length = 0;
  const local = createMemoryLocalStore();
  const state = createTaskState({ stores: [], local });
  const start = { incarnation: 'i', offset: 0n, timeMs: 0 };
  const positions = new Map([
    [prompt, start],
    [delayed, start],
  ]);
  const task = { topology: 'mixed', partition: 0, partitions: 1 };
  const engine = createEngine({ topology, task, codec, state, positions });
  const ends = { logStartOffset: 0n, partition: 0 };
  return {
    ...{ engine, state },
    offer: (records: readonly LogRecord[], endOffset = records.length): void => {
      const next = (records.at(-1)?.offset ?? -1n) + 1n;
      const end = BigInt(endOffset);
      engine.offer({
        ...{ ...ends, topic: delayed, records, nextOffset: next, sentAtBrokerMs: 0 },
        ...{ lastStableOffset: end, highWatermark: end },
      });
    },
    /** The other input says that nothing more comes before this time. */
    drainPrompt: (sentAtBrokerMs: number): void => {
      engine.offer({
        ...{ ...ends, topic: prompt, records: [], nextOffset: 0n, sentAtBrokerMs },
        ...{ lastStableOffset: 0n, highWatermark: 0n },
      });
    },
    input: () => engine.inputs[1],
  };
}

describe('an engine with a delayed input', () => {
  it('takes a record at the millisecond of its due time, with its append time', () => {
    const { engine, offer } = open();
    offer([recordAt(0, 5_000), recordAt(1, 5_001)]);
    engine.advance(5_999);
    expect(taken).toEqual([]);
    expect(engine.pending()).toBeNull();
    engine.advance(6_000);
    expect(taken).toEqual(['main/D0@5000/6000']);
    engine.advance(6_001);
    expect(taken).toEqual(['main/D0@5000/6000', 'main/D1@5001/6001']);
  });

  it('takes nothing while the time of the broker is not known', () => {
    const { engine, offer, input } = open();
    offer([recordAt(0, 1)]);
    engine.advance(null);
    expect(taken).toEqual([]);
    expect(engine.isWaiting(delayed)).toBe(true);
    expect(input()?.lag(null)).toBe(0n);
    expect(input()?.waiting(null)).toBe(1n);
  });

  it('is late, and never early, when the clock of the broker steps back', () => {
    const { engine, offer } = open();
    // The second was given its time by a broker that is two seconds behind.
    offer([recordAt(0, 5_000), recordAt(1, 3_000)]);
    engine.advance(5_999);
    expect(taken).toEqual([]);
    engine.advance(4_000);
    expect(taken).toEqual([]);
    engine.advance(6_000);
    expect(taken).toEqual(['main/D0@5000/6000', 'main/D1@5000/6000']);
  });

  it('never has a position beyond a record that is not due', () => {
    const { engine, state, offer } = open();
    offer([recordAt(0, 5_000), recordAt(1, 5_000), recordAt(2, 9_000)]);
    engine.advance(6_000);
    engine.finish();
    expect(state.position(delayed)?.offset).toBe(2n);
    expect(engine.nextDueMs()).not.toBeNull();
    engine.advance(9_999);
    expect(state.position(delayed)?.offset).toBe(2n);
  });

  it('says when a record is due next, and which time a timer waits for', () => {
    const { engine, offer } = open();
    expect(engine.nextDueMs()).toBeNull();
    expect(engine.awaitedMs()).toBeNull();
    offer([recordAt(0, 5_000), recordAt(1, 9_000)]);
    expect(engine.nextDueMs()).toBe(6_000);
    expect(engine.awaitedMs()).toBeNull();
    engine.advance(6_000);
    expect(engine.nextDueMs()).toBe(10_000);
    expect(engine.awaitedMs()).toBe(6_500);
  });

  it('does not hold timers up for what waits, nor lets them go off before their time', () => {
    const { engine, offer, drainPrompt } = open();
    offer([recordAt(0, 5_000), recordAt(1, 60_000)]);
    engine.advance(6_000);
    drainPrompt(6_500);
    engine.advance(6_500);
    expect(fired).toEqual([]);
    drainPrompt(6_501);
    engine.advance(6_501);
    expect(fired).toEqual([6_500]);
    expect(taken).toHaveLength(1);
  });

  it('asks for no more when enough waits, by number or by bytes', () => {
    const wanted = (engine: ReturnType<typeof open>['engine']) =>
      engine.wants().map(({ topic }) => topic);
    const many = open();
    const count = limits.delayedRecordsPerInput;
    many.offer(Array.from({ length: count - 1 }, (_, at) => recordAt(at, 5_000)));
    expect(wanted(many.engine)).toEqual([prompt, delayed]);
    many.offer([recordAt(count, 5_000)]);
    expect(wanted(many.engine)).toEqual([prompt]);
    many.engine.advance(6_000);
    expect(wanted(many.engine)).toEqual([prompt, delayed]);
    const large = open();
    large.offer([recordAt(0, 5_000, limits.delayedBytesPerInput)]);
    expect(wanted(large.engine)).toEqual([prompt]);
    large.engine.advance(6_000);
    expect(wanted(large.engine)).toEqual([prompt, delayed]);
  });

  it('counts as lag what is due, and apart from it what waits, read or not', () => {
    const { offer, input } = open();
    offer([recordAt(0, 5_000), recordAt(1, 7_000)], 10);
    expect([input()?.lag(5_999), input()?.waiting(5_999)]).toEqual([0n, 10n]);
    expect([input()?.lag(6_000), input()?.waiting(6_000)]).toEqual([1n, 9n]);
    // All that was read is due, so that the rest may be.
    expect([input()?.lag(8_000), input()?.waiting(8_000)]).toEqual([10n, 0n]);
  });

  it('keeps copies, which do not hold a whole fetch', () => {
    const { engine, offer } = open();
    const fetched = Buffer.alloc(1_000_000, 1);
    const record = { ...recordAt(0, 5_000), value: fetched.subarray(10, 20) };
    offer([record]);
    fetched.fill(2);
    const kept = [...(engine.inputs[1]?.buffered() ?? [])][0]?.record;
    expect(kept?.value).toEqual(Buffer.alloc(10, 1));
    expect(kept?.value?.buffer).not.toBe(fetched.buffer);
    expect(Object.keys(kept?.headers ?? {})).toEqual(Object.keys(record.headers));
  });
});
