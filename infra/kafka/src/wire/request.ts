import type { ByteReader, ByteWriter } from './bytes.ts';

/** One request of the protocol in one version, with how to read its answer. */
export interface WireRequest<Answer> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** Flexible versions have tagged fields in both headers (KIP-482). */
  readonly flexible?: boolean;
  /** For requests that the broker holds back on purpose; otherwise the client's own. */
  readonly timeoutMs?: number;
  write(writer: ByteWriter): void;
  read(reader: ByteReader): Answer;
}

/** Where something lives: topic and partition numbers. */
export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Every request that this client sends, by its key, with the version that it sends. */
export const versions = {
  Produce: { apiKey: 0, apiVersion: 7 },
  Fetch: { apiKey: 1, apiVersion: 13 },
  ListOffsets: { apiKey: 2, apiVersion: 3 },
  Metadata: { apiKey: 3, apiVersion: 12 },
  OffsetCommit: { apiKey: 8, apiVersion: 7 },
  OffsetFetch: { apiKey: 9, apiVersion: 5 },
  FindCoordinator: { apiKey: 10, apiVersion: 2 },
  JoinGroup: { apiKey: 11, apiVersion: 5 },
  Heartbeat: { apiKey: 12, apiVersion: 3 },
  LeaveGroup: { apiKey: 13, apiVersion: 3 },
  SyncGroup: { apiKey: 14, apiVersion: 3 },
  InitProducerId: { apiKey: 22, apiVersion: 1 },
  AddPartitionsToTxn: { apiKey: 24, apiVersion: 1 },
  EndTxn: { apiKey: 26, apiVersion: 1 },
} as const;

export function header<Name extends keyof typeof versions>(
  apiName: Name,
): { apiName: Name } & (typeof versions)[Name] {
  return { apiName, ...versions[apiName] };
}
