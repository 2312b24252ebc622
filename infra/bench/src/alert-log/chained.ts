import {
  bodyOf,
  decodeEnvelope,
  encodeEnvelope,
  firstPreviousHash,
  hashOfEvent,
} from '@plumbline/events';
import { recordOf } from './encode.ts';
import type { RecordOf } from './write.ts';

/** The same records with versions 1…n and true hashes, for who follows the chains. */
export function chainedRecords(): RecordOf {
  const newest = new Map<string, { readonly version: bigint; readonly hash: string }>();
  return (...of) => {
    const record = recordOf(...of);
    const key = record.key?.toString() ?? '';
    const chain = `${record.topic} ${key}`;
    const before = newest.get(chain) ?? { version: 0n, hash: firstPreviousHash };
    const headers = Object.entries(record.headers).map(([name, text]) => [name, Buffer.from(text)]);
    const envelope = {
      ...decodeEnvelope(Object.fromEntries(headers) as Record<string, Buffer>),
      ...{ aggregateVersion: before.version + 1n, previousHash: before.hash },
    };
    const body = bodyOf(record.value ?? Buffer.alloc(0));
    newest.set(chain, {
      version: before.version + 1n,
      hash: hashOfEvent({ key, envelope, body }),
    });
    return { ...record, headers: encodeEnvelope(envelope) };
  };
}
