import type { AlertRaised, DeadLettered, Envelope } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  key,
  mismatched,
  orderAwaiting,
  orderCreated,
  orderPaid,
  paymentCreated,
  paymentSucceeded,
  requestConflicted,
  transactionConflicted,
} from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

// docs/bad-input.md, on the topology that runs in production.

const topic = topics.ordersEvents.name;
const codec = createCodec(createMemorySchemaIds());
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts, { codec });
});

const envelope: Envelope = {
  ...{ id: 'e1', type: 'OrderCreated', source: '/plumbline/test', subject: 'H1', timeMs: 0 },
  ...{ correlationId: 'x', causationId: null, actor: 'api:test', aggregateVersion: null },
  ...{ previousHash: null, subjectKeyId: null, traceparent: null },
};
const headers = Object.fromEntries(
  Object.entries(encodeEnvelope(envelope)).map(([name, text]) => [name, Buffer.from(text)]),
);
const good = () => ({
  ...{ topic, key: Buffer.from(key), headers },
  value: codec.encode(topic, orderCreated),
});

const letters = () =>
  driver.readOutput(consistencyAlerts.deadLetters).map(({ payload }) => {
    const { reason, originOffset, parkedBehind, value } = payload.data as DeadLettered;
    return { reason, originOffset, parkedBehind, value };
  });

const raised = () =>
  driver
    .readOutput(topics.alertsEvents.name)
    .flatMap(({ payload }) =>
      payload.type === 'AlertRaised' ? [payload.data as AlertRaised] : [],
    );

describe('an event that cannot be read', () => {
  const broken: Readonly<Record<string, (bytes: Buffer) => Buffer | null>> = {
    MAGIC_BYTE: (bytes) => Buffer.concat([Buffer.from([7]), bytes.subarray(1)]),
    TRUNCATED: (bytes) => bytes.subarray(0, -3),
    NULL_VALUE: () => null,
  };

  it.each(Object.entries(broken))(
    '%s: a dead letter with its bytes, and its key waits',
    (_, cut) => {
      const value = cut(good().value);
      const offset = driver.pipeRaw({ ...good(), value });
      driver.pipeRaw(good());
      const [first, second] = letters();
      expect(first).toMatchObject({ originOffset: offset, parkedBehind: null, value });
      expect(first?.reason).toMatch(/^[A-Z_]+$/);
      expect(first?.reason).not.toBe('PROCESSING_FAILED');
      expect(second).toMatchObject({ reason: 'PARKED_BEHIND', parkedBehind: offset });
    },
  );

  it('as large as a record may be: a dead letter with its beginning', () => {
    const command = { ...good(), topic: topics.alertsCommands.name };
    const value = Buffer.alloc(1_048_000, 7);
    driver.pipeRaw({ ...command, value });
    const [letter] = letters();
    expect(letter?.reason).toBe('MAGIC_BYTE');
    // Compared as bytes: a matcher looks at half a million of them one by one.
    expect(letter?.value?.equals(value.subarray(0, 512_000))).toBe(true);
  });

  it('without a key: a dead letter, and nothing waits behind it', () => {
    driver.pipeRaw({ ...good(), key: null });
    driver.pipeRaw(good());
    expect(letters()).toMatchObject([{ reason: 'NULL_KEY', parkedBehind: null }]);
  });

  it('with a type that is not that of its value: a dead letter', () => {
    driver.pipeRaw({ ...good(), headers: { ...headers, ce_type: Buffer.from('OrderPaid') } });
    expect(letters()).toMatchObject([{ reason: 'TYPE_MISMATCH' }]);
  });
});

describe('a valid event that cannot be in its state', () => {
  it('is taken as the fact that it says: it stands in the log, whoever was wrong', () => {
    driver.pipeInput({ topic, key, payload: orderPaid });
    driver.pipeInput({ topic, key, payload: orderPaid });
    driver.pipeInput({ topic, key, payload: orderCreated });
    driver.advanceStreamTime(120_000);
    expect(letters()).toEqual([]);
    expect(raised().map(({ rule }) => rule)).toEqual([]);
  });
});

describe('what contradicts a payment that nobody created', () => {
  const payments = topics.paymentsEvents.name;
  const facts = [mismatched('AMOUNT', '1'), requestConflicted('f2'), transactionConflicted('PAY0')];

  it.each([key, 'PAY1'])(
    'is folded under the key %s, and there is nothing to compare with',
    (at) => {
      for (const payload of facts) driver.pipeInput({ topic: payments, key: at, payload });
      driver.pipeInput({ topic: payments, key: at, payload: paymentCreated });
      driver.advanceStreamTime(120_000);
      expect(letters()).toEqual([]);
      expect(raised()).toEqual([]);
    },
  );

  it('is told of a payment that was created twice, and not taken back by it', () => {
    const twice = [paymentCreated, ...facts, paymentCreated, ...facts];
    for (const payload of twice) driver.pipeInput({ topic: payments, key, payload });
    expect(letters()).toEqual([]);
    const said = driver.readOutput(topics.alertsEvents.name).map(({ payload }) => payload);
    expect(said.map(({ type }) => type)).toEqual(['AlertRaised', 'AlertRaised', 'AlertRaised']);
  });
});

describe('a business time far in the past or the future', () => {
  const times = { past: 0, now: null, future: Date.UTC(9999, 11, 31) };

  /** When Rule A is raised, after the success was appended. */
  async function raisedAfterMs(timeMs: number | null): Promise<readonly number[]> {
    driver = await createTestDriver(consistencyAlerts, { codec });
    const said = timeMs === null ? {} : { envelope: { timeMs } };
    const payments = topics.paymentsEvents.name;
    driver.pipeInput({ topic, key, payload: orderCreated, ...said });
    driver.pipeInput({ topic: payments, key, payload: paymentCreated, ...said });
    driver.pipeInput({ topic, key, payload: orderAwaiting, ...said });
    const succeededAt = driver.nowMs();
    driver.pipeInput({ topic: payments, key, payload: paymentSucceeded, ...said });
    driver.advanceStreamTime(120_000);
    return raised().map(({ detectedAt }) => detectedAt - succeededAt);
  }

  it.each(Object.entries(times))('%s: decides nothing, broker time does', async (_, timeMs) => {
    expect(await raisedAfterMs(timeMs)).toEqual([60_000]);
  });
});
