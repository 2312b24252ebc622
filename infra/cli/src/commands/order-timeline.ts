import type { OrderCreated } from '@plumbline/events';
import { allTopics, topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import {
  partitionOfRecordKey,
  routingKey,
  slotOf,
  slotOfPayNo,
  splitRoutingKey,
} from '@plumbline/kernel';
import type { Command } from 'commander';
import { summaryOf } from '../format/summary.ts';
import { tenantOption } from '../format/tenant-option.ts';
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
  const { out } = session;
  const tenant = tenantOption(session, options.tenant);
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
  const found = await recordsOf(timelineTopics, [key], (record) => mayConcern(record, key));
  const own = await entriesOf(found);
  const payNos = payNosOf(own, key);
  const aside = await entriesOf(await recordsOf(asideTopics, asideKeysOf(own, key)));
  return inTime([
    ...own.filter((entry) => !('key' in entry) || entry.key === key || payNos.has(entry.key)),
    ...aside.filter((entry) => 'payload' in entry && isFor(entry.payload, key)),
  ]);

  /** Of the partitions in which these keys are. */
  async function recordsOf(
    names: readonly string[],
    keys: readonly string[],
    isWanted = ({ key: own }: LogRecord) => keys.includes(own?.toString('utf8') ?? ''),
  ): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    const described = keys.length === 0 ? [] : await log.describeTopics(names);
    await scan({
      ...{ log, signal: session.signal },
      of: described.flatMap(({ topic, partitions }) =>
        [...new Set(keys.map((each) => partitionOfRecordKey(each, partitions)))].map(
          (partition) => ({ topic, partition }),
        ),
      ),
      take: (record) => {
        if (isWanted(record)) records.push(record);
      },
      onProgress: (done, total) => session.out.progress(`read ${done} of ${total} offsets`),
    });
    session.out.progressDone();
    return records;
  }

  async function entriesOf(records: readonly LogRecord[]): Promise<readonly TimelineEntry[]> {
    const entries: TimelineEntry[] = [];
    for (const record of byTime(records)) entries.push(await entryOf(record));
    return entries;
  }

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

/** Stock and accounts have keys of their own, and say in the event which order it was for. */
const asideTopics = [topics.inventoryEvents.name, topics.accountsEvents.name];

/** Of what an order puts aside, as its own first event names it. */
function asideKeysOf(entries: readonly TimelineEntry[], key: string): readonly string[] {
  const { tenant } = splitRoutingKey(key);
  const created = entries.find(
    (entry) => 'payload' in entry && entry.key === key && entry.payload.type === 'OrderCreated',
  );
  if (created === undefined || !('payload' in created)) return [];
  // The codec has checked the type.
  const { items, purchase } = created.payload.data as OrderCreated;
  const buyer = purchase === null ? [] : [purchase.buyer];
  return [...items.map(({ sku }) => sku), ...buyer].map((name) => routingKey(tenant, name));
}

const isFor = ({ data }: DecodedRecord['payload'], key: string): boolean =>
  'orderNo' in data && data.orderNo === splitRoutingKey(key).orderNo;

const inTime = (entries: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  [...entries].sort((one, other) => one.timeMs - other.timeMs);

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
