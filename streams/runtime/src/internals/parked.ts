import type { LogRecord } from '@plumbline/kafka';
import { invariant } from '@plumbline/kernel';
import { limits } from '../limits.ts';
import type { StateCodec } from '../state-codec.ts';

/** A key whose records wait behind a dead letter. */
export interface Parked {
  /** Of the record that could not be processed, in the input that it came from. */
  readonly offset: bigint;
  readonly reason: string;
  /** Offset of the newest record that waits; null where none was kept (older logs). */
  readonly last: bigint | null;
}

/** A record that waits, and the one that waits before it: a list from the newest to the oldest. */
export interface ParkedRecord {
  readonly record: LogRecord;
  /** Running maximum of the input's append times, epoch ms. */
  readonly timeMs: number;
  readonly incarnation: string;
  /** Too large for a changelog record: kept without its value, so that its place in line stays. */
  readonly isCut: boolean;
  readonly previous: bigint | null;
}

/** The record as it waits, or as much of it as the changelog can hold. */
export function waitingRecord(waiting: Omit<ParkedRecord, 'isCut'>): ParkedRecord {
  const { key, value, headers } = waiting.record;
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const name of Object.keys(headers)) bytes += name.length + (headers[name]?.length ?? 0);
  return { ...waiting, isCut: bytes > limits.parkedRecordBytes };
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (bytes: Buffer): Fields => JSON.parse(bytes.toString('utf8')) as Fields;
const jsonOf = (fields: Fields): Buffer => Buffer.from(JSON.stringify(fields));
const textOf = (offset: bigint | null): string | null => offset?.toString() ?? null;
const offsetOf = (text: unknown): bigint | null => (typeof text === 'string' ? BigInt(text) : null);
const base64Of = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
const bytesOf = (text: unknown): Buffer | null =>
  typeof text === 'string' ? Buffer.from(text, 'base64') : null;

export const parkedCodec: StateCodec<Parked> = {
  encode: ({ offset, reason, last }) =>
    jsonOf({ offset: offset.toString(), reason, last: textOf(last) }),
  decode(bytes) {
    const { offset, reason, last } = fieldsOf(bytes);
    invariant(
      typeof offset === 'string' && typeof reason === 'string',
      'a parked key in the changelog cannot be read',
    );
    return { offset: BigInt(offset), reason, last: offsetOf(last) };
  },
};

export const parkedRecordCodec: StateCodec<ParkedRecord> = {
  encode: ({ record, timeMs, incarnation, isCut, previous }) =>
    jsonOf({
      topic: record.topic,
      partition: record.partition,
      offset: record.offset.toString(),
      timestampMs: record.timestampMs,
      key: base64Of(record.key),
      value: isCut ? null : base64Of(record.value),
      headers: Object.fromEntries(
        Object.entries(record.headers).map(([name, value]) => [name, base64Of(value)]),
      ),
      ...{ timeMs, incarnation, isCut },
      previous: textOf(previous),
    }),
  decode(bytes) {
    const raw = fieldsOf(bytes);
    const { topic, partition, timestampMs, timeMs, incarnation, headers } = raw;
    const offset = offsetOf(raw['offset']);
    invariant(
      typeof topic === 'string' && typeof partition === 'number' && offset !== null,
      'a parked record in the changelog cannot be read',
    );
    invariant(
      typeof timestampMs === 'number' && typeof timeMs === 'number',
      'a parked record in the changelog has no time',
    );
    invariant(
      typeof incarnation === 'string',
      'a parked record in the changelog has no incarnation',
    );
    return {
      record: {
        ...{ topic, partition, offset, timestampMs },
        key: bytesOf(raw['key']),
        value: bytesOf(raw['value']),
        headers: Object.fromEntries(
          Object.entries((headers ?? {}) as Fields).map(([name, value]) => [
            name,
            bytesOf(value) ?? Buffer.alloc(0),
          ]),
        ),
      },
      ...{ timeMs, incarnation, isCut: raw['isCut'] === true },
      previous: offsetOf(raw['previous']),
    };
  },
};
