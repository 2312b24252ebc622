import { header, type TopicPartitions, type WireRequest } from './request.ts';

/** The identity that the coordinator gave out, and that a newer one fences. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export const coordinatorOf = { group: 0, transaction: 1 } as const;

export function findCoordinatorRequest(of: {
  readonly key: string;
  readonly type: number;
}): WireRequest<{
  readonly errorCode: number;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}> {
  return {
    ...header('FindCoordinator'),
    write: (writer) => {
      writer.string(of.key).int8(of.type);
    },
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      reader.string();
      const nodeId = reader.int32();
      const host = reader.string() ?? '';
      return { errorCode, nodeId, host, port: reader.int32() };
    },
  };
}

export function initProducerIdRequest(of: {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
}): WireRequest<{
  readonly errorCode: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}> {
  return {
    ...header('InitProducerId'),
    write: (writer) => {
      writer.string(of.transactionalId).int32(of.transactionTimeoutMs);
    },
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      const producerId = reader.int64();
      return { errorCode, producerId, producerEpoch: reader.int16() };
    },
  };
}

/** Answers the first error among the partitions, 0 when all were added. */
export function addPartitionsRequest(
  identity: ProducerIdentity,
  topics: readonly TopicPartitions[],
): WireRequest<number> {
  return {
    ...header('AddPartitionsToTxn'),
    write: (writer) => {
      writer.string(identity.transactionalId);
      writer.int64(identity.producerId).int16(identity.producerEpoch);
      writer.array(topics, ({ topic, partitions }) => {
        writer.string(topic).array(partitions, (partition) => writer.int32(partition));
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
      // OPERATION_NOT_ATTEMPTED stands beside the error that was the reason.
      const errors = answers.flat().filter((each) => each !== 0);
      const notAttempted = 55;
      return errors.find((each) => each !== notAttempted) ?? errors[0] ?? 0;
    },
  };
}

/** Answers an error code. */
export function endTxnRequest(
  identity: ProducerIdentity,
  outcome: 'commit' | 'abort',
): WireRequest<number> {
  return {
    ...header('EndTxn'),
    write: (writer) => {
      writer.string(identity.transactionalId);
      writer.int64(identity.producerId).int16(identity.producerEpoch);
      writer.int8(outcome === 'commit' ? 1 : 0);
    },
    read: (reader) => {
      reader.int32();
      return reader.int16();
    },
  };
}
