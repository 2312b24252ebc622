import { envelopeHeaders, frameBytes } from '@plumbline/events';
import type { Headers, OutgoingRecord } from '@plumbline/kafka';
import { digest } from '@plumbline/kernel';

/**
 * The headers in which a replay has to agree, docs/formats.md: the whole envelope but the trace
 * context, which says how a record came about and not what it says.
 */
export const comparedHeaders = envelopeHeaders.filter((name) => name !== 'traceparent');

/** A record of the log, or one that would be written. */
export interface ComparedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers | OutgoingRecord['headers'];
}

export const digestBytes = 32;

const absent = Buffer.from([0]);
const present = Buffer.from([1]);

/**
 * The Avro body without its framing, as in the hash of an event: a registry that a log was imported
 * into gives its schemas other ids.
 */
const bodyOfValue = (value: Buffer | null): Buffer | null =>
  value !== null && value.length >= frameBytes && value[0] === 0
    ? value.subarray(frameBytes)
    : value;

/**
 * SHA-256 over key, Avro body and {@link comparedHeaders}; what is absent differs from what is empty.
 */
export function digestOfRecord({ key, value, headers }: ComparedRecord): Buffer {
  const parts = [key, bodyOfValue(value), ...comparedHeaders.map((name) => headers[name] ?? null)];
  return digest(...parts.flatMap((part) => (part === null ? [absent] : [present, part])));
}

/** The digests of one partition's records in their order, 32 bytes each. */
export interface PartitionDigest {
  readonly length: number;
  add(record: ComparedRecord): void;
  /** The digest of the record with this number, from 0. */
  at(index: number): Buffer;
  /** SHA-256 over the first so many records, in their order. */
  checksum(length: number): Buffer;
}

export function createPartitionDigest(): PartitionDigest {
  let bytes = Buffer.alloc(digestBytes * 1_024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(record) {
      if ((length + 1) * digestBytes > bytes.length) {
        bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
      }
      digestOfRecord(record).copy(bytes, length * digestBytes);
      length += 1;
    },
    at: (index) => bytes.subarray(index * digestBytes, (index + 1) * digestBytes),
    checksum: (count) => digest(bytes.subarray(0, count * digestBytes)),
  };
}

/**
 * One checksum of a topic, 64 hex: its partitions in the order of their numbers, each in its own
 * order. Which partition was written first does not matter, which record of a partition does.
 */
export const checksumOfTopic = (partitions: readonly Buffer[]): string =>
  digest(...partitions).toString('hex');
