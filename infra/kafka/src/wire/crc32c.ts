const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256: the checksum of a byte followed by 0 … 7 zero bytes ("slicing by 8"). */
const tables = makeTables();

function makeTables(): Int32Array {
  const all = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    all[byte] = crc;
  }
  for (let slot = 256; slot < all.length; slot += 1) {
    const previous = all[slot - 256] ?? 0;
    all[slot] = (previous >>> 8) ^ (all[previous & 0xff] ?? 0);
  }
  return all;
}

/** CRC-32C (Castagnoli), the checksum of a record batch; Node's zlib has only the other CRC-32. */
export function crc32c(bytes: Buffer, from = 0, to = bytes.length): number {
  const table = tables;
  const at = (index: number): number => bytes[index] as number;
  let crc = -1;
  let index = from;
  for (const last = to - 7; index < last; index += 8) {
    crc ^= at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
    crc =
      (table[1792 + (crc & 0xff)] as number) ^
      (table[1536 + ((crc >>> 8) & 0xff)] as number) ^
      (table[1280 + ((crc >>> 16) & 0xff)] as number) ^
      (table[1024 + (crc >>> 24)] as number) ^
      (table[768 + at(index + 4)] as number) ^
      (table[512 + at(index + 5)] as number) ^
      (table[256 + at(index + 6)] as number) ^
      (table[at(index + 7)] as number);
  }
  for (; index < to; index += 1) {
    crc = (crc >>> 8) ^ (table[(crc ^ at(index)) & 0xff] as number);
  }
  return ~crc >>> 0;
}
