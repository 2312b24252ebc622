import { createHash } from 'node:crypto';
import { copyLimits } from './limits.ts';

/**
 * Keys as they stand in the file. The first byte tells an entry from the checkpoint, which therefore
 * no entry can hide; the rest are the key's own bytes, so that the file is in the order of keys.
 *
 *     checkpoint                 00
 *     entry                      01, key
 *     entry with a long key      01, first 1,024 bytes of the key, SHA-256 of it
 *                                value: length of the key (4 bytes), key, value
 *
 * Only a long key is longer than 1,025 bytes there.
 */
export type StoredKey = string | Uint8Array;

export const checkpointKey: Uint8Array = Uint8Array.of(0);

const entryTag = 1;
const lengthBytes = 4;
/** No character takes more in UTF-8 than three bytes for each of its units. */
const surelyShort = Math.floor(copyLimits.keyBytesMax / 3);

const isShort = (key: string): boolean =>
  key.length <= surelyShort || Buffer.byteLength(key) <= copyLimits.keyBytesMax;

/** How LMDB puts a key into its buffers: a text is an entry's short key, bytes are taken as they are. */
export const keyEncoder = {
  writeKey(key: StoredKey, target: Buffer, start: number): number {
    if (typeof key === 'string') {
      target[start] = entryTag;
      return start + 1 + target.write(key, start + 1, 'utf8');
    }
    target.set(key, start);
    return start + key.length;
  },
  /** A copy, since the buffer is used again. */
  readKey: (source: Buffer, start: number, end: number): Uint8Array =>
    Buffer.from(source.subarray(start, end)),
};

const tagged = (bytes: Uint8Array, ...rest: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Uint8Array.of(entryTag), bytes, ...rest]);

const longKey = (bytes: Buffer): Buffer =>
  tagged(bytes.subarray(0, copyLimits.keyBytesMax), createHash('sha256').update(bytes).digest());

export const storedKey = (key: string): StoredKey =>
  isShort(key) ? key : longKey(Buffer.from(key));

export function storedEntry(key: string, value: Buffer): readonly [StoredKey, Buffer] {
  if (isShort(key)) return [key, value];
  const bytes = Buffer.from(key);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  return [longKey(bytes), Buffer.concat([length, bytes, value])];
}

export const valueOf = (key: StoredKey, stored: Buffer): Buffer =>
  typeof key === 'string' ? stored : stored.subarray(lengthBytes + stored.readUInt32BE(0));

/**
 * The range that holds all whose key begins so and stands behind `after`; it may hold that key itself,
 * and what is long holds more.
 */
export function rangeOf(
  prefix: string,
  after?: string,
): { readonly start: Uint8Array; readonly end: Uint8Array } {
  const first = headOf(prefix);
  const end = Buffer.from(first);
  // UTF-8 has no byte 255, so the last byte has a successor.
  end[end.length - 1] = (end.at(-1) ?? entryTag) + 1;
  const behind = after === undefined ? first : headOf(after);
  return { start: Buffer.compare(behind, first) > 0 ? behind : first, end };
}

const headOf = (key: string): Buffer =>
  tagged(Buffer.from(key).subarray(0, copyLimits.keyBytesMax));

type Entry = readonly [key: string, value: Buffer];

/** Entries as they stand in the file, to entries in the order of the bytes of their keys. */
export function* entriesOf(
  rows: Iterable<{ readonly key: Uint8Array; readonly value: Buffer }>,
): Iterable<Entry> {
  let head: Buffer | null = null;
  let alike: (readonly [bytes: Buffer, value: Buffer])[] = [];
  function* inOrder(): Iterable<Entry> {
    // The digest says nothing of the order of keys that are the same up to there.
    for (const [bytes, value] of alike.sort(([a], [b]) => Buffer.compare(a, b)))
      yield [bytes.toString('utf8'), value];
    alike = [];
    head = null;
  }
  for (const { key, value } of rows) {
    const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength).subarray(1);
    if (bytes.length <= copyLimits.keyBytesMax) {
      yield* inOrder();
      yield [bytes.toString('utf8'), value];
      continue;
    }
    const ownHead = bytes.subarray(0, copyLimits.keyBytesMax);
    if (head !== null && !ownHead.equals(head)) yield* inOrder();
    head = ownHead;
    const end = lengthBytes + value.readUInt32BE(0);
    alike.push([value.subarray(lengthBytes, end), value.subarray(end)]);
  }
  yield* inOrder();
}
