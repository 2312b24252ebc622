import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import type { OutgoingRecord, TransactionalProducer } from '@plumbline/kafka';
import { partitionOfRecordKey, routingKey } from '@plumbline/kernel';
import type { Report } from '@plumbline/local';
import { progressEveryMs, prefillPerTransaction } from '../limits.ts';
import { activationOf } from './activation.ts';
import type { Shelf } from './encode.ts';
import { orderNoOf, recordOf } from './encode.ts';
import { stepsPerHistory } from './histories.ts';
import type { LogPlan } from './waves.ts';
import { wavesOf } from './waves.ts';

export interface LogWriter {
  readonly codec: Codec;
  readonly producer: TransactionalProducer;
  readonly shelf: Shelf;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** What was written, marks and rules left out. */
export interface Written {
  readonly records: number;
  readonly bytes: number;
  readonly elapsedMs: number;
}

/** The grace of rule A, as an operator would set it: a record for each partition. */
export async function activateGrace(writer: LogWriter, graceMs: number): Promise<void> {
  const { codec, producer, shelf } = writer;
  const rules = [{ rule: 'A', version: 1, enabled: true, graceMs, values: [] }];
  await producer.transact(activationOf({ codec, shelf, rules }));
}

/** An order under each key, so that there is state of that size before the records that count. */
export async function writePrefill(writer: LogWriter, keys: number): Promise<Written> {
  const { codec, shelf } = writer;
  const course = (keyIndex: number) =>
    ({ index: keyIndex, kind: 'paid', keyIndex, round: 0 }) as const;
  function* chunks(): Generator<readonly OutgoingRecord[]> {
    for (let from = 0; from < keys; from += prefillPerTransaction) {
      const size = Math.min(prefillPerTransaction, keys - from);
      yield Array.from({ length: size }, (_, n) => recordOf(codec, shelf, course(from + n), 0));
    }
  }
  return writeAll(writer, chunks(), keys);
}

/** The records of the plan, wave by wave, as fast as it goes. */
export async function writePlan(
  writer: LogWriter,
  plan: LogPlan,
  record: RecordOf = recordOf,
): Promise<Written> {
  const { codec, shelf } = writer;
  function* chunks(): Generator<readonly OutgoingRecord[]> {
    for (const wave of wavesOf(plan))
      yield wave.map(({ course, step }) => record(codec, shelf, course, step));
  }
  return writeAll(writer, chunks(), plan.records);
}

/** What makes the record of a step of a course. */
export type RecordOf = typeof recordOf;

/** Writes chunks of records, each in a transaction. */
export async function writeAll(
  { producer, report, signal }: LogWriter,
  chunks: Iterable<readonly OutgoingRecord[]>,
  planned: number,
): Promise<Written> {
  const begin = performance.now();
  let [records, bytes, told] = [0, 0, begin];
  for (const chunk of chunks) {
    signal.throwIfAborted();
    await producer.transact(chunk);
    records += chunk.length;
    for (const { value } of chunk) bytes += value?.length ?? 0;
    if (performance.now() - told < progressEveryMs) continue;
    told = performance.now();
    report(`  ${records} of ${planned} records written`);
  }
  return { records, bytes, elapsedMs: performance.now() - begin };
}

export const markPrefix = 'mark';

/**
 * An order of rule C at the end of each partition: its alert says that everything before it was
 * taken. The grace is waited out before, so that the alerts of rule A come first.
 */
export async function writeMarks(writer: LogWriter, name: string, graceMs: number): Promise<void> {
  const { codec, producer, signal } = writer;
  await sleep(graceMs + marginMs, undefined, { signal });
  const shelf = { ...writer.shelf, prefix: `${markPrefix}-${name}` };
  const keys = markKeys(shelf);
  for (let step = 0; step < stepsPerHistory; step += 1) {
    const course = (keyIndex: number) =>
      ({ index: keyIndex, kind: 'late', keyIndex, round: 0 }) as const;
    await producer.transact(keys.map((key) => recordOf(codec, shelf, course(key), step)));
  }
}

/** More than the append times of one transaction can lie apart. */
const marginMs = 300;

/** The smallest key number that leads to each partition. */
function markKeys(shelf: Shelf): readonly number[] {
  const found = new Map<number, number>();
  for (let i = 0; found.size < shelf.partitions; i += 1) {
    const key = routingKey('main', orderNoOf(shelf, i));
    const partition = partitionOfRecordKey(key, shelf.partitions);
    if (!found.has(partition)) found.set(partition, i);
  }
  return [...found.values()];
}

export const isMark = (key: Buffer | null): boolean =>
  key !== null && key.toString('latin1').startsWith(`main/${markPrefix}-`);
