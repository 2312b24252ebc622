import { incidentKeyOf } from '@plumbline/alert-desk';
import type { AlertRaised, IncidentsEvent, OrderCreated } from '@plumbline/events';
import { allTopics, topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { offsetAtTime } from '@plumbline/kafka';
import {
  partitionOfRecordKey,
  routingKey,
  slotOf,
  slotOfPayNo,
  splitRoutingKey,
} from '@plumbline/kernel';
import { seekFromOffsets } from '../limits.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { decodeRecord } from '../read/decode.ts';
import { byTime } from '../read/follow.ts';
import type { ScannedSpan } from '../read/scan.ts';
import { scan } from '../read/scan.ts';
import type { Session } from '../session/session.ts';

/** A record that cannot be read is part of what happened. */
export interface UnreadableRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timeMs: number;
  readonly problem: string;
}

export type TimelineEntry = DecodedRecord | UnreadableRecord;

/**
 * Everything that is said about an order under its own key or its payment's number: facts, alerts and
 * remedies, what was told to whom, answers, what could not be processed, and callbacks that were
 * refused at the edge, of which nothing is verified.
 */
export const timelineTopics: readonly string[] = allTopics
  .filter(({ kind }) => ['events', 'outcomes', 'dead-letters', 'inbox'].includes(kind))
  .map(({ name }) => name);

/** Stock and accounts have keys of their own, and say in the event which order it was for. */
const asideTopics = [topics.inventoryEvents.name, topics.accountsEvents.name];

/**
 * The timeline of an order up to a broker time, epoch ms: of each topic the one partition in which it
 * can stand. What is put aside for an order, and incidents that its alerts are in, are read from when
 * the order began. Memory: the entries, and those of payments in its slot.
 */
export async function timelineOf(
  session: Session,
  key: string,
  untilMs = Infinity,
): Promise<readonly TimelineEntry[]> {
  const log = await session.log();
  const codec = await session.codec();
  const own = await entriesOf(timelineTopics, [key], (record) => mayConcern(record, key));
  const payNos = payNosOf(own, key);
  const mine = own.filter((entry) => !isRead(entry) || isOwn(entry, key, payNos));
  const beganMs = mine.reduce((first, { timeMs }) => Math.min(first, timeMs), Infinity);
  const asideKeys = asideKeysOf(mine, key);
  const aside = await entriesOf(asideTopics, asideKeys, hasKeyOf(asideKeys), beganMs);
  const incidentKeys = incidentKeysOf(mine, key);
  const incidentTopics = [topics.incidentsEvents.name];
  const incidents = await entriesOf(incidentTopics, incidentKeys, hasKeyOf(incidentKeys), beganMs);
  return byTimeOf([
    ...mine,
    ...aside.filter((entry) => isRead(entry) && isFor(entry.payload, key)),
    ...joinedBy(incidents.filter(isRead), mine.filter(isRead)),
  ]);

  /** Of the partitions in which these keys are, from a broker time on where one is given. */
  async function entriesOf(
    names: readonly string[],
    keys: readonly string[],
    isWanted: (record: LogRecord) => boolean,
    fromMs?: number,
  ): Promise<readonly TimelineEntry[]> {
    const entries: TimelineEntry[] = [];
    const described = keys.length === 0 ? [] : await log.describeTopics(names);
    const spans: ScannedSpan[] = [];
    for (const { topic, partitions } of described) {
      for (const partition of new Set(keys.map((each) => partitionOfRecordKey(each, partitions))))
        spans.push(await spanOf({ topic, partition }, fromMs));
    }
    await scan({
      ...{ log, signal: session.signal, of: spans },
      take: (record) =>
        record.timestampMs <= untilMs && isWanted(record) ? keep(entries, record) : undefined,
      onProgress: (done, total) => session.out.progress(`read ${done} of ${total} offsets`),
    });
    session.out.progressDone();
    return entries;
  }

  async function spanOf(
    at: { readonly topic: string; readonly partition: number },
    fromMs = 0,
  ): Promise<ScannedSpan> {
    const { logStartOffset, lastStableOffset } = await log.ends(at);
    // To look for the place takes as long as to read so many.
    if (fromMs === 0 || lastStableOffset - logStartOffset < seekFromOffsets) return at;
    return { ...at, offset: await offsetAtTime(log, at, fromMs) };
  }

  async function keep(entries: TimelineEntry[], record: LogRecord): Promise<void> {
    try {
      const decoded = await decodeRecord(codec, record);
      // The bytes are a view into all that the fetch brought.
      entries.push({ ...decoded, value: Buffer.from(decoded.value) });
    } catch (error) {
      if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
      const { topic, partition, offset, timestampMs: timeMs } = record;
      entries.push({ topic, partition, offset, timeMs, problem: error.message });
    }
  }
}

