import { invariant } from '@plumbline/kernel';
import type { StoreSource } from '@plumbline/runtime';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import { rangeEntriesMax } from './limits.ts';
import type { DueDelivery } from './port.ts';

/** The store that is followed: the index of notifications writes it, the worker reads it. */
export const dueStore = 'due';

/*
 * Keys: `e/<lane>` the settings of an endpoint, `d/<lane>/<due ms, 15 digits>/<notification id>` an
 * attempt that is due. No lane has a `/`, so that the attempts of one stand together, in the order in
 * which they are due.
 */
const settingsPrefix = 'e/';
const attemptsPrefix = 'd/';
const attemptsOf = (laneKey: string): string => `${attemptsPrefix}${laneKey}/`;
const dueDigits = 15;

/** Where the settings of an endpoint stand. */
export const settingsKeyOf = (laneKey: string): string => `${settingsPrefix}${laneKey}`;

/** Where an attempt that is due stands. */
export const attemptKeyOf = (of: {
  readonly laneKey: string;
  readonly dueMs: number;
  readonly notificationId: string;
}): string =>
  `${attemptsOf(of.laneKey)}${String(of.dueMs).padStart(dueDigits, '0')}/${of.notificationId}`;

/** Behind every attempt of a lane: digits and ids are below it. */
const endOf = (laneKey: string): string => `${attemptsOf(laneKey)}~`;

export interface DueKey {
  readonly kind: 'settings' | 'attempt';
  readonly laneKey: string;
}

export function parseDueKey(key: string): DueKey {
  const [prefix, laneKey = ''] = key.split('/', 2);
  invariant(prefix === 'e' || prefix === 'd', `the store holds nothing like ${key}`);
  return { kind: prefix === 'e' ? 'settings' : 'attempt', laneKey };
}

export type DueEntry = readonly [key: string, due: DueDelivery];

/** The store holds nothing else under these prefixes. */
const entriesOf = (page: ReturnType<StoreSource['range']>) => page as readonly DueEntry[];

/**
 * Attempts of a lane from this key on, earliest due first. There may be a few before it: of the same
 * lane, and known already.
 */
export function readLane(
  source: StoreSource,
  of: { readonly laneKey: string; readonly fromKey: string; readonly limit: number },
): readonly DueEntry[] {
  // A range begins behind a key; the key less its last character is just before it.
  const after = of.fromKey.slice(0, -1);
  return entriesOf(source.range({ prefix: attemptsOf(of.laneKey), after, limit: of.limit }));
}

/** Just behind a key, for {@link readLane}. */
export const behindKey = (key: string): string => `${key}\u0000`;

/** The settings of all endpoints, page by page: `limit` at once. */
export function* readSettings(
  source: StoreSource,
): Generator<readonly (readonly [laneKey: string, settings: LaneSettings])[], void> {
  for (let after = settingsPrefix; ;) {
    const page = source.range({ prefix: settingsPrefix, after, limit: rangeEntriesMax });
    yield page.map(([key, value]) => [key.slice(settingsPrefix.length), value as LaneSettings]);
    const last = page.at(-1);
    if (last === undefined || page.length < rangeEntriesMax) return;
    [after] = last;
  }
}

/**
 * Attempts of all lanes, page by page. Who takes a page says of which lane he wants no more: the rest
 * of that is passed over without being read.
 */
export function* readAttempts(
  source: StoreSource,
): Generator<readonly DueEntry[], void, string | null> {
  for (let after = attemptsPrefix; ;) {
    const page = source.range({ prefix: attemptsPrefix, after, limit: rangeEntriesMax });
    const last = page.at(-1);
    if (last === undefined) return;
    const fullLane = yield entriesOf(page);
    after = fullLane === null ? last[0] : endOf(fullLane);
  }
}
