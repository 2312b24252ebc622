import type { DeadLettered } from '@plumbline/events';
import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { repeatsRememberedMax } from '../limits.ts';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { Session } from '../session/session.ts';
import type { Letter } from './letter.ts';
import type { LetterFilter } from './letter-filter.ts';
import { isWithin, letterTopicsOf, matches } from './letter-filter.ts';

/**
 * The dead letters that match, in the order of each partition, each once: projections write theirs
 * at least once, with the same id. One that cannot be read is noted and left out. Nothing is kept
 * of what was taken but the ids of the newest {@link repeatsRememberedMax} of projections.
 *
 * Errors: usage, for a topology that there is not.
 */
export async function eachLetter(
  session: Session,
  filter: LetterFilter,
  take: (letter: Letter) => void | Promise<void>,
): Promise<void> {
  const { out, signal } = session;
  const of = letterTopicsOf(filter);
  const log = await session.log();
  const isRepeat = createRepeats();
  await scan({
    ...{ log, signal, of: await partitionsOf(log, of) },
    take: async (record) => {
      if (!isWithin(record.timestampMs, filter)) return;
      const letter = await letterOf(session, record);
      if (letter === null || isRepeat(letter) || !matches(letter, filter)) return;
      await take(letter);
    },
    onProgress: (done, total) => out.progress(`read ${done} of ${total} offsets of dead letters`),
  });
  out.progressDone();
}

/** Whether a letter was seen before. Those of topologies are written exactly once. */
function createRepeats(): (letter: Letter) => boolean {
  const seen = new Set<string>();
  return ({ topic, letterId, reason }) => {
    if (topic !== topics.projectionsDeadLetters.name) return false;
    const id = `${letterId} ${reason}`;
    if (seen.has(id)) return true;
    seen.add(id);
    // A repeat follows its first within the batches that were tried again.
    if (seen.size > repeatsRememberedMax)
      for (const oldest of seen) {
        seen.delete(oldest);
        break;
      }
    return false;
  };
}

export async function letterOf(session: Session, record: LogRecord): Promise<Letter | null> {
  const { topic, partition, offset, timestampMs: timeMs } = record;
  try {
    const decoded = await decodeRecord(await session.codec(), record);
    // The catalogue ties these topics to this one record.
    const data = decoded.payload.data as DeadLettered;
    const keyText = data.key?.toString('utf8') ?? null;
    const type = data.headers.find(({ name }) => name === 'ce_type')?.value.toString('utf8') ?? '';
    return {
      ...data,
      ...{ topic, partition, offset, timeMs, keyText, type },
      letterId: decoded.envelope.id,
    };
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    session.out.note(`${topic}-${partition} ${offset} cannot be read: ${error.message}`);
    return null;
  }
}
