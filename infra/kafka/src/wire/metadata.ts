import type { ByteReader } from './bytes.ts';
import { header, type WireRequest } from './request.ts';

export interface BrokerAddress {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export interface TopicMetadata {
  readonly errorCode: number;
  readonly name: string;
  /** 16 bytes: which incarnation of the topic this is. */
  readonly id: Buffer;
  readonly partitions: readonly { readonly index: number; readonly leader: number }[];
}

export interface Metadata {
  readonly brokers: readonly BrokerAddress[];
  readonly topics: readonly TopicMetadata[];
}

const noTopicId = Buffer.alloc(16);

/** Version 12: the first that tells topic ids by name. kafkajs itself stops at version 6. */
export function metadataRequest(topics: readonly string[]): WireRequest<Metadata> {
  return {
    ...header('Metadata'),
    flexible: true,
    write: (writer) => {
      const create = 0;
      writer
        .compactArray(topics, (topic) => writer.raw(noTopicId).compactString(topic).noTags())
        .int8(create)
        .int8(0)
        .noTags();
    },
    read: readMetadata,
  };
}

function readMetadata(reader: ByteReader): Metadata {
  reader.int32();
  const brokers = reader.compactArray(() => {
    const nodeId = reader.int32();
    const host = reader.compactString() ?? '';
    const port = reader.int32();
    reader.compactString();
    reader.skipTags();
    return { nodeId, host, port };
  });
  reader.compactString();
  reader.int32();
  const topics = reader.compactArray(() => {
    const errorCode = reader.int16();
    const name = reader.compactString() ?? '';
    const id = Buffer.from(reader.raw(16));
    reader.int8();
    const partitions = reader.compactArray(() => {
      reader.int16();
      const index = reader.int32();
      const leader = reader.int32();
      reader.int32();
      for (let list = 0; list < 3; list += 1) reader.compactArray(() => reader.int32());
      reader.skipTags();
      return { index, leader };
    });
    reader.int32();
    reader.skipTags();
    return { errorCode, name, id, partitions };
  });
  return { brokers, topics };
}
