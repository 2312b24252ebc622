import { placeKeptMs, placesMax } from '../limits.ts';

/** Where records stand that reads are to show: of the last writes here, and of changes heard of. */
export interface Places {
  /** `<topic>:<partition>:<offset>`, several separated by commas; anything else is left out. */
  note(text: string): void;
  /** For Plumbline-Position; `null` for none. */
  text(): string | null;
  clear(): void;
}

interface Kept {
  readonly offset: bigint;
  readonly untilMs: number;
}

/**
 * One place a partition, the furthest. A place is let go after a while: read models are behind by
 * less, and one of a log that was since restored from a copy must not hold up every read.
 */
export function createPlaces(nowMs: () => number): Places {
  const kept = new Map<string, Kept>();

  function note(place: string): void {
    const [, where, digits] = /^\s*([\w.-]+:\d{1,5}):(\d{1,19})\s*$/.exec(place) ?? [];
    if (where === undefined || digits === undefined) return;
    const offset = BigInt(digits);
    if ((kept.get(where)?.offset ?? -1n) > offset) return;
    // Deleted first, so that it stands last: the first is the one that goes when there are too many.
    kept.delete(where);
    kept.set(where, { offset, untilMs: nowMs() + placeKeptMs });
    const [oldest] = kept.keys();
    if (kept.size > placesMax && oldest !== undefined) kept.delete(oldest);
  }

  return {
    note: (text) => text.split(',').forEach(note),
    text() {
      for (const [where, { untilMs }] of kept) if (untilMs <= nowMs()) kept.delete(where);
      const places = [...kept].map(([where, { offset }]) => `${where}:${offset.toString()}`);
      return places.length === 0 ? null : places.join(',');
    },
    clear: () => kept.clear(),
  };
}
