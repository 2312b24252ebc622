import { consistencyAlerts } from '@plumbline/consistency-alerts';
import type { OrdersEvent, SchemaIds } from '@plumbline/events';
import {
  avroType,
  createCodec,
  createMemorySchemaIds,
  encodeEnvelope,
  topics,
  UnknownSchemaId,
} from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { silentLogger } from '@plumbline/observability';
import type { RunningTopology } from '@plumbline/runtime';
import { runTopology } from '@plumbline/runtime';
import { expect, vi } from 'vitest';
import type { MemorySession } from './memory-session.ts';
import { createMemorySession } from './memory-session.ts';

/** The alert task, and events of orders of which it cannot read some. */
export interface ParkedOrders {
  readonly session: MemorySession;
  /** The task takes what stands in the log, with a codec that has asked the registry nothing yet. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** An event that can be read; its offset. */
  append(reason: string, orderNo?: string): Promise<bigint>;
  /** Bytes that nobody will ever read. */
  poison(orderNo?: string): bigint;
  /** An event of another version, which the registry does not know before `mend`. */
  late(orderNo?: string): bigint;
  mend(): void;
  untilLetters(count: number): Promise<void>;
  /** Commands to let keys go on, as they stand in the log: id and mode. */
  asked(): readonly { readonly id: string; readonly mode: unknown }[];
  close(): Promise<void>;
}

/** As the record was before it said which payment failed. */
const lateId = 9_999;
const lateSchema = JSON.stringify({
  ...{ type: 'record', namespace: 'plumbline.orders', name: 'OrderFailed' },
  fields: [
    { name: 'orderNo', type: 'string' },
    { name: 'reason', type: 'string' },
  ],
});

export function createParkedOrders(): ParkedOrders {
  const topic = topics.ordersEvents.name;
  const registry = createRegistry();
  const { schemaIds } = registry;
  const session = createMemorySession({ schemaIds });
  const { memory: log, memoryCodec } = session;
  let running: RunningTopology | null = null;
  let events = 0;

  const stop = async (): Promise<void> => {
    await running?.close();
    running = null;
  };
  function write(
    orderNo: string,
    value: Buffer,
    headers: Readonly<Record<string, Buffer | string>>,
  ): bigint {
    const key = `main/${orderNo}`;
    const place = { topic, partition: partitionOfRecordKey(key, 4), key: Buffer.from(key) };
    return log.appendRaw({ ...place, value, headers }).baseOffset;
  }
  const envelope = (orderNo: string, type: string) =>
    encodeEnvelope({
      ...{ id: `e-${(events += 1)}`, type, source: '/plumbline/test', subject: orderNo },
      ...{ timeMs: 0, correlationId: 'x', causationId: null, actor: 'system:test' },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    });

  return {
    session,
    async start() {
      const codec = createCodec(schemaIds);
      running = await runTopology({
        ...{ topology: consistencyAlerts, log, codec, logger: silentLogger, partitions: 4 },
      });
    },
    stop,
    async append(reason, orderNo = 'H1') {
      await memoryCodec.prepare([topic]);
      const event: OrdersEvent = { type: 'OrderCancelled', data: { orderNo, reason } };
      return write(orderNo, memoryCodec.encode(topic, event), envelope(orderNo, event.type));
    },
    poison: (orderNo = 'H1') => write(orderNo, Buffer.from('nonsense'), { ce_id: 'e-poison' }),
    late(orderNo = 'H1') {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(lateId, 1);
      const body = avroType(lateSchema).toBuffer({ orderNo, reason: 'written long ago' });
      return write(orderNo, Buffer.concat([head, body]), envelope(orderNo, 'OrderFailed'));
    },
    mend: () => registry.mend(),
    untilLetters: (count) =>
      vi.waitFor(
        () => expect(log.topicRecords(consistencyAlerts.deadLetters)).toHaveLength(count),
        20_000,
      ),
    asked: () =>
      log.topicRecords(topics.deadLettersCommands.name).map(({ topic: of, value, headers }) => ({
        id: headers['ce_id']?.toString('utf8') ?? '',
        mode: (memoryCodec.decode(of, value).data as { readonly mode: unknown }).mode,
      })),
    async close() {
      await stop();
      await log.close();
    },
  };
}

function createRegistry(): { readonly schemaIds: SchemaIds; mend(): void } {
  const own = createMemorySchemaIds();
  let isMended = false;
  return {
    schemaIds: {
      idOf: (subject, schemaJson) => own.idOf(subject, schemaJson),
      schemaOf(id) {
        if (id !== lateId) return own.schemaOf(id);
        return isMended ? Promise.resolve(lateSchema) : Promise.reject(new UnknownSchemaId(id));
      },
    },
    mend: () => {
      isMended = true;
    },
  };
}
