import type { PaymentsEvent, ResultsEvent } from '@plumbline/events';
import { decodeEnvelope, topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { StreamPosition } from '@plumbline/payments';
import { merchantResultsTopology, streamEntryOf } from '@plumbline/payments';
import { replayTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import type { PartResult } from './finding.ts';
import { verifyResults } from './results.ts';
import type { FoundEntry } from './streams-in-redis.ts';
import { inMemory, placeText, said, writeLog } from './testing-log.ts';

const topic = topics.resultsEvents.name;
const hourMs = 3_600_000;
const clock = { ms: Date.UTC(2026, 0, 5), nowMs: () => clock.ms };
let session: MemorySession;
/** As Redis has them. */
let entries: FoundEntry[];
let stands: StreamPosition;

const paid = (orderNo: string): readonly PaymentsEvent[] => {
  const of = { payNo: `P${orderNo}`, orderNo, amountMinor: 100n, currency: 'CNY' };
  return [
    {
      type: 'PaymentCreated',
      data: {
        ...{ ...of, id: 1n, tenant: 'app', channel: 'MOCK', expireAt: 0, createdAt: 0 },
        gateway: null,
        merchant: {
          ...{ orderType: 'PAYMENT', subject: 's', extraData: null, fingerprint: 'f' },
          idempotencyKey: null,
        },
      },
    },
    {
      type: 'PaymentSucceeded',
      data: {
        ...{ ...of, eventId: 'e', channel: 'MOCK', channelTradeNo: 'T', paidAt: 0 },
        ...{ eventTime: 0, traceId: 't', version: '1.0' },
      },
    },
  ];
};

/** Four payments of one partition, an hour apart, and what merchants are told of them. */
beforeEach(async () => {
  session = createMemorySession({ clock });
  const { memory: log, memoryCodec: codec } = session;
  const payments = writeLog(inMemory(session));
  await codec.prepare([topic, topics.merchantResultsDeadLetters.name]);
  const orders = Array.from({ length: 100 }, (_, n) => `H${n}`)
    .filter((orderNo) => partitionOfRecordKey(`app/${orderNo}`, 4) === 0)
    .slice(0, 4);
  let written = 0;
  for (const orderNo of orders) {
    clock.ms += hourMs;
    for (const event of paid(orderNo))
      await payments.event(topics.paymentsEvents.name, `app/${orderNo}`, event);
    let outputs = 0;
    await replayTopology({
      ...{ topology: merchantResultsTopology, log, codec, partition: 0, partitions: 4 },
      untilMs: clock.ms,
      onOutput: (output) => {
        outputs += 1;
        if (outputs <= written || output.topic !== topic) return;
        log.appendRaw(output);
        written += 1;
      },
    });
  }
  const results = log.topicRecords(topic);
  expect(results).toHaveLength(4);
  entries = results.map((record, n) => ({
    id: `${record.timestampMs}-${n}`,
    fields: streamEntryOf(decoded(record), decodeEnvelope(record.headers)).fields,
  }));
  const [described] = await log.describeTopics([topic]);
  stands = { incarnation: described?.incarnation ?? '', nextOffset: 4n };
  clock.ms += 1;
});

afterEach(() => session.memory.close());

// Nothing else stands in the topic.
const decoded = ({ value }: LogRecord): ResultsEvent =>
  session.memoryCodec.decode(topic, value) as ResultsEvent;

/** Where the n-th result stands, from 0. */
const place = (n: number): string => placeText({ topic, partition: 0, offset: BigInt(n) });

function verify(minMs = 0, known = [0, 1, 2, 3]): Promise<PartResult> {
  const { memory: log, memoryCodec: codec, signal } = session;
  const empty = { ...stands, nextOffset: 0n };
  return verifyResults({
    ...{ log, codec, signal, partitions: 4, partition: null, nowMs: clock.ms },
    ...{ catchUpMs: 100, listed: 20, minMs },
    streams: {
      positions: () => Promise.resolve(new Map(known.map((p) => [p, p === 0 ? stands : empty]))),
      async *entries(stream) {
        await Promise.resolve();
        if (stream === 'payment_results') yield* entries;
      },
    },
  });
}

describe('results', () => {
  it('hold where every result stands in its stream', async () => {
    const result = await verify();
    expect(result).toMatchObject({ state: 'holds', findings: [] });
    expect(result.looked).toEqual({ results: 4, entries: 4, trimmed: 0, waiting: 0 });
  });

  it('hold where the oldest are trimmed, and the newest are yet to be brought', async () => {
    entries = entries.slice(2, 3);
    stands = { ...stands, nextOffset: 3n };
    const result = await verify();
    expect(result.findings).toEqual([]);
    expect(result.looked).toMatchObject({ entries: 1, trimmed: 2, waiting: 1 });
  });

  it('find an entry that is missing behind one that is there, or at the end', async () => {
    entries.splice(1, 1);
    entries.splice(2, 1);
    const result = await verify();
    expect(said(result).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `ENTRY_MISSING ${place(1)}`,
      `ENTRY_MISSING ${place(3)}`,
    ]);
  });

  it('find one missing that is too young to be trimmed', async () => {
    entries = [];
    const result = await verify(2.5 * hourMs);
    expect(said(result).map((line) => line.split(' ')[1])).toEqual([place(1), place(2), place(3)]);
    expect(result.looked['trimmed']).toBe(1);
  });

  it('find an entry with other fields, and one of no result', async () => {
    const [first, second] = entries;
    if (first === undefined || second === undefined) throw new Error('there are four');
    entries[0] = { ...first, fields: first.fields.map((f) => (f === '100' ? '999' : f)) };
    const stranger = second.fields.map((f, n) => (second.fields[n - 1] === 'event_id' ? 'x' : f));
    entries.push({ id: '9999999999999-0', fields: stranger });
    const result = await verify();
    expect(said(result)).toEqual([
      expect.stringContaining(`ENTRY_DIFFERS ${place(0)}`),
      'ENTRY_TOO_MANY - payment_results 9999999999999-0',
    ]);
  });

  it('say so where Redis knows nothing of what the log has; of nothing nothing need be known', async () => {
    expect(await verify(0, [0])).toMatchObject({ state: 'holds', gaps: [] });
    entries = [];
    const result = await verify(0, [1, 2, 3]);
    expect(result).toMatchObject({ state: 'gaps', looked: { waiting: 4 } });
    expect(result.gaps).toEqual([expect.stringContaining(`${topic}-0: Redis knows nothing`)]);
  });

  it('say so where Redis stands in another log', async () => {
    entries = [];
    stands = { incarnation: 'another', nextOffset: 4n };
    const result = await verify();
    expect(result.state).toBe('gaps');
    expect(result.gaps[0]).toContain(`${topic}-0 stand in another log`);
    expect(result.looked).toMatchObject({ waiting: 4 });
  });
});
