import { histogramRowsMax } from '../limits.ts';
import type { Letter } from './letter.ts';

/** What letters can be counted by. */
export const histogramKinds = [
  ...(['reason', 'topology', 'topic', 'type', 'key', 'day', 'hour'] as const),
];
export type HistogramKind = (typeof histogramKinds)[number];

/** Letters that have something in common. */
export interface HistogramRow {
  readonly name: string;
  readonly letters: number;
  /** When the first and the last became one: broker time, epoch ms. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Who could not process them, by name. */
  readonly topologies: readonly string[];
}

/** Where all stand that came when there were too many names already. */
export const otherRows = '(others)';

export interface Histogram {
  add(letter: Letter): void;
  /** By how many; hours and days in their order. */
  rows(): readonly HistogramRow[];
}

interface Counted {
  letters: number;
  firstMs: number;
  lastMs: number;
  readonly topologies: Set<string>;
}

/** Keeps one row a name, {@link histogramRowsMax} at most. */
export function createHistogram(kind: HistogramKind): Histogram {
  const counts = new Map<string, Counted>();
  const isOfTime = kind === 'day' || kind === 'hour';
  return {
    add(letter) {
      const own = nameOf(kind, letter);
      const isFull = counts.size >= histogramRowsMax && !counts.has(own);
      const name = isFull ? otherRows : own;
      const { timeMs, topology } = letter;
      const counted = counts.get(name) ?? fresh(timeMs);
      counted.letters += 1;
      counted.firstMs = Math.min(counted.firstMs, timeMs);
      counted.lastMs = Math.max(counted.lastMs, timeMs);
      counted.topologies.add(topology);
      counts.set(name, counted);
    },
    rows: () =>
      [...counts]
        .map(([name, { topologies, ...counted }]) => ({
          ...{ name, ...counted },
          topologies: [...topologies].sort(),
        }))
        .sort((one, other) =>
          isOfTime || one.letters === other.letters
            ? Number(one.name > other.name) - Number(one.name < other.name)
            : other.letters - one.letters,
        ),
  };
}

const fresh = (timeMs: number): Counted => ({
  ...{ letters: 0, firstMs: timeMs, lastMs: timeMs, topologies: new Set<string>() },
});

function nameOf(kind: HistogramKind, letter: Letter): string {
  switch (kind) {
    case 'reason':
      return letter.reason;
    case 'topology':
      return letter.topology;
    case 'topic':
      return letter.originTopic;
    case 'type':
      return letter.type === '' ? '(no type)' : letter.type;
    case 'key':
      return letter.keyText ?? '(no key)';
    case 'day':
      return new Date(letter.timeMs).toISOString().slice(0, 10);
    case 'hour':
      return `${new Date(letter.timeMs).toISOString().slice(0, 13)}:00Z`;
  }
}

const barCharacters = 24;

/** As long as its share of the most; one at least. */
export const barOf = (count: number, most: number): string =>
  '#'.repeat(Math.ceil((count / most) * barCharacters));
