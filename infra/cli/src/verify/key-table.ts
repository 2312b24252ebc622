import { createHash } from 'node:crypto';
import { invariant } from '@plumbline/kernel';

/**
 * Numbers by key, kept as 8 bytes each beside 16 bytes of the key's SHA-256: what a fold of millions
 * of aggregates remembers of each. At most two thirds of the places are taken, so that one takes
 * (16 + 8 × columns) × 3 bytes at most, and half as much again while the table grows.
 */
export interface KeyTable {
  readonly size: number;
  /** Where the key stands; -1 when it does not. Good until the next {@link KeyTable.add}. */
  find(key: string): number;
  /** Where the key stands from now on, all its columns 0 when it is new. */
  add(key: string): number;
  get(row: number, column: number): bigint;
  set(row: number, column: number, value: bigint): void;
  /** Every place that is taken, in no order. */
  rows(): Generator<number>;
}

const keyWords = 2;

/** 16 bytes: two keys with the same are as likely as a broken SHA-256 (2 to the 64th keys). */
function placeOf(key: string): readonly [bigint, bigint] {
  const bytes = createHash('sha256').update(key).digest();
  // Nothing is at all zeroes: that is how a free place looks.
  return [bytes.readBigInt64LE(0) | 1n, bytes.readBigInt64LE(8)];
}

/** Errors: InvariantViolation when the table would have more than 2 to the 27th places. */
export function createKeyTable(columns: number): KeyTable {
  const width = keyWords + columns;
  let places = 1_024;
  let words = new BigInt64Array(places * width);
  let size = 0;

  /** Where the key stands, or the free place where it would. */
  function seek(first: bigint, second: bigint): number {
    for (let row = Number(BigInt.asUintN(27, first >> 1n)) % places; ; row = (row + 1) % places) {
      const at = row * width;
      const there = words[at];
      if (there === 0n || (there === first && words[at + 1] === second)) return row;
    }
  }

  function grow(): void {
    const [old, oldPlaces] = [words, places];
    places *= 2;
    invariant(places <= 1 << 27, 'a table of more than 2 to the 27th places');
    words = new BigInt64Array(places * width);
    for (let row = 0; row < oldPlaces; row += 1) {
      const from = row * width;
      const first = old[from] ?? 0n;
      if (first === 0n) continue;
      const to = seek(first, old[from + 1] ?? 0n) * width;
      words.set(old.subarray(from, from + width), to);
    }
  }

  return {
    get size() {
      return size;
    },
    find(key) {
      const row = seek(...placeOf(key));
      return words[row * width] === 0n ? -1 : row;
    },
    add(key) {
      const [first, second] = placeOf(key);
      const found = seek(first, second);
      if (words[found * width] !== 0n) return found;
      if ((size + 1) * 3 > places * 2) grow();
      const row = seek(first, second);
      words[row * width] = first;
      words[row * width + 1] = second;
      size += 1;
      return row;
    },
    get: (row, column) => words[row * width + keyWords + column] ?? 0n,
    set(row, column, value) {
      words[row * width + keyWords + column] = value;
    },
    *rows() {
      for (let row = 0; row < places; row += 1) if (words[row * width] !== 0n) yield row;
    },
  };
}
