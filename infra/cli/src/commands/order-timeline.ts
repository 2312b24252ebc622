import { allTopics, topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey, routingKey, slotOf, slotOfPayNo } from '@plumbline/kernel';
import type { Command } from 'commander';
import { summaryOf } from '../format/summary.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { decodeRecord } from '../read/decode.ts';
import { byTime } from '../read/follow.ts';
import { scan } from '../read/scan.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { recordJson } from './alert-line.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface TimelineOptions {
  readonly tenant?: string;
  readonly json?: boolean;
}

/** Everything that is said about an order: facts, alerts, answers, and what could not be processed. */
export const timelineTopics: readonly string[] = allTopics
  .filter(({ kind }) => ['events', 'outcomes', 'dead-letters'].includes(kind))
  .map(({ name }) => name);

export function addOrderTimeline(order: Command, run: RunCommand): void {
  order
    .command('timeline')
    .description("Show everything that was said about an order, straight from the log's bytes")
    .argument('<orderNo>', 'number of the order')
    .option('--tenant <tenant>', 'whose order it is (default: PLUMBLINE_TENANT)')
    .option('--json', 'a JSON list with envelopes and all data')
    .addHelpText('after', examples('order timeline H1001', 'order timeline H1001 --json'))
    .action((orderNo: string, options: TimelineOptions) =>
      run((session) => showTimeline(session, orderNo, options)),
    );
}

export async function showTimeline(
  session: Session,
  orderNo: string,
  options: TimelineOptions,
): Promise<ExitCode> {
  const { out, config } = session;
  const tenant = options.tenant ?? config.PLUMBLINE_TENANT;
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(tenant))
    throw usageFailure(`--tenant is 1 to 32 of a-z, 0-9 and -, not "${tenant}"`);
  if (orderNo === '') throw usageFailure('an order number is not empty');
  const entries = await timelineOf(session, routingKey(tenant, orderNo));
  if (options.json === true) {
    out.json(entries.map((entry) => ('payload' in entry ? recordJson(entry) : entry)));
    return entries.length === 0 ? 1 : 0;
  }
  if (entries.length === 0) {
    out.note(`the log says nothing about order ${orderNo} of tenant ${tenant}`);
    return 1;
  }
  for (const entry of entries) out.line('payload' in entry ? entryLine(entry) : brokenLine(entry));
  return 0;
}

/** A record that cannot be read is part of what happened. */
export interface UnreadableRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timeMs: number;
  readonly problem: string;
}

export type TimelineEntry = DecodedRecord | UnreadableRecord;

export async function timelineOf(session: Session, key: string): Promise<readonly TimelineEntry[]> {
  const log = await session.log();
  const codec = await session.codec();
  const described = await log.describeTopics(timelineTopics);
  const found: LogRecord[] = [];
  await scan({
    ...{ log, signal: session.signal },
    of: described.map(({ topic, partitions }) => ({
      topic,
      partition: partitionOfRecordKey(key, partitions),
    })),
    take: (record) => {
      if (mayConcern(record, key)) found.push(record);
    },
    onProgress: (done, total) => session.out.progress(`read ${done} of ${total} offsets`),
  });
  session.out.progressDone();
  const entries: TimelineEntry[] = [];
  for (const record of byTime(found)) entries.push(await entryOf(record));
  const payNos = payNosOf(entries, key);
  return entries.filter((entry) => !('key' in entry) || entry.key === key || payNos.has(entry.key));

  async function entryOf(record: LogRecord): Promise<TimelineEntry> {
    try {
      return await decodeRecord(codec, record);
    } catch (error) {
      if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
      const { topic, partition, offset, timestampMs: timeMs } = record;
      return { topic, partition, offset, timeMs, problem: error.message };
    }
  }
}

/** Of this order for certain, or of a payment in its slot, which may be its own. */
function mayConcern(record: LogRecord, key: string): boolean {
  const text = record.key?.toString('utf8') ?? '';
  return text === key || slotOfPayNo(text) === slotOf(key);
}

/** Commands that know only a payment number have it as their key, and so do their outcomes. */
function payNosOf(entries: readonly TimelineEntry[], key: string): ReadonlySet<string> {
  const numbers = new Set<string>();
  for (const entry of entries) {
    if (!('payload' in entry) || entry.key !== key || entry.topic !== topics.paymentsEvents.name)
      continue;
    const { data } = entry.payload;
    if ('payNo' in data && typeof data.payNo === 'string') numbers.add(data.payNo);
  }
  return numbers;
}

const place = (entry: TimelineEntry): string =>
  `${new Date(entry.timeMs).toISOString()}  ${entry.topic}-${entry.partition} ${entry.offset.toString()}`;

function entryLine(entry: DecodedRecord): string {
  const { envelope, payload } = entry;
  const version =
    envelope.aggregateVersion === null ? '' : ` v${envelope.aggregateVersion.toString()}`;
  const cause = envelope.causationId === null ? '' : `  cause ${envelope.causationId}`;
  return `${place(entry)}\n    ${payload.type}${version}  by ${envelope.actor}${cause}\n    ${summaryOf(payload.data)}`;
}

const brokenLine = (entry: UnreadableRecord): string =>
  `${place(entry)}\n    cannot be read: ${entry.problem}`;
