import type { Codec } from '@plumbline/events';
import {
  allTopics,
  createCodec,
  createMemorySchemaIds,
  decodeEnvelope,
  topics,
} from '@plumbline/events';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordOf } from './encode.ts';
import type { HistoryKind } from './histories.ts';
import { alertOf, histories, stepsPerHistory } from './histories.ts';

const shelf = { partitions: 4, prefix: 'test', startMs: Date.UTC(2026, 0, 1) };
const kinds = Object.keys(histories) as HistoryKind[];
const bytesOf = (headers: Readonly<Record<string, Buffer | string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

let codec: Codec;
let driver: TestDriver;

beforeEach(async () => {
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare(allTopics.map(({ name }) => name));
  driver = await createTestDriver(consistencyAlerts, { codec });
});

const recordsOf = (kind: HistoryKind, keyIndex: number) =>
  Array.from({ length: stepsPerHistory }, (_, step) =>
    recordOf(codec, shelf, { kind, index: keyIndex, keyIndex, round: 0 }, step),
  );

describe('the records of a prepared log', () => {
  it.each(kinds)('are whole events in the partition of their key: %s', (kind) => {
    expect(histories[kind]).toHaveLength(stepsPerHistory);
    const ids = new Set<string>();
    for (const { topic, partition, key, value, headers } of recordsOf(kind, 7)) {
      const envelope = decodeEnvelope(bytesOf(headers));
      expect(codec.decode(topic, value as Buffer).type).toBe(envelope.type);
      expect(partition).toBe(partitionOfRecordKey(String(key), 4));
      expect(envelope.traceparent).not.toBeNull();
      ids.add(envelope.id);
    }
    expect(ids.size).toBe(stepsPerHistory);
  });

  it('number the events of each context without a gap, from the first', () => {
    const versions = recordsOf('paid', 1).map(({ topic, headers }) => {
      const { aggregateVersion } = decodeEnvelope(bytesOf(headers));
      return `${topic} ${aggregateVersion ?? ''}`;
    });
    const [orders, payments] = [topics.ordersEvents.name, topics.paymentsEvents.name];
    expect(versions.sort()).toEqual([
      ...[1, 2, 3].map((n) => `${orders} ${n}`),
      ...[1, 2, 3, 4].map((n) => `${payments} ${n}`),
    ]);
  });

  it.each(kinds)('make the production rules say what is expected of them: %s', (kind) => {
    for (const record of recordsOf(kind, 3))
      driver.pipeRaw({ ...record, headers: bytesOf(record.headers) });
    driver.advanceStreamTime(61_000);
    const raised = driver
      .readOutput(topics.alertsEvents.name)
      .filter(({ payload }) => payload.type === 'AlertRaised')
      .map(({ payload }) => (payload.data as { readonly rule: string }).rule);
    const expected = alertOf[kind];
    expect(raised).toEqual(expected === undefined ? [] : [expected]);
  });
});
