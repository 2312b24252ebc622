import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Projection } from '@plumbline/postgres';
import { groupOf, waitingKeysOf } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import { z } from 'zod';
import { waitingKeysMax } from '../limits.ts';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import { CliFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { Letter } from './letter.ts';
import { recordOf } from './letter.ts';
import type { LetterFilter } from './letter-filter.ts';
import { isKey, matches } from './letter-filter.ts';
import { eachLetter } from './letters.ts';
import type { RedriveTarget } from './redrive-target.ts';

/** A key that waits in one input, as the state of its task or its read model has it. */
export interface Waiting {
  readonly topology: string;
  readonly topic: string;
  readonly key: string;
  /** The record that the others wait behind. */
  readonly offset: bigint;
  readonly reason: string;
  /** How many wait, that one among them. */
  readonly records: number;
  /** What the code of today says of their bytes; null where that was not asked. */
  readonly read: Readable | null;
}

/** Of a projection only the records at fault are known: what waits behind them has no letter. */
export interface Readable {
  /** The first that still cannot be decoded; null when all can. */
  readonly stopsAt: bigint | null;
  readonly problem: string | null;
  /** How many were written with another version of their schema. */
  readonly upcast: number;
}

interface Found {
  readonly waiting: Omit<Waiting, 'records' | 'read'>;
  records: number;
  isWanted: boolean;
  read: Readable | null;
}

/**
 * The keys that wait in a topology or projection and fit: a letter of theirs that still waits matches
 * all of the filter, or, where no type or time is asked for, the reason why they wait now. Sorted by
 * topic and key; {@link waitingKeysMax} are kept at most.
 *
 * Errors: CliFailure for more; ProjectionMissing; PostgresDown.
 */
export async function waitingIn(
  session: Session,
  target: RedriveTarget,
  asked: { readonly filter: LetterFilter; readonly isRead: boolean },
): Promise<readonly Waiting[]> {
  const { filter, isRead } = asked;
  const found =
    target.kind === 'topology'
      ? await inChangelog(session, target.topology, filter)
      : await inPostgres(session, target.projection, filter);
  const isCounted = target.kind === 'topology';
  if (found.size > 0 && (isCounted || isRead || !isOfKeysOnly(filter)))
    await joinLetters(session, found, { ...asked, isCounted });
  return [...found.values()]
    .filter(({ isWanted }) => isWanted)
    .map(({ waiting, records, read }) => ({ ...waiting, records, read }))
    .sort(byTopicAndKey);
}

const byTopicAndKey = (one: Waiting, other: Waiting): number => {
  const [a, b] = one.topic === other.topic ? [one.key, other.key] : [one.topic, other.topic];
  return Number(a > b) - Number(a < b);
};

const isOfKeysOnly = ({ types, fromMs, toMs }: LetterFilter): boolean =>
  types === null && fromMs === 0 && toMs === Number.MAX_SAFE_INTEGER;

const nameOf = (topic: string, key: string): string => `${topic} ${key}`;

function foundAt(waiting: Omit<Waiting, 'records' | 'read'>, filter: LetterFilter): Found {
  const { reasons } = filter;
  const isWanted = isOfKeysOnly(filter) && (reasons === null || reasons.has(waiting.reason));
  return { waiting, records: 0, isWanted, read: null };
}

/** What the letters tell of keys: how many records wait, and whether any of them is asked for. */
async function joinLetters(
  session: Session,
  found: ReadonlyMap<string, Found>,
  how: { readonly filter: LetterFilter; readonly isRead: boolean; readonly isCounted: boolean },
): Promise<void> {
  const { filter, isRead, isCounted } = how;
  const [first] = found.values();
  const every: LetterFilter = {
    ...{ topologies: new Set([first?.waiting.topology ?? '']), key: filter.key },
    ...{ reasons: null, topics: filter.topics, types: null },
    ...{ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER },
  };
  await eachLetter(session, every, async (letter) => {
    const entry = found.get(nameOf(letter.originTopic, letter.keyText ?? ''));
    if (entry === undefined || letter.originOffset < entry.waiting.offset) return;
    if (isCounted) entry.records += 1;
    entry.isWanted ||= matches(letter, filter);
    if (isRead) entry.read = await readOf(session, letter, entry.read);
  });
}

const nothingRead: Readable = { stopsAt: null, problem: null, upcast: 0 };

/** Letters of a key come in the order of its records. */
async function readOf(session: Session, letter: Letter, before: Readable | null) {
  const read = before ?? nothingRead;
  if (read.stopsAt !== null) return read;
  const codec = await session.codec();
  try {
    await decodeRecord(codec, recordOf(letter));
    const isOther = codec.writtenAs(letter.value)?.isNewest === false;
    return { ...read, upcast: read.upcast + Number(isOther) };
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    return { ...read, stopsAt: letter.originOffset, problem: error.message };
  }
}

/** docs/formats.md: `k/<input topic>/<key>` of the changelog. */
const parkedSchema = z.object({ offset: z.string().regex(/^\d+$/), reason: z.string() });

async function inChangelog(
  session: Session,
  topology: Topology,
  filter: LetterFilter,
): Promise<ReadonlyMap<string, Found>> {
  const log = await session.log();
  const { out, signal } = session;
  const { name, changelog } = topology;
  const inputs = topology.inputs.flatMap(({ kind, topic }) => (kind === 'events' ? [topic] : []));
  const isAsked = ({ topic, key }: { readonly topic: string; readonly key: string }): boolean =>
    inputs.includes(topic) &&
    (filter.topics === null || filter.topics.has(topic)) &&
    isKey(key, filter.key);
  const partitions = await partitionsOf(log, [changelog]);
  const home = homeOf(filter, partitions.length);
  const found = new Map<string, Found>();
  await scan({
    ...{ log, signal },
    of: partitions.filter(({ partition }) => home === null || partition === home),
    take: ({ key: bytes, value }) => {
      const at = parkedAt(bytes);
      if (at === null || !isAsked(at)) return;
      const entry = nameOf(at.topic, at.key);
      if (value === null) {
        found.delete(entry);
        return;
      }
      const { offset, reason } = parkedSchema.parse(JSON.parse(value.toString('utf8')));
      found.set(entry, foundAt({ topology: name, ...at, offset: BigInt(offset), reason }, filter));
      refuseTooMany(name, found.size);
    },
    onProgress: (done, total) => out.progress(`read ${done} of ${total} offsets of the changelog`),
  });
  out.progressDone();
  return found;
}

const parkedPrefix = Buffer.from('k/');

function parkedAt(bytes: Buffer | null): { readonly topic: string; readonly key: string } | null {
  if (bytes?.subarray(0, parkedPrefix.length).equals(parkedPrefix) !== true) return null;
  const [, topic = '', key = ''] = /^k\/([^/]+)\/(.*)$/s.exec(bytes.toString('utf8')) ?? [];
  return topic === '' ? null : { topic, key };
}

/** The one partition in which a key can be; null when several are asked for. */
const homeOf = ({ key }: LetterFilter, partitions: number): number | null =>
  key === null || key.isPrefix ? null : partitionOfRecordKey(key.text, partitions);

function refuseTooMany(name: string, keys: number): void {
  if (keys <= waitingKeysMax) return;
  throw new CliFailure(
    `more than ${waitingKeysMax} keys wait in ${name}: ask for some of them, by --key or --topic`,
  );
}

async function inPostgres(
  session: Session,
  projection: Projection,
  filter: LetterFilter,
): Promise<ReadonlyMap<string, Found>> {
  const { key } = filter;
  const postgres = await session.postgres();
  const one = key === null || key.isPrefix ? {} : { key: key.text };
  const topology = groupOf(projection);
  const rows = await waitingKeysOf({ postgres, projection, ...one });
  const asked = rows.filter(
    (row) => isKey(row.key, key) && (filter.topics === null || filter.topics.has(row.topic)),
  );
  refuseTooMany(topology, asked.length);
  return new Map(
    asked.map((row) => {
      const { topic, offset, reason, records } = row;
      const found = foundAt({ topology, topic, key: row.key, offset, reason }, filter);
      return [nameOf(topic, row.key), { ...found, records }];
    }),
  );
}
