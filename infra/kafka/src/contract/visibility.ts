import type { Log, OutgoingRecord, TopicPartition } from '../log.ts';
import { only } from './harness.ts';

/** How long after their append times records were not yet there, in ms, in ascending order. */
export interface Lateness {
  readonly records: number;
  readonly latenessMs: readonly number[];
}

/**
 * Reads a partition as fast as it can while somebody writes to it. A record is late by how long
 * after its append time a fetch was sent that reached the end of the log and did not bring it: the
 * margin by which an empty answer must be mistrusted. Broker and reader must have one clock, to the
 * millisecond: one machine.
 */
export async function measureLateness(
  log: Log,
  at: TopicPartition,
  options: { readonly forMs: number; write(): Promise<unknown> },
): Promise<Lateness> {
  const from = [{ ...at, offset: 0n }];
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const until = performance.now() + options.forMs;
  const writing = (async () => {
    while (performance.now() < until) await options.write();
  })();
  const latenessMs: number[] = [];
  let emptyAtMs = 0;
  while (performance.now() < until) {
    const sentAtMs = Date.now();
    const fetched = only(await reader.fetch({ maxWaitMs: 0 }));
    for (const { timestampMs } of fetched.records) {
      latenessMs.push(Math.max(0, emptyAtMs - timestampMs));
    }
    const { nextOffset, lastStableOffset, highWatermark } = fetched;
    const atEnd = nextOffset === lastStableOffset && nextOffset === highWatermark;
    if (atEnd) emptyAtMs = sentAtMs;
  }
  await writing;
  await reader.close();
  return { records: latenessMs.length, latenessMs: latenessMs.sort((a, b) => a - b) };
}

/** The q-th part of a sorted list: 1 is its largest. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

export function recordOfBytes(at: TopicPartition, bytes: number): OutgoingRecord {
  return { ...at, key: null, value: Buffer.alloc(bytes), headers: {} };
}
