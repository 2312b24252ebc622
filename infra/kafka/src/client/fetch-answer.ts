import { CorruptRecord, PositionOutOfRange, Unavailable } from '../errors.ts';
import type { Fetched, Isolation } from '../log.ts';
import { decodeBatches } from '../wire/decode-batches.ts';
import { code, codeName, staleLeader } from '../wire/error-codes.ts';
import type { FetchedPartition } from '../wire/fetch.ts';
import type { Asked } from './fetch-flight.ts';

/**
 * One partition's part of an answer, decoded. {@link PositionOutOfRange}, {@link CorruptRecord};
 * {@link Unavailable} when its leader has to be looked up again.
 */
export function toFetched(
  came: FetchedPartition,
  asked: Asked & { readonly isolation: Isolation; readonly sentAtBrokerMs: number | null },
): Fetched {
  const { topic, partition, offset } = asked;
  const where = `${topic}-${partition}`;
  if (came.errorCode === code.offsetOutOfRange) {
    const detail = `the broker has ${ends(came)}`;
    throw new PositionOutOfRange({ topic, partition, offset, detail });
  }
  if (came.errorCode === code.corruptMessage) {
    throw new CorruptRecord(`${where}: the broker found its log corrupt`);
  }
  if (staleLeader.has(came.errorCode)) {
    throw new Unavailable(`${where}: ${codeName(came.errorCode)}`);
  }
  if (came.errorCode !== code.none) throw new Error(`${where}: ${codeName(came.errorCode)}`);
  const committed = asked.isolation === 'read_committed';
  const { records, nextOffset, hasOwnTimes } = decodeBatches(came.records, {
    topic,
    partition,
    position: offset,
    aborted: committed ? came.aborted : null,
  });
  return {
    topic,
    partition,
    records,
    nextOffset,
    logStartOffset: came.logStartOffset,
    lastStableOffset: came.lastStableOffset,
    highWatermark: came.highWatermark,
    sentAtBrokerMs: asked.sentAtBrokerMs,
    hasOwnTimes,
  };
}

function ends(came: FetchedPartition): string {
  // The broker does not say what it has: every offset of such an answer is -1.
  if (came.highWatermark < 0n) return 'other offsets: ask it for its ends';
  return `${came.logStartOffset.toString()} to ${came.highWatermark.toString()}`;
}
