import type { Codec, Envelope } from '@plumbline/events';
import {
  createCodec,
  createMemorySchemaIds,
  decodeEnvelope,
  encodeEnvelope,
} from '@plumbline/events';
import type { LogRecord, OutgoingRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { invariant, partitionOfRecordKey } from '@plumbline/kernel';
import { createEngine } from '../internals/engine.ts';
import { allOutcomesOf, delayOf } from '../internals/input-kinds.ts';
import { createTaskState } from '../internals/task-state.ts';
import { createToldQueue } from '../internals/told-queue.ts';
import type { ChangelogEntry, LocalStore } from '../state/local-store.ts';
import { createMemoryLocalStore } from '../state/memory-local-store.ts';
import type { FiredTimer, ToldAnswer, ToldCommand, Topology } from '../topology.ts';

/** One message that the topology wrote. */
export interface OutputMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly envelope: Envelope;
  readonly payload: Payload;
}

export interface PipedInput {
  readonly topic: string;
  readonly key: string;
  readonly payload: Payload;
  readonly envelope?: Partial<Envelope>;
}

/**
 * Runs the very topology that production runs, synchronously, on one partition (as Kafka Streams'
 * TopologyTestDriver does). Time is broker time: each piped record is appended at the driver's
 * clock, which then moves on by a millisecond.
 */
export interface TestDriver {
  nowMs(): number;
  /** Appends a record to an input and runs everything that can run. Returns its offset. */
  pipeInput(input: PipedInput): bigint;
  /** The same for bytes that need not make sense. */
  pipeRaw(record: Pick<LogRecord, 'topic' | 'key' | 'value' | 'headers'>): bigint;
  /** What a follower says, decided and committed; rejects with what went wrong. */
  tell(command: Pick<ToldCommand, 'key' | 'payload'> & Partial<ToldCommand>): Promise<ToldAnswer>;
  /** Moves the time of every input forward, as if each had said that nothing more comes before. */
  advanceStreamTime(byMs: number): void;
  /**
   * Moves the broker's clock; back, too, as when another broker leads. Inputs that are stalled do not
   * learn of it.
   */
  advanceWallClockTime(byMs: number): void;
  /** Records of an input that were fetched and not taken: what of a delayed input is in memory. */
  buffered(topic: string): number;
  /** A stalled input keeps its records to itself until it is released. */
  stall(topic: string): void;
  release(topic: string): void;
  /** What was written to a topic since the last call. */
  readOutput(topic: string): readonly OutputMessage[];
  store(name: string): ReadonlyMap<string, unknown>;
  timers(): readonly FiredTimer[];
  /**
   * Throws the task's memory away and restores it from the changelog, as a takeover does; with
   * other code, when another topology of the same topics is given.
   */
  restart(topology?: Topology): void;
}

const incarnation = 'driver';
/** Of a delayed input; fewer than there is room for, so that it takes several. */
const recordsPerFetch = 200;

/** A copy in memory takes what it is given at once. */
function keep(local: LocalStore, entries: readonly ChangelogEntry[]): void {
  if (entries.length === 0) return;
  const from = local.checkpoint();
  void local.write(entries, {
    from,
    to: { incarnation, offset: (from?.offset ?? 0n) + 1n, atMs: 0 },
  });
}

export interface TestDriverOptions {
  readonly startMs?: number;
  /** One of four; without it there is only one. */
  readonly partition?: number;
  readonly codec?: Codec;
}