export const isRead = (entry: TimelineEntry): entry is DecodedRecord => 'payload' in entry;

const hasKeyOf = (keys: readonly string[]) => (record: LogRecord) =>
  keys.includes(record.key?.toString('utf8') ?? '');

const isOwn = (entry: DecodedRecord, key: string, payNos: ReadonlySet<string>): boolean =>
  entry.key === key || payNos.has(entry.key);

/** Of what an order puts aside, as its own first event names it. */
function asideKeysOf(entries: readonly TimelineEntry[], key: string): readonly string[] {
  const { tenant } = splitRoutingKey(key);
  const created = entries.find(
    (entry) => isRead(entry) && entry.key === key && entry.payload.type === 'OrderCreated',
  );
  if (created === undefined || !isRead(created)) return [];
  // The codec has checked the type.
  const { items, purchase } = created.payload.data as OrderCreated;
  const buyer = purchase === null ? [] : [purchase.buyer];
  return [...items.map(({ sku }) => sku), ...buyer].map((name) => routingKey(tenant, name));
}

const isFor = ({ data }: DecodedRecord['payload'], key: string): boolean =>
  'orderNo' in data && data.orderNo === splitRoutingKey(key).orderNo;

const alertsIn = (entries: readonly TimelineEntry[]): readonly AlertRaised[] =>
  entries.flatMap((entry) =>
    // The codec has checked the type.
    isRead(entry) && entry.payload.type === 'AlertRaised'
      ? [entry.payload.data as AlertRaised]
      : [],
  );

/** Where the incidents of an order's alerts stand: under tenant and rule. */
function incidentKeysOf(entries: readonly TimelineEntry[], key: string): readonly string[] {
  const { tenant } = splitRoutingKey(key);
  const ruleNames = new Set(alertsIn(entries).map(({ rule }) => rule));
  return [...ruleNames].map((rule) => incidentKeyOf(tenant, rule));
}

/** When alerts of the order became part of an incident, and when that ended; not what else it says. */
function joinedBy(
  incidents: readonly DecodedRecord[],
  own: readonly DecodedRecord[],
): readonly DecodedRecord[] {
  const alertIds = new Set(alertsIn(own).map(({ alertId }) => alertId));
  const joined = new Set<string>();
  return incidents.filter(({ payload }) => {
    // The topic holds nothing else; the codec has checked it.
    const event = payload as IncidentsEvent;
    const { incidentId } = event.data;
    if (event.type === 'IncidentEnded') return joined.has(incidentId);
    const isNews = event.data.joined.some((alertId) => alertIds.has(alertId));
    if (isNews) joined.add(incidentId);
    return isNews;
  });
}

const byTimeOf = (entries: readonly TimelineEntry[]): readonly TimelineEntry[] =>
  byTime(
    entries.map((entry) => {
      const { topic, partition, offset, timeMs: timestampMs } = entry;
      return { topic, partition, offset, timestampMs, entry };
    }),
  ).map(({ entry }) => entry);

/** Of this order for certain, or of a payment in its slot, which may be its own. */
function mayConcern(record: LogRecord, key: string): boolean {
  const text = record.key?.toString('utf8') ?? '';
  return text === key || slotOfPayNo(text) === slotOf(key);
}

/** Commands that know only a payment number have it as their key, and so do their outcomes. */
function payNosOf(entries: readonly TimelineEntry[], key: string): ReadonlySet<string> {
  const numbers = new Set<string>();
  for (const entry of entries) {
    if (!isRead(entry) || entry.key !== key || entry.topic !== topics.paymentsEvents.name) continue;
    const { data } = entry.payload;
    if ('payNo' in data && typeof data.payNo === 'string') numbers.add(data.payNo);
  }
  return numbers;
}
