import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { Codec } from '@plumbline/events';
import {
  allTopics,
  createCodec,
  createMemorySchemaIds,
  decodeEnvelope,
  topics,
} from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ShopCourse } from './shop-courses.ts';
import { shopCourseOf, shopCourses, shopMix, stepsPerShopCourse } from './shop-courses.ts';
import { shopRecordOf } from './shop-record.ts';

const shelf = { partitions: 4, prefix: 'shop', startMs: Date.UTC(2026, 0, 1) };
const kinds = Object.keys(shopCourses) as ShopCourse[];
const bytesOf = (headers: Readonly<Record<string, Buffer | string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));

const firstOf = (kind: ShopCourse): number => {
  for (let index = 0; index < 100_000; index += 1) if (shopCourseOf(index) === kind) return index;
  throw new Error(`no course is ${kind}`);
};

let codec: Codec;
let driver: TestDriver;

beforeEach(async () => {
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare(allTopics.map(({ name }) => name));
  driver = await createTestDriver(consistencyAlerts, { codec });
});

const recordsOf = (kind: ShopCourse) => {
  const index = firstOf(kind);
  return Array.from({ length: stepsPerShopCourse }, (_, step) =>
    shopRecordOf(codec, shelf, { index, keyIndex: index, round: 0 }, step),
  );
};

describe('the records of a shop', () => {
  it.each(kinds)('are whole events, as many in each course: %s', (kind) => {
    expect(shopCourses[kind]).toHaveLength(stepsPerShopCourse);
    const records = recordsOf(kind);
    for (const { topic, value, headers } of records)
      expect(codec.decode(topic, value as Buffer).type).toBe(decodeEnvelope(bytesOf(headers)).type);
    const ids = records.map(({ headers }) => decodeEnvelope(bytesOf(headers)).id);
    expect(new Set(ids).size).toBe(stepsPerShopCourse);
  });

  it.each(kinds)('make the rule say something that they are named after: %s', (kind) => {
    for (const record of recordsOf(kind))
      driver.pipeRaw({ ...record, headers: bytesOf(record.headers) });
    driver.advanceStreamTime(61_000);
    const raised = driver
      .readOutput(topics.alertsEvents.name)
      .filter(({ payload }) => payload.type === 'AlertRaised')
      .map(({ payload }) => (payload.data as { readonly rule: string }).rule);
    const isRule = kind.length === 1;
    expect([...new Set(raised)]).toEqual(isRule ? [kind] : kind === 'endpoint' ? ['U'] : []);
  });

  it('are mixed with the shares that stand beside them', () => {
    const counts: Partial<Record<ShopCourse, number>> = {};
    for (let n = 0; n < 100_000; n += 1) {
      const kind = shopCourseOf(n);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    for (const [kind, share] of Object.entries(shopMix)) {
      expect(counts[kind as ShopCourse]).toBeGreaterThan(share * 80);
      expect(counts[kind as ShopCourse]).toBeLessThan(share * 120);
    }
  });
});
