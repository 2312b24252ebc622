import { createHash } from 'node:crypto';
import { invariant } from './invariant.ts';

declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** `<tenant>/<order number>`: the record key of everything that concerns one order. */
export type RoutingKey = Branded<string, 'RoutingKey'>;

/** `murmur2(key) & 0xffff`: which part of the key space a record belongs to. */
export type Slot = Branded<number, 'Slot'>;

export const slotCount = 65_536;

export function routingKey(tenant: string, orderNo: string): RoutingKey {
  invariant(/^[A-Za-z0-9_-]{1,32}$/.test(tenant), 'a tenant is 1 to 32 of A-Z, a-z, 0-9, _ and -');
  invariant(orderNo.length > 0, 'an order number is not empty');
  return `${tenant}/${orderNo}` as RoutingKey;
}

export function splitRoutingKey(key: string): { tenant: string; orderNo: string } {
  const at = key.indexOf('/');
  invariant(at > 0 && at < key.length - 1, 'a routing key is <tenant>/<order number>');
  return { tenant: key.slice(0, at), orderNo: key.slice(at + 1) };
}

/**
 * Headers and keys of records hold some 1,000 bytes: 256 characters of four. An order number has 32
 * at most (contract 1), and a tenant as many.
 */
const routingKeyCharsMax = 256;

/** The parts of a text that anybody may have written; `null` where it is no routing key. */
export function parseRoutingKey(text: string): { tenant: string; orderNo: string } | null {
  const [, tenant = '', orderNo = ''] = /^([A-Za-z0-9_-]{1,32})\/(.+)$/s.exec(text) ?? [];
  return tenant === '' || text.length > routingKeyCharsMax ? null : { tenant, orderNo };
}

/**
 * Java's murmur2 as Kafka's default partitioner uses it, seed 0x9747b28c, 32 bits.
 * Source: org.apache.kafka.common.utils.Utils#murmur2.
 */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = bytes.length;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 8) |
      ((bytes[i + 2] ?? 0) << 16) |
      ((bytes[i + 3] ?? 0) << 24) |
      0;
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m);
    h ^= k;
  }
  const rest = length - i;
  if (rest === 3) h ^= (bytes[i + 2] ?? 0) << 16;
  if (rest >= 2) h ^= (bytes[i + 1] ?? 0) << 8;
  if (rest >= 1) {
    h ^= bytes[i] ?? 0;
    h = Math.imul(h, m);
  }
  h ^= h >>> 13;
  h = Math.imul(h, m);
  h ^= h >>> 15;
  return h | 0;
}

export const slotOf = (key: string): Slot => (murmur2(Buffer.from(key, 'utf8')) & 0xffff) as Slot;

/**
 * The partition of a slot. With a partition count that divides 65,536 it is the one that Java's
 * default partitioner, `(murmur2 & 0x7fffffff) % n`, chooses for the key itself.
 */
export function partitionOfSlot(slot: number, partitions: number): number {
  invariant(partitions > 0 && slotCount % partitions === 0, `${partitions} does not divide 65536`);
  return slot % partitions;
}

/** SHA-256 over the parts, each with its length before it, so that no two lists collide by joining. */
export function digest(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  const size = Buffer.alloc(4);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    size.writeUInt32BE(bytes.length);
    hash.update(size).update(bytes);
  }
  return hash.digest();
}

/**
 * A UUID of version 8 (RFC 9562) that is a function of its parts and carries a slot in its last two
 * bytes, so that whoever knows only the id knows the partition.
 */
export function derivedUuid(slot: Slot, ...parts: readonly (string | Uint8Array)[]): string {
  const bytes = digest(...parts).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  bytes.writeUInt16BE(slot, 14);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** The slot that {@link derivedUuid} put into an id; `null` for another kind of UUID. */
export function slotOfUuid(id: string): Slot | null {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))
    return null;
  return Number.parseInt(id.slice(-4), 16) as Slot;
}

/** A number for contracts that want one: derived from the command's place, never a sequence. */
export const derivedNumber = (offset: bigint, slot: number): bigint =>
  offset * BigInt(slotCount) + BigInt(slot);
