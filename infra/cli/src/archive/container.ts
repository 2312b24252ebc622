import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { avroType } from '@plumbline/events';
import type { TopicPartition } from '@plumbline/kafka';
import { z } from 'zod';
import { archiveBlockBytesMax, archiveUnpackedBytesMax } from '../limits.ts';
import type { ArchivedSchema } from './archived-schema.ts';
import { containerSchemaOf } from './archived-schema.ts';
import type { ArchivedRecord } from './record-bytes.ts';
import { digestRecord, readRecord, readVarint, recordParts, varint } from './record-bytes.ts';

/**
 * Object container files, Apache Avro 1.12 specification:
 *
 *   "Obj" 1 │ metadata │ sync ║ count │ bytes │ deflated records │ sync ║ …
 *
 * Values are put in as they stand in the log, so that no decoder and no encoder of ours comes between.
 */
const magic = Buffer.from('Obj\u0001', 'latin1');
const syncBytes = 16;

const metadataType = avroType(JSON.stringify({ type: 'map', values: 'bytes' }));
const metaKeys = {
  schema: 'avro.schema',
  codec: 'avro.codec',
  topic: 'plumbline.topic',
  partition: 'plumbline.partition',
  schemas: 'plumbline.schemas',
  blocks: 'plumbline.blocks',
} as const;

/** Hex digits of a block's SHA-256 that the head keeps: enough to say which one was altered. */
const blockDigestHex = 16;

/** What a container is not, or not any more. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** Records of one partition on their way into a container. */
export interface ContainerBuilder {
  /** Encoded so far, before they are deflated. */
  readonly bytes: number;
  readonly records: number;
  add(record: ArchivedRecord): void;
  /** The whole file, and the digest of what its records say, 64 hex. */
  finish(): { readonly file: Buffer; readonly digest: string };
}

interface Block {
  readonly count: number;
  readonly deflated: Buffer;
}

/** All of it is in memory until it is finished: the caller says when it is enough. */
export function createContainer(at: TopicPartition): ContainerBuilder {
  const schemas: ArchivedSchema[] = [];
  const places = new Map<number, number>();
  const blocks: Block[] = [];
  const digest = createHash('sha256');
  let parts: Buffer[] = [];
  let [count, blockBytes, bytes, records] = [0, 0, 0, 0];

  const placeOf = (schema: ArchivedSchema): number => {
    const known = places.get(schema.id);
    if (known !== undefined) return known;
    places.set(schema.id, schemas.length);
    schemas.push(schema);
    return schemas.length - 1;
  };
  const endBlock = (): void => {
    if (count > 0) blocks.push({ count, deflated: deflateRawSync(Buffer.concat(parts)) });
    [parts, count, blockBytes] = [[], 0, 0];
  };

  return {
    get bytes() {
      return bytes;
    },
    get records() {
      return records;
    },
    add(record) {
      digestRecord(digest, record);
      for (const part of recordParts(record, placeOf)) {
        // A record of a fetch is a view into its buffer.
        parts.push(Buffer.from(part));
        blockBytes += part.length;
        bytes += part.length;
      }
      count += 1;
      records += 1;
      if (blockBytes >= archiveBlockBytesMax) endBlock();
    },
    finish() {
      endBlock();
      return { file: fileOf({ at, schemas, blocks }), digest: digest.digest('hex') };
    },
  };
}

function fileOf(of: {
  readonly at: TopicPartition;
  readonly schemas: readonly ArchivedSchema[];
  readonly blocks: readonly Block[];
}): Buffer {
  const { at, schemas, blocks } = of;
  const meta = {
    [metaKeys.schema]: containerSchemaOf(schemas),
    [metaKeys.codec]: 'deflate',
    [metaKeys.topic]: at.topic,
    [metaKeys.partition]: String(at.partition),
    [metaKeys.schemas]: JSON.stringify(schemas),
    [metaKeys.blocks]: JSON.stringify(blocks.map(({ deflated }) => blockDigest(deflated))),
  };
  const head = metadataType.toBuffer(
    Object.fromEntries(Object.entries(meta).map(([key, text]) => [key, Buffer.from(text)])),
  );
  // The same records make the same file.
  const hash = createHash('sha256').update(head);
  for (const { deflated } of blocks) hash.update(deflated);
  const sync = hash.digest().subarray(0, syncBytes);
  return Buffer.concat([
    ...[magic, head, sync],
    ...blocks.flatMap(({ count, deflated }) => [
      ...[varint(count), varint(deflated.length), deflated, sync],
    ]),
  ]);
}

