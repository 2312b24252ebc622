import type { Isolation, TopicPartition } from '../log.ts';
import { header, type WireRequest } from './request.ts';

export const earliest = -2n;
export const latest = -1n;

/** Version 3. The latest offset is the last stable one for committed readers. */
export function listOffsetsRequest(
  of: TopicPartition & { readonly isolation: Isolation; readonly timestamp: bigint },
): WireRequest<{ readonly errorCode: number; readonly offset: bigint }> {
  return {
    ...header('ListOffsets'),
    write: (writer) => {
      const replicaId = -1;
      writer.int32(replicaId).int8(of.isolation === 'read_committed' ? 1 : 0);
      writer.array([of], ({ topic, partition, timestamp }) => {
        writer.string(topic).array([partition], () => writer.int32(partition).int64(timestamp));
      });
    },
    read: (reader) => {
      reader.int32();
      const found = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          const errorCode = reader.int16();
          reader.int64();
          return { errorCode, offset: reader.int64() };
        });
      });
      return found[0]?.[0] ?? { errorCode: -1, offset: -1n };
    },
  };
}
