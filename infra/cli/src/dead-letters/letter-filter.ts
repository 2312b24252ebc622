import { timeOption } from '../format/time-option.ts';
import { usageFailure } from '../session/failure.ts';
import type { Letter } from './letter.ts';
import { deadLetterTopics } from './letter.ts';
import { deadLettersTopicOf } from './redrive-target.ts';

/** What is asked for, in the words of the command line; what is left out matches all. */
export interface FilterOptions {
  readonly topology?: string | undefined;
  readonly reason?: string | undefined;
  readonly topic?: string | undefined;
  readonly type?: string | undefined;
  /** One key, or all that begin alike: `main/H1001`, `main/*`. */
  readonly key?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Null matches all. */
export interface LetterFilter {
  readonly topologies: ReadonlySet<string> | null;
  readonly reasons: ReadonlySet<string> | null;
  /** Of the record that the letter is about. */
  readonly topics: ReadonlySet<string> | null;
  readonly types: ReadonlySet<string> | null;
  readonly key: KeyFilter | null;
  /** When it became a dead letter, broker time, epoch ms: from the first up to before the second. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface KeyFilter {
  readonly text: string;
  readonly isPrefix: boolean;
}

/** Errors: usage. */
export function filterOption(options: FilterOptions): LetterFilter {
  const fromMs = Date.parse(timeOption(options.from, '--from') ?? '1970-01-01T00:00:00Z');
  const to = timeOption(options.to, '--to');
  const toMs = to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(to);
  if (fromMs >= toMs)
    throw usageFailure(
      `the range ends before it begins: --from ${new Date(fromMs).toISOString()}, --to ${to ?? ''}`,
    );
  return {
    topologies: setOf(options.topology, '--topology'),
    reasons: setOf(options.reason, '--reason'),
    topics: setOf(options.topic, '--topic'),
    types: setOf(options.type, '--type'),
    ...{ key: keyOption(options.key), fromMs, toMs },
  };
}

function setOf(text: string | undefined, name: string): ReadonlySet<string> | null {
  if (text === undefined) return null;
  const names = text.split(',').map((each) => each.trim());
  if (names.includes('')) throw usageFailure(`${name} is names with commas, not "${text}"`);
  return new Set(names);
}

function keyOption(text: string | undefined): KeyFilter | null {
  if (text === undefined) return null;
  if (text === '') throw usageFailure('--key is a record key, such as main/H1001 or main/*');
  const isPrefix = text.endsWith('*');
  return { text: isPrefix ? text.slice(0, -1) : text, isPrefix };
}

/** Topics in which letters of this filter may stand. Errors: usage, for a topology that there is not. */
export function letterTopicsOf({ topologies }: LetterFilter): readonly string[] {
  if (topologies === null) return deadLetterTopics;
  return [...new Set([...topologies].map(deadLettersTopicOf))];
}

export const isKey = (key: string | null, filter: KeyFilter | null): boolean =>
  filter === null ||
  (key !== null && (filter.isPrefix ? key.startsWith(filter.text) : key === filter.text));

const isOneOf = (name: string, names: ReadonlySet<string> | null): boolean =>
  names === null || names.has(name);

export const isWithin = (timeMs: number, { fromMs, toMs }: LetterFilter): boolean =>
  fromMs <= timeMs && timeMs < toMs;

export const matches = (letter: Letter, filter: LetterFilter): boolean =>
  isWithin(letter.timeMs, filter) &&
  isOneOf(letter.topology, filter.topologies) &&
  isOneOf(letter.reason, filter.reasons) &&
  isOneOf(letter.originTopic, filter.topics) &&
  isOneOf(letter.type, filter.types) &&
  isKey(letter.keyText, filter.key);