const blockDigest = (deflated: Buffer): string =>
  createHash('sha256').update(deflated).digest('hex').slice(0, blockDigestHex);

const schemasSchema = z.array(
  z.object({ id: z.int(), name: z.string(), fingerprint: z.string(), schema: z.string() }),
);

export interface Container extends TopicPartition {
  readonly schemas: readonly ArchivedSchema[];
  /** In their order. @throws Damaged, naming the block */
  records(): Iterable<ArchivedRecord>;
}

/** @throws Damaged when the head is not one of ours. */
export function openContainer(file: Buffer): Container {
  const { meta, sync, end } = inPlace('its head', () => headOf(file));
  const text = (key: string): string => {
    const found = meta[key];
    if (found === undefined) throw new Error(`${key} is missing`);
    return found.toString('utf8');
  };
  return inPlace('its head', () => {
    const schemas = schemasSchema.parse(JSON.parse(text(metaKeys.schemas)));
    const digests = z.array(z.string()).parse(JSON.parse(text(metaKeys.blocks)));
    return {
      topic: text(metaKeys.topic),
      partition: Number(text(metaKeys.partition)),
      schemas,
      records: () => recordsOf({ file, from: end, sync, schemas, digests }),
    };
  });
}

function headOf(file: Buffer) {
  if (!file.subarray(0, magic.length).equals(magic)) throw new Error('no Avro container');
  const { value, offset } = metadataType.decode(file, magic.length) as {
    readonly value: Readonly<Record<string, Buffer>>;
    readonly offset: number;
  };
  const end = offset + syncBytes;
  if (offset < 0 || end > file.length) throw new Error('cut off');
  return { meta: value, sync: file.subarray(offset, end), end };
}

function* recordsOf(of: {
  readonly file: Buffer;
  readonly from: number;
  readonly sync: Buffer;
  readonly schemas: readonly ArchivedSchema[];
  readonly digests: readonly string[];
}): Iterable<ArchivedRecord> {
  const { file, sync, schemas, digests } = of;
  let at = of.from;
  for (const [number, wanted] of digests.entries()) {
    const where = `block ${number + 1} of ${digests.length}, at byte ${at}`;
    const block = inPlace(where, () => blockAt(file, at, sync));
    if (blockDigest(block.deflated) !== wanted) throw new Damaged(`${where}: it was altered`);
    const bytes = inPlace(where, () => unpacked(block.deflated));
    for (let [left, from] = [block.count, 0]; left > 0; left -= 1) {
      const { record, end } = inPlace(where, () => readRecord(bytes, from, schemas));
      yield record;
      from = end;
    }
    at = block.end;
  }
  if (at !== file.length) throw new Damaged(`at byte ${at}: bytes are left over`);
}

function blockAt(file: Buffer, from: number, sync: Buffer) {
  const count = readVarint(file, from);
  const length = readVarint(file, count.end);
  const end = length.end + length.value;
  if (end + syncBytes > file.length) throw new Error('the file is cut off in it');
  if (!file.subarray(end, end + syncBytes).equals(sync)) throw new Error('it does not end there');
  return {
    count: count.value,
    deflated: file.subarray(length.end, end),
    end: end + syncBytes,
  };
}

const unpacked = (deflated: Buffer): Buffer =>
  inflateRawSync(deflated, { maxOutputLength: archiveUnpackedBytesMax });

function inPlace<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Damaged) throw error;
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new Damaged(`${where}: ${why}`, { cause: error });
  }
}
