import type { Codec, ResultsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { digest } from '@plumbline/kernel';
import type { StreamName, StreamPosition } from '@plumbline/payments';
import { streamEntryOf, streamNames } from '@plumbline/payments';
import { verifySkewMs } from '../limits.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { VerifyDecisionsOptions } from './decisions.ts';
import { replayOne, results } from './decisions.ts';
import type { Findings, PartResult } from './finding.ts';
import { createFindings, partResult } from './finding.ts';
import { hashOf, setHash } from './heads.ts';
import type { KeyTable } from './key-table.ts';
import { createKeyTable } from './key-table.ts';
import { unreadable } from './unreadable.ts';
import type { FoundEntry, ReadStreams } from './streams-in-redis.ts';

export interface VerifyResultsOptions extends VerifyDecisionsOptions {
  readonly streams: ReadStreams;
  /** An entry stays at least so long, whoever has read it, ms. */
  readonly minMs: number;
}

const topic = topics.resultsEvents.name;

/** Columns of an entry: whether the log has it, and from here on the hash of its fields. */
const [inLogAt, hashAt, columns] = [0, 1, 3];

/** The streams as they stand: 40 bytes an entry in a table ({@link createKeyTable}). */
interface Streams {
  readonly entries: KeyTable;
  /** When the oldest entry of each was added, by the clock of Redis. */
  readonly oldestMs: ReadonlyMap<StreamName, number>;
  readonly count: number;
}

/**
 * Every change of a merchant's payment and refund is a result, and every result stands in its stream
 * with its fields, waits to be brought there, or is old enough to be trimmed. Entries go from the old
 * end of a stream only, and those of one partition stand in its order: so that what is missing behind
 * one that is there, or is younger than an entry or the least stay, was not trimmed.
 */
export async function verifyResults(options: VerifyResultsOptions): Promise<PartResult> {
  const { log, partition, signal } = options;
  const findings = createFindings(options.listed);
  const gaps: string[] = [];
  const { records: replayed, gap } = await replayOne(options, results, findings);
  if (gap !== null) gaps.push(gap);
  const [described] = await log.describeTopics([topic]);
  // In this order: what is brought to Redis meanwhile is behind the positions, and in the log.
  const positions = await options.streams.positions();
  const streams = await readEntries(options.streams, signal);
  const looked = { results: replayed, entries: streams.count, trimmed: 0, waiting: 0 };
  for (const at of await partitionsOf(log, [topic])) {
    if (partition !== null && at.partition !== partition) continue;
    const stands = positions.get(at.partition);
    const gap = gapOf(at.partition, stands, described?.incarnation);
    const begun = new Set<StreamName>();
    let found = 0;
    await scan({
      ...{ log, signal, of: [at] },
      take: async (record) => {
        found += 1;
        const result = await readable(options.codec, record, findings);
        // It was left out of the streams as well.
        if (result === null) return;
        const isTold = gap === null && record.offset < (stands?.nextOffset ?? 0n);
        const state = compare(options, { streams, result, begun, isTold }, findings);
        if (state !== null) looked[state] += 1;
      },
    });
    // Where nothing was ever told, nothing is written down in Redis either.
    if (gap !== null && (stands !== undefined || found > 0)) gaps.push(gap);
  }
  // Of the partitions that were not read everything would be unheard of.
  if (partition === null) await strangers(options, streams.entries, findings);
  return partResult('results', { looked, findings, gaps });
}

/** Null for what is no result, which is told. */
async function readable(
  codec: Codec,
  record: LogRecord,
  findings: Findings,
): Promise<DecodedRecord | null> {
  try {
    return await decodeRecord(codec, record);
  } catch (error) {
    findings.add(unreadable(record, error));
    return null;
  }
}

function gapOf(
  partition: number,
  stands: StreamPosition | undefined,
  incarnation: string | undefined,
): string | null {
  const where = `the streams of ${topic}-${partition}`;
  if (stands === undefined)
    return `${where}: Redis knows nothing of them, so that everything is yet to be told`;
  if (stands.incarnation === incarnation) return null;
  return `${where} stand in another log: see plumbline lag and doctor`;
}

async function readEntries(streams: ReadStreams, signal: AbortSignal): Promise<Streams> {
  const entries = createKeyTable(columns);
  const oldestMs = new Map<StreamName, number>();
  let count = 0;
  for (const stream of streamNames) {
    for await (const { id, fields } of streams.entries(stream)) {
      signal.throwIfAborted();
      if (!oldestMs.has(stream)) oldestMs.set(stream, Number(id.split('-')[0]));
      setHash(
        entries,
        { row: entries.add(nameOf(stream, fields)), from: hashAt },
        hashFields(fields),
      );
      count += 1;
    }
  }
  return { entries, oldestMs, count };
}

function compare(
  { nowMs, minMs }: VerifyResultsOptions,
  of: {
    readonly streams: Streams;
    readonly result: DecodedRecord;
    /** Streams of which an entry of this partition was found. */
    readonly begun: Set<StreamName>;
    readonly isTold: boolean;
  },
  findings: Findings,
): 'trimmed' | 'waiting' | null {
  const { streams, result, begun, isTold } = of;
  const { topic, partition, offset, key, timeMs, envelope } = result;
  // The topic holds nothing but these; the codec has checked it.
  const { stream, fields } = streamEntryOf(result.payload as ResultsEvent, envelope);
  const at = { topic, partition, offset };
  const row = streams.entries.find(nameOf(stream, fields));
  if (row >= 0) {
    begun.add(stream);
    streams.entries.set(row, inLogAt, 1n);
    if (!hashFields(fields).startsWith(hashOf(streams.entries, row, hashAt)))
      findings.add({
        ...{ kind: 'ENTRY_DIFFERS', at, about: key },
        what: `${stream} has other fields for event_id ${envelope.id}`,
      });
    return null;
  }
  if (!isTold) return 'waiting';
  const oldestMs = streams.oldestMs.get(stream) ?? Number.POSITIVE_INFINITY;
  const isTrimmed =
    !begun.has(stream) && timeMs <= oldestMs + verifySkewMs && nowMs - timeMs > minMs;
  if (isTrimmed) return 'trimmed';
  findings.add({
    ...{ kind: 'ENTRY_MISSING', at, about: key },
    what: `${stream} has no entry with event_id ${envelope.id}, and it was not trimmed`,
  });
  return null;
}

/** Entries that no result of the log stands behind. */
async function strangers(
  { streams, signal }: VerifyResultsOptions,
  entries: KeyTable,
  findings: Findings,
): Promise<void> {
  for (const stream of streamNames)
    for await (const { id, fields } of streams.entries(stream)) {
      signal.throwIfAborted();
      const row = entries.find(nameOf(stream, fields));
      // Added since, it is in the log since.
      if (row < 0 || entries.get(row, inLogAt) === 1n) continue;
      findings.add({
        ...{ kind: 'ENTRY_TOO_MANY', at: null, about: `${stream} ${id}` },
        what: `no result of the log has event_id ${eventIdOf(fields)}`,
      });
    }
}

function eventIdOf(fields: FoundEntry['fields']): string {
  const at = fields.indexOf('event_id');
  return at % 2 === 0 ? (fields[at + 1] ?? '') : '';
}

const nameOf = (stream: StreamName, fields: FoundEntry['fields']): string =>
  `${stream} ${eventIdOf(fields)}`;

const hashFields = (fields: FoundEntry['fields']): string => digest(...fields).toString('hex');
