import { randomUUID } from 'node:crypto';
import type { Codec, SubjectErased } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { DataKeyRows } from './data-key-rows.ts';
import type { ErasedKey, Erasure } from './key-ring.ts';
import * as limits from './limits.ts';

/** Resolves once it is in the log. Errors: NotCommitted, OutcomeUnknown; then repeat it. */
export type RecordErasure = (erased: SubjectErased) => Promise<void>;

const topic = topics.erasuresEvents.name;

/**
 * Writes erasures down. Several processes do, so that they are no aggregate's history: no version,
 * no hash. The id is random: one that was written twice says the same twice.
 */
export async function openErasureLog(options: {
  readonly log: Log;
  readonly codec: Codec;
  readonly partitions: number;
  /** Such as `/plumbline/cli`. */
  readonly source: string;
  readonly actor: string;
}): Promise<{ readonly record: RecordErasure; close(): Promise<void> }> {
  const { log, codec, partitions, source, actor } = options;
  await codec.prepare([topic]);
  const producer = await log.openEdgeProducer();
  return {
    async record(data) {
      const id = randomUUID();
      await producer.send({
        ...{ topic, partition: partitionOfRecordKey(data.subject, partitions) },
        key: Buffer.from(data.subject, 'utf8'),
        value: codec.encode(topic, { type: 'SubjectErased', data }),
        headers: encodeEnvelope({
          ...{ id, type: 'SubjectErased', source, subject: data.subject, actor },
          ...{ timeMs: data.erasedAt, correlationId: id, causationId: null },
          ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
        }),
      });
    },
    close: () => producer.close(),
  };
}

/**
 * The log first, the row after it: whoever dies in between has erased it, since it is erased again
 * from the log. None for a subject without a key.
 */
export async function eraseKey(
  by: {
    readonly rows: DataKeyRows;
    readonly recordErasure: RecordErasure | undefined;
    /** Epoch ms. */
    readonly nowMs: () => number;
  },
  { subject, reason }: { readonly subject: string; readonly reason: string },
): Promise<Erasure> {
  const { rows, recordErasure, nowMs } = by;
  const key = await rows.live(subject);
  if (key === null) return { keyIds: [] };
  const keyIds = [key.keyId];
  const erasedAt = nowMs();
  await recordErasure?.({ subject, keyIds, reason, erasedAt });
  return { keyIds: await rows.erase({ keyIds, reason, atMs: erasedAt }) };
}

/** Of keys that the log says are erased, those that the vault has all the same. */
export async function keysThere(
  rows: Pick<DataKeyRows, 'liveAmong'>,
  erased: readonly ErasedKey[],
): Promise<readonly ErasedKey[]> {
  const there: ErasedKey[] = [];
  for (let at = 0; at < erased.length; at += limits.eraseBatch) {
    const batch = erased.slice(at, at + limits.eraseBatch);
    const live = await rows.liveAmong(batch.map(({ keyId }) => keyId));
    there.push(...batch.filter(({ keyId }) => live.has(keyId)));
  }
  return there;
}

/** Gives the ids of the keys that are gone now. Their rows say when they were erased first. */
export async function eraseThoseThere(
  rows: DataKeyRows,
  erased: readonly ErasedKey[],
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const { keyId, reason, erasedAt } of await keysThere(rows, erased))
    gone.push(...(await rows.erase({ keyIds: [keyId], reason, atMs: erasedAt })));
  return gone;
}

export const erasedKeysOf = ({ keyIds, reason, erasedAt }: SubjectErased): readonly ErasedKey[] =>
  keyIds.map((keyId) => ({ keyId, reason, erasedAt }));
