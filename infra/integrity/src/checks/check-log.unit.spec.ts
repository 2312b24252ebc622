import type { Codec, CommandOutcome, OrdersEvent } from '@plumbline/events';
import {
  bodyOf,
  createCodec,
  createMemorySchemaIds,
  decodeEnvelope,
  encodeEnvelope,
  firstPreviousHash,
  hashOfEvent,
  topics,
} from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ContextLog } from './check-log.ts';
import { checkLog } from './check-log.ts';

const key = 'main/H1';
let codec: Codec;

beforeAll(async () => {
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare([topics.ordersEvents.name, topics.ordersOutcomes.name]);
});

function recordOf(
  topic: string,
  offset: bigint,
  value: Buffer | null,
  over: Partial<Parameters<typeof encodeEnvelope>[0]>,
): LogRecord {
  const headers = encodeEnvelope({
    ...{ id: `${topic}-${offset}`, type: 'X', source: '/t', subject: 'H1', timeMs: 0 },
    ...{ correlationId: 'c', causationId: null, actor: 'api:t', aggregateVersion: null },
    ...{ previousHash: null, subjectKeyId: null, traceparent: null },
    ...over,
  });
  return {
    ...{ topic, partition: 0, offset, timestampMs: 0, key: Buffer.from(key), value },
    headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, Buffer.from(v)])),
  };
}

const event = (offset: bigint, version: bigint, previousHash: string, cause: string): LogRecord => {
  const payload: OrdersEvent = {
    type: 'OrderCancelled',
    data: { orderNo: 'H1', reason: String(version) },
  };
  const value = codec.encode(topics.ordersEvents.name, payload);
  const over = { id: `e${version}`, type: payload.type, aggregateVersion: version, previousHash };
  return recordOf(topics.ordersEvents.name, offset, value, { ...over, causationId: cause });
};
const hashOf = (record: LogRecord): string =>
  hashOfEvent({
    key,
    envelope: decodeEnvelope(record.headers),
    body: bodyOf(record.value ?? Buffer.alloc(0)),
  });
const outcome = (offset: bigint, over: Partial<CommandOutcome>): LogRecord => {
  const data: CommandOutcome = {
    ...{ commandId: `c${offset}`, commandType: 'X', fingerprint: 'f', status: 'ACCEPTED' },
    ...{ code: null, message: null, details: null, events: [], aggregateVersion: 1n },
    ...{ answer: null, commandPartition: 0, commandOffset: offset, commandIncarnation: 'i' },
    ...over,
  };
  const topic = topics.ordersOutcomes.name;
  return recordOf(topic, offset, codec.encode(topic, { type: 'CommandOutcome', data }), {});
};

/** Two commands, two events, two outcomes, as they should be. */
function sound(): { commands: LogRecord[]; events: LogRecord[]; outcomes: LogRecord[] } {
  const first = event(0n, 1n, firstPreviousHash, 'c0');
  const second = event(1n, 2n, hashOf(first), 'c1');
  const effect = (version: bigint) => [
    { eventId: `e${version}`, type: 'OrderCancelled', aggregateVersion: version },
  ];
  return {
    commands: [0n, 1n].map((offset) => recordOf('commands', offset, null, { id: `c${offset}` })),
    events: [first, second],
    outcomes: [outcome(0n, { events: effect(1n) }), outcome(1n, { events: effect(2n) })],
  };
}

const broken = (log: ContextLog): string[] => [
  ...new Set(checkLog(log, codec).map(({ invariant }) => invariant)),
];

describe('the checker of a log', () => {
  it('finds nothing in a sound one', () => {
    expect(checkLog(sound(), codec)).toEqual([]);
  });

  it.each<[string, (log: ReturnType<typeof sound>) => void, string[]]>([
    ['a command without outcome', (log) => void log.outcomes.pop(), ['I1']],
    ['a command with two', (log) => void log.outcomes.push(outcome(1n, {})), ['I1', 'I6']],
    ['an accepted command whose event is gone', (log) => void log.events.pop(), ['I1']],
    ['an outcome without command', (log) => void log.commands.pop(), ['I2']],
    [
      'an event without cause',
      (log) => void log.events.push(event(2n, 3n, hashOf(log.events[1] as LogRecord), 'nobody')),
      ['I2'],
    ],
    [
      'a command id with two effects',
      (log) => {
        const events = [{ eventId: 'e1', type: 'OrderCancelled', aggregateVersion: 1n }];
        log.commands.push(recordOf('commands', 2n, null, { id: 'c1' }));
        log.outcomes.push(outcome(2n, { commandId: 'c1', events }));
      },
      ['I3'],
    ],
    [
      'a gap in the versions',
      (log) => void log.events.push(event(2n, 4n, hashOf(log.events[1] as LogRecord), 'c1')),
      ['I5'],
    ],
    [
      'an altered event',
      (log) => {
        const [first] = log.events;
        if (first?.value) first.value[first.value.length - 1] = 0x39;
      },
      ['I5'],
    ],
    ['an event twice', (log) => void log.events.push(log.events[1] as LogRecord), ['I5', 'I6']],
  ])('finds %s', (_what, plant, invariants) => {
    const log = sound();
    plant(log);
    expect(broken(log)).toEqual(invariants);
  });
});
