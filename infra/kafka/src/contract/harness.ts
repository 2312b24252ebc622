import { inspect, isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type {
  Ends,
  Fetched,
  Isolation,
  Log,
  LogReader,
  LogRecord,
  TopicPartition,
} from '../log.ts';
import type { TransactionSession } from '../transaction-session.ts';
import type { JavaReader } from './java-reader.ts';

/** A log to hold against the contract, with what only its owner may do to it. */
export interface LogHarness {
  readonly name: string;
  readonly log: Log;
  /** Another client of the same log, with connections of its own. */
  openAnotherClient(): Promise<Log>;
  /** With the client's own transaction time-out if none is given. */
  openTransactionSession(
    transactionalId: string,
    options?: { readonly transactionTimeoutMs?: number },
  ): Promise<TransactionSession>;
  /** A topic of a new name, empty. Settings are a broker's; the log in memory has none. */
  createTopic(partitions: number, settings?: Readonly<Record<string, string>>): Promise<string>;
  recreateTopic(topic: string): Promise<void>;
  deleteBefore(at: TopicPartition & { readonly offset: bigint }): Promise<void>;
  /** A name that nobody else uses. */
  uniqueName(prefix: string): string;
  /** How long after a record was appended a reader may take to see it. */
  readonly patienceMs: number;
  /** Java's own consumer on the same broker, started at the first call; `null` without a broker. */
  readonly openJavaReader: (() => Promise<JavaReader>) | null;
  /** Another implementation, which must answer the same to the same history. */
  readonly openTwin: (() => Promise<LogHarness>) | null;
  close(): Promise<void>;
}

export interface ContractOptions {
  /** Generated histories to run; each costs some thousand fetches. */
  readonly seeds: readonly number[];
}

/** Polls until the check holds; its last failure is the test's. */
export async function eventually(
  check: () => void | Promise<void>,
  withinMs: number,
): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (performance.now() >= until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Waits until one of the partition's ends is there. Markers are written after the answer to a
 * commit, and the stable offset moves a moment after the high watermark.
 */
export async function untilEnd(
  harness: LogHarness,
  at: TopicPartition,
  expected: Partial<Ends>,
): Promise<void> {
  const until = performance.now() + harness.patienceMs;
  for (;;) {
    const ends = await harness.log.ends(at);
    if (isDeepStrictEqual({ ...ends, ...expected }, ends)) return;
    if (performance.now() > until) {
      throw new Error(`${at.topic} has ${inspect(ends)}, not ${inspect(expected)}`);
    }
    await pause(1);
  }
}

/** Reads one partition from an offset to its last stable offset, or high watermark. */
export async function readToEnd(
  reader: LogReader,
  at: TopicPartition & { readonly isolation: Isolation; readonly bytesMax?: number },
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const [fetched] = await reader.fetch({
      maxWaitMs: 0,
      ...(at.bytesMax === undefined ? {} : { maxBytesPerPartition: at.bytesMax }),
    });
    if (fetched === undefined) throw new Error('A fetch without an answer');
    records.push(...fetched.records);
    const end =
      at.isolation === 'read_committed' ? fetched.lastStableOffset : fetched.highWatermark;
    if (fetched.nextOffset >= end) return records;
  }
}

export async function readAll(
  log: Log,
  at: TopicPartition & { readonly isolation?: Isolation },
): Promise<readonly string[]> {
  const isolation = at.isolation ?? 'read_committed';
  const { logStartOffset } = await log.ends(at);
  const from = [{ topic: at.topic, partition: at.partition, offset: logStartOffset }];
  const reader = await log.openReader({ from, isolation });
  const records = await readToEnd(reader, { ...at, isolation });
  await reader.close();
  return values(records);
}

export function values(records: readonly LogRecord[]): readonly string[] {
  return records.map(({ value }) => String(value));
}

export function recordOf(at: TopicPartition, value: string) {
  return {
    topic: at.topic,
    partition: at.partition,
    key: Buffer.from('key'),
    value: Buffer.from(value),
    headers: { ce_id: value },
  };
}

export function only(fetched: readonly Fetched[]): Fetched {
  const [one] = fetched;
  if (one === undefined || fetched.length !== 1) throw new Error(`${fetched.length} answers`);
  return one;
}

/** A commit shows to readers a moment after it was answered. */
export async function untilReads(
  harness: LogHarness,
  at: TopicPartition,
  expected: readonly string[],
): Promise<void> {
  await eventually(async () => {
    expect(await readAll(harness.log, at)).toEqual(expected);
  }, harness.patienceMs);
}
