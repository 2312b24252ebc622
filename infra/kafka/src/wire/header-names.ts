/** A name that was read before. */
export interface KnownName {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** What came after it the last time: records of a topic have their headers in one order. */
  next: KnownName | null;
}

/** A power of two. The whole system uses about 30 header names. */
const SLOTS = 512;

/**
 * Header names as strings without decoding each one again: a record carries a dozen headers, and
 * there are only a few dozen names. A collision costs a decoding and nothing else.
 */
export class HeaderNames {
  readonly #slots: (KnownName | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  #first: KnownName | null = null;

  /** `previous` is the name before it in the same record; null for the first. */
  nameAfter(previous: KnownName | null, buffer: Buffer, start: number, end: number): KnownName {
    const expected = previous === null ? this.#first : previous.next;
    if (expected !== null && same(expected.bytes, buffer, start, end)) return expected;
    const found = this.#nameAt(buffer, start, end);
    if (previous === null) this.#first = found;
    else previous.next = found;
    return found;
  }

  #nameAt(buffer: Buffer, start: number, end: number): KnownName {
    let hash = end - start;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (buffer[at] ?? 0)) | 0;
    const slot = hash & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && same(known.bytes, buffer, start, end)) return known;
    const name = buffer.toString('utf8', start, end);
    const bytes = Uint8Array.from(buffer.subarray(start, end));
    const fresh: KnownName = { bytes, name, next: null };
    this.#slots[slot] = fresh;
    return fresh;
  }
}

/** From the end: names that differ share their beginning. */
function same(known: Uint8Array, buffer: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = known.length - 1; at >= 0; at -= 1) {
    if (known[at] !== buffer[start + at]) return false;
  }
  return true;
}
