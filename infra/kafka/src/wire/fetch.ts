import type { Isolation } from '../log.ts';
import type { ByteReader } from './bytes.ts';
import type { AbortedTransaction } from './decode-batches.ts';
import { header, type WireRequest } from './request.ts';

export interface FetchPartition {
  readonly partition: number;
  readonly offset: bigint;
  readonly bytesMax: number;
}

export interface FetchTopic {
  readonly topicId: Buffer;
  readonly partitions: readonly FetchPartition[];
}

export interface FetchedPartition {
  readonly topicId: Buffer;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly logStartOffset: bigint;
  readonly aborted: readonly AbortedTransaction[];
  readonly records: Buffer;
}

/**
 * Version 13: topics by id, so that a topic which was deleted and made again under its name is an
 * error of the broker and not other records at the old position. Sessions are not used.
 */
export function fetchRequest(options: {
  readonly topics: readonly FetchTopic[];
  readonly isolation: Isolation;
  readonly maxWaitMs: number;
  readonly bytesMax: number;
  readonly timeoutMs: number;
}): WireRequest<{ errorCode: number; partitions: readonly FetchedPartition[] }> {
  return {
    ...header('Fetch'),
    flexible: true,
    timeoutMs: options.timeoutMs,
    write: (writer) => {
      const replicaId = -1;
      const bytesMin = 1;
      const noSession = 0;
      const sessionless = -1;
      writer.int32(replicaId).int32(options.maxWaitMs).int32(bytesMin).int32(options.bytesMax);
      writer.int8(options.isolation === 'read_committed' ? 1 : 0);
      writer.int32(noSession).int32(sessionless);
      writer.compactArray(options.topics, ({ topicId, partitions }) => {
        writer.raw(topicId).compactArray(partitions, (each) => {
          const unknown = -1;
          writer.int32(each.partition).int32(unknown).int64(each.offset).int32(unknown);
          writer.int64(-1n).int32(each.bytesMax).noTags();
        });
        writer.noTags();
      });
      writer
        .compactArray([], () => undefined)
        .compactString('')
        .noTags();
    },
    read: readFetch,
  };
}

function readFetch(reader: ByteReader): {
  errorCode: number;
  partitions: readonly FetchedPartition[];
} {
  reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const topics = reader.compactArray(() => {
    const topicId = reader.raw(16);
    const partitions = reader.compactArray(() => readPartition(reader, topicId));
    reader.skipTags();
    return partitions;
  });
  return { errorCode, partitions: topics.flat() };
}

function readPartition(reader: ByteReader, topicId: Buffer): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffset = reader.int64();
  const aborted = reader.compactArray(() => {
    const producerId = reader.int64();
    const firstOffset = reader.int64();
    reader.skipTags();
    return { producerId, firstOffset };
  });
  reader.int32();
  const records = reader.compactBytes();
  reader.skipTags();
  const ends = { highWatermark, lastStableOffset, logStartOffset };
  return { topicId, partition, errorCode, ...ends, aborted, records };
}