export async function createTestDriver(
  topology: Topology,
  options: TestDriverOptions = {},
): Promise<TestDriver> {
  const codec = options.codec ?? createCodec(createMemorySchemaIds());
  const inputTopics = topology.inputs.map(({ topic }) => topic);
  await codec.prepare([
    ...new Set([
      ...[...inputTopics, ...topology.outputs],
      ...[...allOutcomesOf(topology), topology.deadLetters],
    ]),
  ]);
  const partitions = options.partition === undefined ? 1 : 4;
  const task = { topology: topology.name, partition: options.partition ?? 0, partitions };
  const changelog: ChangelogEntry[] = [];
  let outputs: OutgoingRecord[] = [];
  /** The log of each delayed input, of which as much is fetched as there is room for. */
  const delayed = new Map<string, LogRecord[]>(
    topology.inputs.flatMap((input) => (delayOf(input) === null ? [] : [[input.topic, []]])),
  );
  const ends = new Map<string, bigint>(inputTopics.map((topic) => [topic, 0n]));
  const stalled = new Map<string, LogRecord[]>();
  let clockMs = options.startMs ?? Date.UTC(2026, 0, 1);
  let running = open(topology);

  function open(code: Topology) {
    const local = createMemoryLocalStore();
    // It is settled by hand, and waits for nobody.
    const told = createToldQueue({ clock: { sleep: () => Promise.resolve() }, waitMs: 0 });
    keep(local, changelog);
    const state = createTaskState({ stores: topology.stores, local });
    const positions = new Map(
      inputTopics.map((topic) => [
        topic,
        state.position(topic) ?? { incarnation, offset: 0n, timeMs: 0 },
      ]),
    );
    return {
      state,
      local,
      // Of delayed inputs: where the next fetch begins.
      fetched: new Map(
        [...delayed.keys()].map((topic) => [topic, positions.get(topic)?.offset ?? 0n]),
      ),
      told,
      engine: createEngine({ topology: code, task, codec, state, positions, told }),
    };
  }

  function offer(topic: string, records: readonly LogRecord[], next?: bigint): void {
    const end = ends.get(topic);
    invariant(end !== undefined, `${topic} is no input of ${topology.name}`);
    running.engine.offer({
      topic,
      partition: task.partition,
      records,
      nextOffset: next ?? end,
      logStartOffset: 0n,
      lastStableOffset: end,
      highWatermark: end,
      sentAtBrokerMs: clockMs,
    });
  }

  /** True when there was something to fetch of the delayed inputs, and room for it. */
  function fetchDelayed(): boolean {
    let brought = false;
    for (const { topic } of running.engine.wants()) {
      const kept = delayed.get(topic);
      if (kept === undefined || stalled.has(topic)) continue;
      const from = running.fetched.get(topic) ?? 0n;
      const records = kept.slice(Number(from), Number(from) + recordsPerFetch);
      const next = from + BigInt(records.length);
      running.fetched.set(topic, next);
      offer(topic, records, next);
      brought ||= records.length > 0;
    }
    return brought;
  }

  function settle(): void {
    for (const topic of inputTopics) {
      if (!stalled.has(topic) && !delayed.has(topic)) offer(topic, []);
    }
    do takeAll();
    while (fetchDelayed());
  }

  function takeAll(): void {
    const { engine, state, local, told } = running;
    engine.advance(clockMs);
    while (engine.pending() !== null) {
      const batch = engine.finish();
      outputs.push(...batch.outputs.filter((output) => output.topic !== topology.changelog));
      changelog.push(...batch.changes);
      keep(local, batch.changes);
      state.stored(batch.changes);
      told.committed();
      engine.advance(clockMs);
    }
  }

  function append(raw: Pick<LogRecord, 'topic' | 'key' | 'value' | 'headers'>): bigint {
    const offset = ends.get(raw.topic);
    invariant(offset !== undefined, `${raw.topic} is no input of ${topology.name}`);
    ends.set(raw.topic, offset + 1n);
    const record = { ...raw, partition: task.partition, offset, timestampMs: clockMs };
    clockMs += 1;
    const held = delayed.get(raw.topic) ?? stalled.get(raw.topic);
    if (held) held.push(record);
    else offer(raw.topic, [record]);
    settle();
    return offset;
  }

  function decoded(record: OutgoingRecord): OutputMessage {
    const headers = Object.fromEntries(
      Object.entries(record.headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? Buffer.from(value) : value,
      ]),
    );
    return {
      topic: record.topic,
      partition: record.partition,
      key: record.key?.toString('utf8') ?? '',
      envelope: decodeEnvelope(headers),
      payload: codec.decode(record.topic, record.value),
    };
  }

  let sequence = 0;
  function envelopeFor(input: PipedInput): Envelope {
    sequence += 1;
    return {
      id: `input-${sequence}`,
      type: input.payload.type,
      source: '/plumbline/test',
      subject: input.key,
      timeMs: clockMs,
      correlationId: `correlation-${sequence}`,
      causationId: null,
      actor: 'api:test',
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent: null,
      ...input.envelope,
    };
  }

  function advance(byMs: number): void {
    clockMs += byMs;
    settle();
  }

  return {
    nowMs: () => clockMs,
    pipeInput(input) {
      const home = partitionOfRecordKey(input.key, partitions);
      invariant(home === task.partition, `${input.key} belongs to partition ${home}`);
      return append({
        topic: input.topic,
        key: Buffer.from(input.key),
        value: codec.encode(input.topic, input.payload),
        headers: Object.fromEntries(
          Object.entries(encodeEnvelope(envelopeFor(input))).map(([k, v]) => [k, Buffer.from(v)]),
        ),
      });
    },
    pipeRaw: append,
    tell(command) {
      sequence += 1;
      const who = { id: `told-${sequence}`, correlationId: `correlation-${sequence}` };
      const answer = running.told.say({
        ...{ ...who, actor: 'system:test', traceparent: null, ...command },
      });
      clockMs += 1;
      settle();
      return answer;
    },
    advanceStreamTime(byMs) {
      invariant(stalled.size === 0, 'a stalled input cannot say that nothing more comes');
      advance(byMs);
    },
    advanceWallClockTime: advance,
    buffered(topic) {
      const input = running.engine.inputs.find((each) => each.topic === topic);
      invariant(input !== undefined, `${topic} is no input of ${topology.name}`);
      return input.length;
    },
    stall: (topic) => void stalled.set(topic, stalled.get(topic) ?? []),
    release(topic) {
      const held = stalled.get(topic) ?? [];
      stalled.delete(topic);
      if (!delayed.has(topic)) offer(topic, held);
      settle();
    },
    readOutput(topic) {
      const found = outputs.filter((record) => record.topic === topic);
      outputs = outputs.filter((record) => record.topic !== topic);
      return found.map(decoded);
    },
    store: (name) => running.state.entries(name),
    timers: () => [...running.state.timers.values()],
    restart(code = topology) {
      running.told.close();
      running = open(code);
      for (const topic of inputTopics) {
        const at = running.state.position(topic)?.offset ?? 0n;
        // What the log holds beyond the restored position would be fetched again; the driver takes
        // every record at once, so there is nothing but stalled ones and delayed ones, which it does.
        const mayLack = stalled.has(topic) || delayed.has(topic);
        invariant(mayLack || at === ends.get(topic), `${topic} has records in flight`);
      }
      settle();
    },
  };
}
