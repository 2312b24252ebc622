import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord, ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { offsetAtTime } from '@plumbline/kafka';
import { partitionOfRecordKey, slotOfRecordKey } from '@plumbline/kernel';
import { seekFromOffsets } from '../limits.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { decodeRecord } from '../read/decode.ts';
import { placeText } from '../read/place.ts';
import { scan } from '../read/scan.ts';
import { CliFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { Aggregate } from './aggregates.ts';
import type { Moment } from './moment.ts';

/** Whose events, by its id. */
export interface Named {
  readonly aggregate: Aggregate;
  readonly id: string;
  readonly tenant: string;
}

/** In which partition an aggregate stands: its id is enough to tell. @throws UnknownTopic */
export async function partitionOf(
  log: ReadOnlyLog,
  { aggregate, id, tenant }: Named,
): Promise<TopicPartition> {
  const { topic } = aggregate;
  const key = aggregate.keyOf(id, tenant);
  const [described] = await log.describeTopics([topic]);
  return { topic, partition: partitionOfRecordKey(key ?? id, described?.partitions ?? 1) };
}

/**
 * The events of one aggregate up to the latest of some moments, oldest first, from one partition
 * alone. What is kept meanwhile are the events of keys in its slot, one of 65,536.
 *
 * @throws CliFailure where an event cannot be read, or is missing
 */
export async function historyOf(
  session: Session,
  named: Named,
  moments: readonly Moment[],
): Promise<readonly DecodedRecord[]> {
  const { aggregate, id, tenant } = named;
  const log = await session.log();
  const codec = await session.codec();
  const at = await partitionOf(log, named);
  const key = aggregate.keyOf(id, tenant);
  const bytes = key === null ? null : Buffer.from(key, 'utf8');
  const slot = slotOfRecordKey(id);
  const found: DecodedRecord[] = [];
  const isOfIt = (record: LogRecord): boolean =>
    record.key !== null &&
    (bytes === null
      ? slotOfRecordKey(record.key.toString('utf8')) === slot
      : record.key.equals(bytes));

  async function keep(record: LogRecord): Promise<void> {
    const { envelope, ...decoded } = await readable(decodeRecord(codec, record), record);
    // What a fetch brought is one large buffer, which the bytes would keep.
    found.push({ ...decoded, envelope, value: noBytes });
  }
  const to = await endOf(log, at, moments);
  await scan({
    ...{ log, signal: session.signal, of: [to === null ? at : { ...at, to }] },
    take: (record) => (isOfIt(record) ? keep(record) : undefined),
    onProgress: (done, total) => session.out.progress(`read ${done} of ${total} offsets`),
  });
  session.out.progressDone();
  return whole(key === null ? ofSubject(found, id) : found);
}

const noBytes = Buffer.alloc(0);

async function readable(
  decoding: Promise<DecodedRecord>,
  { topic, partition, offset }: LogRecord,
): Promise<DecodedRecord> {
  try {
    return await decoding;
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    const before = offset === 0n ? '' : `; what was before it: --at-offset ${offset - 1n}`;
    throw new CliFailure(
      `the event at ${placeText({ topic, partition, offset })} cannot be read: ` +
        `${error.message}${before}`,
    );
  }
}

/** The offset before which all of the moments lie; null for the end of the partition. */
async function endOf(
  log: ReadOnlyLog,
  at: TopicPartition,
  moments: readonly Moment[],
): Promise<bigint | null> {
  const ends: bigint[] = [];
  for (const moment of moments) {
    if (moment.kind === 'now' || moment.kind === 'version') return null;
    if (moment.kind === 'offset') ends.push(moment.at.offset + 1n);
    else {
      const { logStartOffset, lastStableOffset } = await log.ends(at);
      // To look for the place takes as long as to read so many.
      if (lastStableOffset - logStartOffset < seekFromOffsets) return null;
      ends.push(await offsetAtTime(log, at, moment.atMs + 1));
    }
  }
  return ends.reduce((one, other) => (one > other ? one : other), 0n);
}

/**
 * Of those that only share the slot, the events of the aggregate of an id. Callbacks that came before
 * their payment stand under its number, which is no aggregate's key once there is a payment.
 */
function ofSubject(found: readonly DecodedRecord[], id: string): readonly DecodedRecord[] {
  const keys = found.filter(({ envelope }) => envelope.subject === id).map(({ key }) => key);
  const key = keys.find((each) => each !== id) ?? id;
  return found.filter((each) => each.key === key);
}

/** Versions go up from 1 one by one, or the state would be another than it was. */
function whole(events: readonly DecodedRecord[]): readonly DecodedRecord[] {
  let before = 0n;
  for (const event of events) {
    const { aggregateVersion: version } = event.envelope;
    if (version === null) continue;
    if (version !== before + 1n) {
      throw new CliFailure(
        `the event before ${placeText(event)} is missing: that is version ${version}, and the ` +
          `last before it ${before === 0n ? 'is none' : `was ${before}`}. Events are kept for ever: ` +
          'see plumbline doctor',
      );
    }
    before = version;
  }
  return events;
}
