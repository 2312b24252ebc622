import { setTimeout as sleep } from 'node:timers/promises';
import * as limits from './limits.ts';
import type { Postgres } from './open-postgres.ts';
import { projectionPositions } from './positions.ts';
import type { Projection } from './projection.ts';

/**
 * Reads until the value is accepted or the time is over; gives what it read last, and whether it
 * was accepted. The first read comes at once.
 */
export async function waitUntil<T>(options: {
  read(): Promise<T>;
  accept(value: T): boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<{ readonly value: T; readonly accepted: boolean }> {
  const until = performance.now() + Math.min(options.timeoutMs, limits.waitMsMax);
  for (
    let pollMs: number = limits.pollMs.first;
    ;
    pollMs = Math.min(pollMs * 2, limits.pollMs.max)
  ) {
    const value = await options.read();
    if (options.accept(value)) return { value, accepted: true };
    const leftMs = until - performance.now();
    if (leftMs <= 0 || options.signal?.aborted === true) return { value, accepted: false };
    await sleep(Math.min(pollMs, leftMs), undefined, { signal: options.signal }).catch(
      () => undefined,
    );
  }
}

/**
 * Read your own writes: reads a row until its version is at least the wanted one. Gives the row as
 * last read (`null` when there is none) and whether it is new enough.
 */
export const waitForVersion = async <Row extends { readonly version: bigint }>(options: {
  read(): Promise<Row | null>;
  readonly version: bigint;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<{ readonly value: Row | null; readonly accepted: boolean }> =>
  waitUntil({ ...options, accept: (row) => row !== null && row.version >= options.version });

/** Where a record stands that an answer must show. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Places in one token: more are no client of ours. */
const placesMax = 16;

/** Below this, the description of a call lists the partitions that a place can be in. */
const partitionsListedMax = 256;

/** What {@link parsePlaces} takes, as a regular expression. */
export function placesPattern(partitions: number): string {
  const known = Array.from({ length: partitions }, (_, partition) => partition).join('|');
  const partition = partitions <= partitionsListedMax ? `(?:${known})` : '\\d{1,5}';
  const place = ` ?[A-Za-z0-9._-]{1,249}:${partition}:\\d{1,19} ?`;
  return `^${place}(?:,${place}){0,${placesMax - 1}}$`;
}

/**
 * `<topic>:<partition>:<offset>`, several separated by commas; `null` for anything else, and for a
 * partition that is not there.
 */
export function parsePlaces(text: string, partitions: number): readonly RecordPlace[] | null {
  if (!new RegExp(placesPattern(partitions)).test(text)) return null;
  return text.split(',').map((place) => {
    const [topic = '', partition = '', offset = ''] = place.trim().split(':');
    return { topic, partition: Number(partition), offset: BigInt(offset) };
  });
}

export const formatPlaces = (places: readonly RecordPlace[]): string =>
  places.map((at) => `${at.topic}:${at.partition}:${at.offset.toString()}`).join(',');

/**
 * Waits until the read model has folded the given records, those in topics that it reads. True when
 * it has; false when the time is over.
 */
export async function waitForPlaces(options: {
  readonly postgres: Postgres;
  readonly projection: Projection;
  readonly places: readonly RecordPlace[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<boolean> {
  const { postgres, projection } = options;
  const wanted = options.places.filter(({ topic }) => projection.inputs.includes(topic));
  if (wanted.length === 0) return true;
  const { accepted } = await waitUntil({
    ...options,
    read: () => projectionPositions(postgres, projection),
    accept: (positions) =>
      wanted.every((at) =>
        positions.some(
          (each) =>
            each.topic === at.topic &&
            each.partition === at.partition &&
            each.nextOffset > at.offset,
        ),
      ),
  });
  return accepted;
}
