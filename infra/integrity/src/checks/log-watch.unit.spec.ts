import type { CommandOutcome } from '@plumbline/events';
import {
  createCodec,
  createMemorySchemaIds,
  encodeEnvelope,
  firstPreviousHash,
  topics,
} from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { describe, expect, it } from 'vitest';
import { promiseViolations } from './check-promises.ts';
import { createLogWatch } from './log-watch.ts';

const events = topics.ordersEvents.name;
const outcomes = topics.ordersOutcomes.name;
const codec = createCodec(createMemorySchemaIds());
const tornAfterMs = 1_000;

await codec.prepare([outcomes]);

const watchNow = () => createLogWatch({ contexts: [{ events, outcomes }], codec, tornAfterMs });

function record(
  at: { readonly topic: string; readonly offset: bigint; readonly value?: Buffer },
  over: Partial<Parameters<typeof encodeEnvelope>[0]>,
): LogRecord {
  const { topic, offset, value = null } = at;
  const headers = encodeEnvelope({
    ...{ id: `${topic} ${offset}`, type: 'OrderCreated', source: '/t', subject: 'H1', timeMs: 0 },
    ...{ correlationId: 'c', causationId: null, actor: 'api:t', aggregateVersion: null },
    ...{ previousHash: null, subjectKeyId: null, traceparent: null },
    ...over,
  });
  return {
    ...{ topic, partition: 0, offset, timestampMs: 0, key: Buffer.from('main/H1'), value },
    headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, Buffer.from(v)])),
  };
}

const event = (version: bigint, over: { id?: string; cause?: string; offset?: bigint } = {}) =>
  record(
    { topic: events, offset: over.offset ?? version - 1n },
    {
      id: over.id ?? `e${version}`,
      aggregateVersion: version,
      previousHash: firstPreviousHash,
      causationId: over.cause ?? `c${version}`,
    },
  );

const outcome = (version: bigint, eventIds = [`e${version}`]): LogRecord => {
  const data: CommandOutcome = {
    ...{ commandId: `c${version}`, commandType: 'X', fingerprint: 'f', status: 'ACCEPTED' },
    ...{ code: null, message: null, details: null, aggregateVersion: version, answer: null },
    ...{ commandPartition: 0, commandOffset: version, commandIncarnation: 'i' },
    events: eventIds.map((eventId) => ({ eventId, type: 'X', aggregateVersion: version })),
  };
  const value = codec.encode(outcomes, { type: 'CommandOutcome', data });
  return record({ topic: outcomes, offset: version - 1n, value }, {});
};

const sound = [event(1n), outcome(1n), outcome(2n), event(2n)];

/** What is found at the end in records that come one millisecond after the other. */
function found(records: readonly LogRecord[]): string[] {
  const watch = watchNow();
  for (const [nowMs, each] of records.entries()) watch.take(each, nowMs);
  return watch.violations(Infinity).map(({ invariant, what }) => `${invariant} ${what}`);
}

describe('the reader that checks while it reads', () => {
  it('finds nothing in a sound log, whichever half of a transaction shows first', () => {
    expect(found(sound)).toEqual([]);
  });

  it('takes what a timer brought, which has no outcome', () => {
    expect(found([...sound, event(3n, { cause: 'timer:expire:1' })])).toEqual([]);
  });

  it.each<[string, readonly LogRecord[], RegExp]>([
    ['an event twice at one offset', [...sound, event(2n)], /I6 .*came late or again/],
    ['an event id twice', [...sound, event(3n, { id: 'e2' }), outcome(3n)], /I6 .*came twice/],
    ['an offset behind the one before', [event(1n, { offset: 5n }), event(2n)], /I6 .*late/],
    ['a version left out', [event(1n), event(3n, { offset: 1n })], /I5 .*version 3 after 1/],
    ['an outcome without its event', [outcome(1n)], /I6 torn: the outcome of c1/],
    [
      'an event without its outcome',
      [event(1n)],
      /I6 torn: OrderCreated e1 shows without its outcome/,
    ],
    ['one of two events of a command', [event(1n), outcome(1n, ['e1', 'e2'])], /I6 torn.*e2/],
    [
      'an event that its outcome does not name',
      [event(1n, { cause: 'c1' }), outcome(1n, [])],
      /I6 torn: OrderCreated e1/,
    ],
  ])('finds %s', (_what, records, expected) => {
    expect(found(records).join('\n')).toMatch(expected);
  });

  it('gives the other half of a transaction its time, and no more', () => {
    const watch = watchNow();
    watch.take(outcome(1n), 0);
    expect(watch.violations(tornAfterMs)).toEqual([]);
    watch.take(event(1n), 400);
    expect(watch.violations(Infinity)).toEqual([]);
    expect(watch.longestHalfMs).toBe(400);
  });
});

describe('what was answered', () => {
  it('is missed when it is not in the log, and when it is there twice', () => {
    const log = [event(1n), event(2n)];
    expect(promiseViolations([event(1n)], 'OrderCreated', ['H1'])).toEqual([]);
    expect(promiseViolations(log, 'OrderCreated', ['H1', 'H2'])).toMatchObject([
      { invariant: 'I1' },
      { invariant: 'I3' },
    ]);
  });
});
