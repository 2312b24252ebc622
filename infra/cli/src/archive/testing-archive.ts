import type { Codec } from '@plumbline/events';
import {
  avroType,
  catalogue,
  createCodec,
  encodeEnvelope,
  subjectOf,
  topics,
} from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import type { RestoreTarget } from './restore-target.ts';

export const ordersTopic = topics.ordersEvents.name;

const partitions = 4;

export interface TestLog {
  readonly session: MemorySession;
  readonly clock: { ms: number };
  /** An event of an order, a second after the one before. */
  write(orderNo: string, reason?: string): Promise<void>;
  /** One more version of the same record, with a field more. */
  writeNewer(orderNo: string): Promise<void>;
  writeRaw(record: { readonly key: Buffer | null; readonly value: Buffer | null }): void;
  records(topic?: string): readonly LogRecord[];
}

/** `first` are topics whose schemas get the first ids. */
export async function createTestLog(first: readonly string[] = []): Promise<TestLog> {
  const clock = { ms: Date.UTC(2026, 0, 5), nowMs: () => clock.ms };
  const session = createMemorySession({ clock });
  const codec: Codec = session.memoryCodec;
  await codec.prepare([...first, ordersTopic]);
  const headersOf = (orderNo: string) =>
    encodeEnvelope({
      ...{ id: `e-${orderNo}-${clock.ms}`, type: 'OrderCancelled', source: '/plumbline/test' },
      ...{ subject: orderNo, timeMs: clock.ms, correlationId: 'x', causationId: null },
      ...{ actor: 'operator:ana', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    });
  const append = (orderNo: string, value: Buffer): void => {
    clock.ms += 1_000;
    const key = `main/${orderNo}`;
    const partition = partitionOfRecordKey(key, partitions);
    session.memory.appendRaw({
      ...{ topic: ordersTopic, partition, key: Buffer.from(key), value },
      headers: headersOf(orderNo),
    });
  };
  return {
    session,
    clock,
    write: (orderNo, reason = 'changed my mind') => {
      append(
        orderNo,
        codec.encode(ordersTopic, { type: 'OrderCancelled', data: { orderNo, reason } }),
      );
      return Promise.resolve();
    },
    writeNewer: async (orderNo) => {
      const name = 'plumbline.orders.OrderCancelled';
      const schema = newerSchema(catalogue.schemas[name] ?? '');
      const id = await (await session.schemaIds()).idOf(subjectOf(ordersTopic, name), schema);
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(id, 1);
      const data = { orderNo, reason: 'newer', note: 'by a later version' };
      append(orderNo, Buffer.concat([frame, avroType(schema).toBuffer(data)]));
    },
    writeRaw: (record) => {
      clock.ms += 1_000;
      session.memory.appendRaw({ topic: ordersTopic, partition: 0, ...record, headers: {} });
    },
    records: (topic = ordersTopic) => session.memory.topicRecords(topic),
  };
}

function newerSchema(schema: string): string {
  const parsed = JSON.parse(schema) as { readonly fields: readonly unknown[] };
  const note = {
    name: 'note',
    type: ['null', 'string'],
    default: null,
    doc: 'What else was said.',
  };
  return JSON.stringify({ ...parsed, fields: [...parsed.fields, note] });
}

export interface MemoryTarget extends RestoreTarget {
  settings(topic: string): Readonly<Record<string, string>> | undefined;
  /** What happens to the next appends: called before each. */
  beforeAppend: () => 'append' | 'lose' | 'late';
}

/** Topics of a log in memory, whose clock says what time a record gets. */
export function createMemoryTarget({ session, clock }: TestLog): MemoryTarget {
  const settings = new Map<string, Readonly<Record<string, string>>>();
  const { memory } = session;
  const target: MemoryTarget = {
    beforeAppend: () => 'append',
    settings: (topic) => settings.get(topic),
    topic: async (topic) => {
      const [described] = await memory.describeTopics([topic]);
      const ends = Array.from({ length: described?.partitions ?? 0 }, (_, partition) =>
        memory.ends({ topic, partition }),
      );
      return {
        settings: settings.get(topic) ?? {},
        partitions: (await Promise.all(ends)).map(({ logStartOffset, highWatermark }) => ({
          ...{ start: logStartOffset, end: highWatermark },
        })),
      };
    },
    create: ({ name, partitions: count, config }) => {
      memory.createTopic({ name, partitions: count });
      settings.set(name, config);
      return Promise.resolve();
    },
    configure: (name, config) => {
      settings.set(name, config);
      return Promise.resolve();
    },
    append: (to, records) => {
      const how = target.beforeAppend();
      if (how === 'lose') return Promise.resolve();
      for (const { timestampMs, key, value, headers } of records) {
        clock.ms = how === 'late' ? timestampMs + 1 : timestampMs;
        const named = Object.fromEntries(headers.map((header) => [header.name, header.value]));
        memory.appendRaw({ ...to, key, value, headers: named });
      }
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return target;
}

/** What a record says, whatever its offset and the id of its schema. */
export async function saidBy({ session }: TestLog, record: LogRecord) {
  const { topic, partition, timestampMs, key, value, headers } = record;
  const framedId = value !== null && value.length > 5 && value[0] === 0 ? value.readUInt32BE(1) : 0;
  const schemaIds = await session.schemaIds();
  const schema = await schemaIds.schemaOf(framedId).catch(() => null);
  return {
    ...{ topic, partition, timestampMs, schema },
    key: key?.toString('hex'),
    value: (schema === null ? value : value?.subarray(5))?.toString('hex'),
    headers: Object.entries(headers).map(([name, bytes]) => [name, bytes.toString('hex')]),
  };
}

export const codecOver = async ({ session }: TestLog): Promise<Codec> =>
  createCodec(await session.schemaIds());
