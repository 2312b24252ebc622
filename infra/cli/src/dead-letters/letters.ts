import type { DeadLettered } from '@plumbline/events';
import { allTopics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord, TopicPartition } from '@plumbline/kafka';
import { decodeRecord } from '../read/decode.ts';
import { byTime } from '../read/follow.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { Session } from '../session/session.ts';

/** A dead letter, with where it stands itself. */
export interface Letter extends DeadLettered, TopicPartition {
  readonly offset: bigint;
  /** When it became one: broker time, epoch ms. */
  readonly timeMs: number;
  readonly letterId: string;
  /** The key of the record that it is about, as text. */
  readonly keyText: string | null;
}

export const deadLetterTopics: readonly string[] = allTopics
  .filter(({ kind }) => kind === 'dead-letters')
  .map(({ name }) => name);

/** What is asked for; what is left out matches all. */
export interface LetterFilter {
  readonly topology?: string;
  readonly reason?: string;
  readonly key?: string;
}

/**
 * The dead letters of some topics, oldest first, each once: projections write theirs at least once,
 * with the same id. One that cannot be read is noted and left out.
 */
export async function readLetters(
  session: Session,
  filter: LetterFilter,
  of: readonly string[] = deadLetterTopics,
): Promise<readonly Letter[]> {
  const { out, signal } = session;
  const log = await session.log();
  const records: LogRecord[] = [];
  await scan({
    ...{ log, signal, of: await partitionsOf(log, of) },
    take: (record) => void records.push(record),
    onProgress: (done, total) => out.progress(`read ${done} of ${total} offsets`),
  });
  out.progressDone();
  const letters = new Map<string, Letter>();
  for (const record of byTime(records)) {
    const letter = await letterOf(session, record);
    if (letter === null || !matches(letter, filter)) continue;
    const id = `${letter.letterId} ${letter.reason}`;
    if (!letters.has(id)) letters.set(id, letter);
  }
  return [...letters.values()];
}

export async function letterOf(session: Session, record: LogRecord): Promise<Letter | null> {
  const { topic, partition, offset, timestampMs: timeMs } = record;
  try {
    const decoded = await decodeRecord(await session.codec(), record);
    // The catalogue ties these topics to this one record.
    const data = decoded.payload.data as DeadLettered;
    const keyText = data.key?.toString('utf8') ?? null;
    return {
      ...data,
      ...{ topic, partition, offset, timeMs, keyText },
      letterId: decoded.envelope.id,
    };
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    session.out.note(`${topic}-${partition} ${offset} cannot be read: ${error.message}`);
    return null;
  }
}

const matches = (letter: Letter, { topology, reason, key }: LetterFilter): boolean =>
  (topology === undefined || letter.topology === topology) &&
  (reason === undefined || letter.reason === reason) &&
  (key === undefined || letter.keyText === key);

/** What `dead-letters show` takes: where the letter stands. */
export const placeOf = ({ partition, offset }: Letter): string =>
  `${partition}/${offset.toString()}`;

export const originOf = (letter: Letter): string =>
  `${letter.originTopic}-${letter.originPartition} ${letter.originOffset.toString()}`;
