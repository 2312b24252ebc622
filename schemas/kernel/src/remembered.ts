import { digest } from './ids.ts';

/** How much is remembered of what is over: whichever limit is reached first. */
export interface MemoryLimits {
  /** Broker time since the thing ended, ms. */
  readonly forMs: number;
  readonly countMax: number;
  /** Of JSON, as it stands in a state. */
  readonly bytesMax: number;
}

/** The key of an id, when it was remembered, and what about it. A tuple: thousands stand in a state. */
export type Remembered<Fact> = readonly [key: string, atMs: number, fact: Fact];

/**
 * What an aggregate still knows of ids that are over, so that a repeat is recognised. Plain data,
 * oldest first; `bytes` is the sum of their JSON.
 */
export interface Memory<Fact> {
  readonly bytes: number;
  readonly entries: readonly Remembered<Fact>[];
}

export const nothingRemembered: Memory<never> = { bytes: 0, entries: [] };

/** 96 bits of SHA-256: as long for every id, and 5,000 of them meet by chance once in 10^21 times. */
const keyOf = (id: string): string => digest(id).toString('base64url').slice(0, 16);

/** Bytes that a value takes in a state, a bigint as the codec of states writes it. */
export const jsonBytesOf = (value: unknown): number =>
  Buffer.byteLength(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'bigint' ? { $n: part.toString() } : part,
    ),
  );

/** One byte more for the comma. */
const bytesOf = (entry: Remembered<unknown>): number => jsonBytesOf(entry) + 1;

/** What is remembered of the id; `null` for nothing. */
export function recall<Fact>(memory: Memory<Fact>, id: string): Fact | null {
  const known = keyOf(id);
  return memory.entries.findLast(([key]) => key === known)?.[2] ?? null;
}

/**
 * Remembers a fact about an id, in place of what was known of it, and forgets what is beyond the
 * limits. Times come in order, as broker times do; there is no clock but theirs.
 */
export function remember<Fact>(
  memory: Memory<Fact>,
  { id, atMs, fact }: { readonly id: string; readonly atMs: number; readonly fact: Fact },
  { forMs, countMax, bytesMax }: MemoryLimits,
): Memory<Fact> {
  const entry: Remembered<Fact> = [keyOf(id), atMs, fact];
  const before = memory.entries.find(([key]) => key === entry[0]);
  const others =
    before === undefined ? memory.entries : memory.entries.filter((each) => each !== before);
  let bytes = memory.bytes + bytesOf(entry) - (before === undefined ? 0 : bytesOf(before));
  let from = 0;
  for (const each of others) {
    const fits = others.length - from < countMax && bytes <= bytesMax;
    if (fits && each[1] > atMs - forMs) break;
    bytes -= bytesOf(each);
    from += 1;
  }
  return { bytes, entries: [...(from === 0 ? others : others.slice(from)), entry] };
}
