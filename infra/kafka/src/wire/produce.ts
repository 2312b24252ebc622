import type { ByteReader, ByteWriter } from './bytes.ts';
import { writeBatch, type BatchSlice } from './encode-batch.ts';
import { header, type WireRequest } from './request.ts';

export interface ProducePartition extends BatchSlice {
  readonly partition: number;
}

export interface ProduceTopic {
  readonly topic: string;
  readonly partitions: readonly ProducePartition[];
}

export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: bigint;
  /** -1 on a CreateTime topic. */
  readonly appendTimeMs: number;
}

const ALL_IN_SYNC = -1;

/** Version 7: one batch a partition, acknowledged by all replicas in sync. */
export function produceRequest(options: {
  readonly transactionalId: string | null;
  readonly topics: readonly ProduceTopic[];
  readonly timeoutMs: number;
}): WireRequest<readonly ProducedPartition[]> {
  return {
    ...header('Produce'),
    write: (writer) => {
      const nowMs = Date.now();
      writer.string(options.transactionalId).int16(ALL_IN_SYNC).int32(options.timeoutMs);
      writer.array(options.topics, ({ topic, partitions }) => {
        writer.string(topic).array(partitions, (each) => {
          writer.int32(each.partition);
          writeSized(writer, () => writeBatch(writer, each, nowMs));
        });
      });
    },
    read: readProduced,
  };
}

function writeSized(writer: ByteWriter, write: () => void): void {
  const at = writer.length;
  writer.int32(0);
  write();
  writer.patchInt32(at, writer.length - at - 4);
}

function readProduced(reader: ByteReader): readonly ProducedPartition[] {
  const topics = reader.array(() => {
    const topic = reader.string() ?? '';
    return reader.array(() => {
      const partition = reader.int32();
      const errorCode = reader.int16();
      const baseOffset = reader.int64();
      const appendTimeMs = Number(reader.int64());
      reader.int64();
      return { topic, partition, errorCode, baseOffset, appendTimeMs };
    });
  });
  return topics.flat();
}
