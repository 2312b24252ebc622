import type { GroupOffset, TopicPartition } from '../log.ts';
import type { GroupMember } from './groups.ts';
import { header, type WireRequest } from './request.ts';

/** Version 7, from a member in a generation. Answers the first error, 0 when all were taken. */
export function offsetCommitRequest(
  member: GroupMember,
  offsets: readonly GroupOffset[],
): WireRequest<number> {
  return {
    ...header('OffsetCommit'),
    write: (writer) => {
      const noInstanceId = null;
      writer.string(member.groupId).int32(member.generation);
      writer.string(member.memberId).string(noInstanceId);
      writer.array(byTopic(offsets), ({ topic, of }) => {
        writer.string(topic).array(of, ({ partition, offset }) => {
          const unknownLeaderEpoch = -1;
          writer.int32(partition).int64(offset).int32(unknownLeaderEpoch).string('');
        });
      });
    },
    read: (reader) => {
      reader.int32();
      const answers = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          return reader.int16();
        });
      });
      return answers.flat().find((each) => each !== 0) ?? 0;
    },
  };
}

/** Version 5. An offset of -1: the group has none for this partition. */
export function offsetFetchRequest(
  groupId: string,
  partitions: readonly TopicPartition[],
): WireRequest<{ readonly errorCode: number; readonly offsets: readonly GroupOffset[] }> {
  return {
    ...header('OffsetFetch'),
    write: (writer) => {
      writer.string(groupId).array(byTopic(partitions), ({ topic, of }) => {
        writer.string(topic).array(of, ({ partition }) => writer.int32(partition));
      });
    },
    read: (reader) => {
      reader.int32();
      let errorCode = 0;
      const offsets = reader.array(() => {
        const topic = reader.string() ?? '';
        return reader.array(() => {
          const partition = reader.int32();
          const offset = reader.int64();
          reader.int32();
          reader.string();
          errorCode ||= reader.int16();
          return { topic, partition, offset };
        });
      });
      return { errorCode: reader.int16() || errorCode, offsets: offsets.flat() };
    },
  };
}

function byTopic<At extends TopicPartition>(all: readonly At[]) {
  const topics = new Map<string, At[]>();
  for (const each of all) {
    const of = topics.get(each.topic) ?? [];
    topics.set(each.topic, of);
    of.push(each);
  }
  return [...topics].map(([topic, of]) => ({ topic, of }));
}
