import type { Codec } from '@plumbline/events';
import { allTopics, bodyOf, firstPreviousHash, hashOfEvent, topics } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { chainSampleRecords, fetchWaitMs } from '../limits.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf } from '../read/scan.ts';
import type { Check } from './check.ts';
import { badCheck, okCheck } from './check.ts';

/** No aggregate's history, and so no chain: many write claims, callbacks and erasures; changes are notes. */
const unchained: ReadonlySet<string> = new Set([
  topics.transactionsEvents.name,
  topics.callbacksEvents.name,
  topics.changesEvents.name,
  topics.erasuresEvents.name,
]);

/** Where each event carries the hash of the one before. */
export const chainedTopics: readonly string[] = allTopics
  .filter(({ kind, name }) => kind === 'events' && !unchained.has(name))
  .map(({ name }) => name);

/** Follows the hash chains of the oldest events of every partition: a sample, not a proof. */
export async function chainChecks(options: {
  readonly log: Log;
  readonly codec: Codec;
}): Promise<readonly Check[]> {
  const { log, codec } = options;
  const checks: Check[] = [];
  let events = 0;
  for (const at of await partitionsOf(log, chainedTopics)) {
    const records = await oldest(log, at);
    const decoded: DecodedRecord[] = [];
    for (const record of records) decoded.push(await decodeRecord(codec, record));
    events += decoded.length;
    const broken = firstBrokenLink(decoded);
    if (broken !== null) checks.push(brokenCheck(broken));
  }
  return checks.length === 0 ? [okCheck('hash chains', `${events} oldest events hold`)] : checks;
}

const brokenCheck = ({ topic, partition, offset, key }: DecodedRecord): Check =>
  badCheck('fail', `hash chain of ${key}`, {
    detail: `breaks at ${topic}-${partition} offset ${offset.toString()}`,
    fix: 'the topic was written to by something else than its task: compare it with a copy',
  });

async function oldest(
  log: Log,
  at: { readonly topic: string; readonly partition: number },
): Promise<readonly LogRecord[]> {
  const { logStartOffset, lastStableOffset } = await log.ends(at);
  const records: LogRecord[] = [];
  const reader = await log.openReader({
    from: [{ ...at, offset: logStartOffset }],
    isolation: 'read_committed',
  });
  try {
    while (reader.position(at) < lastStableOffset && records.length < chainSampleRecords)
      for (const fetched of await reader.fetch({ maxWaitMs: fetchWaitMs }))
        records.push(...fetched.records);
  } finally {
    await reader.close();
  }
  return records.slice(0, chainSampleRecords);
}

/**
 * The first event that does not carry the hash of its key's event before. Events must come in the
 * order of one partition, from its start; a log that starts later starts each chain where it does.
 */
export function firstBrokenLink(events: readonly DecodedRecord[]): DecodedRecord | null {
  const newest = new Map<string, { version: bigint; hash: string }>();
  for (const event of events) {
    const { aggregateVersion: version, previousHash } = event.envelope;
    if (version === null || previousHash === null) return event;
    const before = newest.get(event.key);
    const expected =
      before === undefined && version === 1n ? { version: 0n, hash: firstPreviousHash } : before;
    if (expected !== undefined) {
      if (version !== expected.version + 1n || previousHash !== expected.hash) return event;
    }
    const { key, envelope, value } = event;
    newest.set(event.key, { version, hash: hashOfEvent({ key, envelope, body: bodyOf(value) }) });
  }
  return null;
}
