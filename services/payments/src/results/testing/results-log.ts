import type { Codec, Envelope, PaymentResult, RefundResult, ResultsEvent } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { partitionOfRecordKey, routingKey } from '@plumbline/kernel';
import type { Redis, RedisClient } from '@plumbline/redis';
import { paymentOrderIdOf } from '../../domain/payment/merchant.ts';
import type { StreamName } from '../stream-entry.ts';

const topic = topics.resultsEvents.name;

/** A database of Redis that nobody else uses, which a test may empty. */
export function testRedisUrl(database: number): string {
  const url = process.env['PLUMBLINE_TEST_REDIS'];
  if (url === undefined || url === '')
    throw new Error('PLUMBLINE_TEST_REDIS is not set: redis://host:port');
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

export async function createResultsCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([topic]);
  return codec;
}

/** Which order it is of, and the how manieth result of it: the event id is `<order>#<version>`. */
export interface TestResult {
  readonly tenant?: string;
  readonly orderNo: string;
  readonly version: number;
  readonly payment?: Partial<PaymentResult>;
  /** A refund's, instead of a payment's. */
  readonly refund?: Partial<RefundResult>;
}

export const resultEvent = ({ tenant = 'app', ...result }: TestResult): ResultsEvent => {
  const { orderNo } = result;
  const order = { paymentOrderId: paymentOrderIdOf(tenant, orderNo), payNo: 'P1', tenant, orderNo };
  const change = { oldStatus: 'pending', newStatus: 'processing', currency: 'CNY' };
  const facts = { ...order, ...change, amountMinor: 10_000n, occurredAt: 1_733_221_800_999 };
  return result.refund === undefined
    ? { type: 'PaymentResult', data: { ...facts, gatewayTransactionId: null, ...result.payment } }
    : {
        type: 'RefundResult',
        data: { ...facts, refundOrderId: 'r', gatewayRefundId: null, ...result.refund },
      };
};

export const eventId = ({ orderNo, version }: TestResult): string => `${orderNo}#${version}`;

export function resultRecord(
  result: TestResult,
  to: { readonly codec: Codec; readonly partitions: number },
): OutgoingRecord {
  const payload = resultEvent(result);
  const key = routingKey(payload.data.tenant, payload.data.orderNo);
  const envelope: Envelope = {
    ...{ id: eventId(result), type: payload.type, source: '/plumbline/merchant-results' },
    ...{ subject: payload.data.paymentOrderId, timeMs: 1, correlationId: 'c', causationId: 'x' },
    ...{ actor: 'system:merchant-results', aggregateVersion: BigInt(result.version) },
    ...{ previousHash: '0'.repeat(64), subjectKeyId: null, traceparent: null },
  };
  return {
    ...{ topic, partition: partitionOfRecordKey(key, to.partitions), key: Buffer.from(key) },
    value: to.codec.encode(topic, payload),
    headers: encodeEnvelope(envelope),
  };
}

export interface ReadEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Every entry of a stream, oldest first. */
export async function entriesIn(
  redis: Redis,
  stream: StreamName = 'payment_results',
): Promise<readonly ReadEntry[]> {
  const found = await redis.run((client) => client.xrange(stream, '-', '+'));
  return found.map(([id, texts]) => ({ id, fields: recordOf(texts) }));
}

export const eventIdsIn = async (redis: Redis, stream?: StreamName): Promise<readonly string[]> =>
  (await entriesIn(redis, stream)).map(({ fields }) => fields['event_id'] ?? '');

const recordOf = (texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : [])),
  );

/** `XREADGROUP GROUP g c COUNT 1 BLOCK ms STREAMS s >`, as the documented clients send it. */
export async function readOne(
  client: RedisClient,
  from: { readonly stream: StreamName; readonly consumer: string; readonly blockMs?: number },
): Promise<ReadEntry | null> {
  const { stream, consumer, blockMs = 1_000 } = from;
  const group = ['GROUP', 'main_app', consumer] as const;
  const read = await client.xreadgroup(
    ...([...group, 'COUNT', 1, 'BLOCK', blockMs, 'STREAMS', stream, '>'] as const),
  );
  // [[stream, [[id, [name, value, …]]]]], or nothing.
  const streams = read as
    readonly (readonly [string, readonly (readonly [string, string[]])[]])[] | null;
  const [entry] = streams?.[0]?.[1] ?? [];
  return entry === undefined ? null : { id: entry[0], fields: recordOf(entry[1]) };
}
