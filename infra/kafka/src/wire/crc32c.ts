import { crc32c as nativeCrc32c } from '@node-rs/crc32';

/**
 * CRC-32C (Castagnoli), the checksum of a record batch. Node's zlib has only the other CRC-32, and
 * tables in JavaScript took a quarter of the time of reading.
 */
export const crc32c = (bytes: Buffer, from = 0, to = bytes.length): number =>
  nativeCrc32c(bytes.subarray(from, to));
