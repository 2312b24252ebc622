interface Known {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** A power of two. The whole system uses about 30 header names. */
const SLOTS = 512;

/**
 * Header names as strings without decoding each one again: a record carries a dozen headers, and
 * there are only a few dozen names. A collision costs a decoding and nothing else.
 */
export class HeaderNames {
  readonly #slots: (Known | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  nameAt(buffer: Buffer, start: number, end: number): string {
    let hash = end - start;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (buffer[at] ?? 0)) | 0;
    const slot = hash & (SLOTS - 1);
    const known = this.#slots[slot];
    if (known !== undefined && same(known.bytes, buffer, start, end)) return known.name;
    const name = buffer.toString('utf8', start, end);
    this.#slots[slot] = { bytes: Uint8Array.from(buffer.subarray(start, end)), name };
    return name;
  }
}

function same(known: Uint8Array, buffer: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at += 1) {
    if (known[at] !== buffer[start + at]) return false;
  }
  return true;
}
