import type { Payload } from '@plumbline/kernel';
import type { Type } from 'avsc';
import { avroType } from './avro-types.ts';
import type { Catalogue } from './catalogue.ts';
import { catalogue as ownCatalogue, subjectOf } from './catalogue.ts';
import { Undecodable, Unencodable, UnknownSchemaId } from './errors.ts';
import * as limits from './limits.ts';
import { piiCheckOf } from './pii.ts';
import type { Reader, Written } from './reader.ts';
import { createReader } from './reader.ts';
import type { SchemaIds } from './schema-ids.ts';

/** Magic byte 0 and the schema id, big endian, before the Avro body. */
export const frameBytes = 5;

/** The Avro body of a framed value: what hashes and fingerprints are made of. */
export const bodyOf = (value: Buffer): Buffer => value.subarray(frameBytes);

/**
 * Payloads to framed Avro and back. Writing and reading are synchronous; what needs the registry is
 * done before, by `prepare` and `learn`.
 */
export interface Codec {
  /**
   * Ids of every record that may stand in these topics, for writing.
   * @throws SchemasUnavailable, SchemaRefused, Unencodable `UNKNOWN_TOPIC`
   */
  prepare(topics: readonly string[]): Promise<void>;
  /** @throws Unencodable, saying which field; it never shows the field's value. */
  encode(topic: string, payload: Payload): Buffer;
  /** The schema id of the value when it is not yet known, else `null`. Cheap. */
  needs(value: Buffer | null): number | null;
  /**
   * Fetches a schema, once: concurrent calls share the request, and the answer that there is none is
   * remembered for half a minute. @throws UnknownSchemaId (final), SchemasUnavailable (try again)
   */
  learn(schemaId: number): Promise<void>;
  /** Whether this version has a record of that name which may stand in the topic. */
  knows(topic: string, type: string): boolean;
  /** In the shape of the newest schema. @throws Undecodable */
  decode(topic: string, value: Buffer | null): Payload;
  /** How a value was written that was decoded before; `null` when its schema is not known here. */
  writtenAs(value: Buffer | null): WrittenAs | null;
}

/** With which schema a value was written. */
export interface WrittenAs extends Written {
  readonly schemaId: number;
}

export interface CodecOptions {
  readonly catalogue?: Catalogue;
  /** For how long an unknown schema id stays unknown; any clock that only moves on. */
  readonly nowMs?: () => number;
}

/** The newest schema of a record, compiled. */
interface CurrentRecord {
  readonly name: string;
  readonly shortName: string;
  readonly schemaJson: string;
  readonly type: Type;
  readonly refusePii: ((data: object) => void) | null;
}

interface TopicRecords {
  readonly byShortName: ReadonlyMap<string, CurrentRecord>;
  readonly names: ReadonlySet<string>;
  /** Schema ids by short name; `null` until the topic is prepared. */
  ids: ReadonlyMap<string, number> | null;
}

export function createCodec(schemaIds: SchemaIds, options: CodecOptions = {}): Codec {
  const { catalogue = ownCatalogue, nowMs = () => performance.now() } = options;
  const records = recordsOf(catalogue);
  const topics = topicsOf(catalogue, records);
  const readers = new Map<number, Reader>();
  const scratch = createScratch();
  const fetching = createFetching(schemaIds, nowMs);

  const readerOf = (schemaJson: string): Reader =>
    createReader(schemaJson, (name) => records.get(name)?.type ?? null, catalogue.upcasters);

  return {
    async prepare(names) {
      for (const topic of new Set(names)) {
        const spec = topics.get(topic);
        if (!spec) throw new Unencodable('UNKNOWN_TOPIC', `${topic} is not in the catalogue`);
        spec.ids ??= await registerAll(schemaIds, topic, spec, (id, schemaJson) => {
          if (!readers.has(id)) readers.set(id, readerOf(schemaJson));
        });
      }
    },

    encode(topic, payload) {
      const spec = topics.get(topic);
      if (!spec) throw new Unencodable('UNKNOWN_TOPIC', `${topic} is not in the catalogue`);
      const record = spec.byShortName.get(payload.type);
      if (!record) {
        throw new Unencodable('TYPE_NOT_ALLOWED', `${payload.type} may not stand in ${topic}`);
      }
      const id = spec.ids?.get(payload.type);
      if (id === undefined) {
        throw new Unencodable('NOT_PREPARED', `${topic} was not prepared for writing`);
      }
      return scratch.encode(id, record, payload.data);
    },

    needs(value) {
      if (value === null || value.length < frameBytes || value[0] !== 0) return null;
      const id = value.readUInt32BE(1);
      return readers.has(id) ? null : id;
    },

    async learn(schemaId) {
      if (readers.has(schemaId)) return;
      const schemaJson = await fetching.schemaOf(schemaId);
      if (!readers.has(schemaId)) readers.set(schemaId, readerOf(schemaJson));
    },

    knows: (topic, type) => topics.get(topic)?.byShortName.has(type) === true,

    decode(topic, value) {
      if (value === null) throw new Undecodable('NULL_VALUE', 'the record has no value');
      if (value.length < frameBytes) throw new Undecodable('TRUNCATED', 'the framing is cut off');
      if (value[0] !== 0) throw new Undecodable('MAGIC_BYTE', 'the value is not framed Avro');
      const id = value.readUInt32BE(1);
      const reader = readers.get(id);
      if (!reader) throw new Undecodable('UNKNOWN_SCHEMA', `schema ${id} is not known`);
      if (reader.name !== null && topics.get(topic)?.names.has(reader.name) !== true) {
        throw new Undecodable('TYPE_NOT_ALLOWED', `${reader.name} may not stand in ${topic}`);
      }
      return { type: reader.shortName, data: reader.decode(value, frameBytes) };
    },

    writtenAs(value) {
      if (value === null || value.length < frameBytes || value[0] !== 0) return null;
      const schemaId = value.readUInt32BE(1);
      const written = readers.get(schemaId)?.written ?? null;
      return written === null ? null : { ...written, schemaId };
    },
  };
}

const shortNameOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Compiling takes milliseconds and never changes, and a simulation opens thousands of codecs. */
const compiledRecords = new WeakMap<Catalogue, ReadonlyMap<string, CurrentRecord>>();

function recordsOf(catalogue: Catalogue): ReadonlyMap<string, CurrentRecord> {
  const records = compiledRecords.get(catalogue) ?? compileRecords(catalogue);
  compiledRecords.set(catalogue, records);
  return records;
}

function compileRecords({ schemas }: Catalogue): ReadonlyMap<string, CurrentRecord> {
  const compiled = Object.entries(schemas).map(([name, schemaJson]): [string, CurrentRecord] => [
    name,
    {
      name,
      shortName: shortNameOf(name),
      schemaJson,
      type: avroType(schemaJson),
      refusePii: piiCheckOf(schemaJson),
    },
  ]);
  return new Map(compiled);
}

function topicsOf(
  catalogue: Catalogue,
  records: ReadonlyMap<string, CurrentRecord>,
): ReadonlyMap<string, TopicRecords> {
  const topics = new Map<string, TopicRecords>();
  for (const { name: topic, records: names } of catalogue.topics) {
    const byShortName = new Map<string, CurrentRecord>();
    for (const name of names) {
      const record = records.get(name);
      if (!record) throw new Error(`${topic} names ${name}, which has no schema`);
      if (byShortName.has(record.shortName)) {
        throw new Error(`${topic} carries two records called ${record.shortName}`);
      }
      byShortName.set(record.shortName, record);
    }
    topics.set(topic, { byShortName, names: new Set(names), ids: null });
  }
  return topics;
}

async function registerAll(
  schemaIds: SchemaIds,
  topic: string,
  { byShortName }: TopicRecords,
  registered: (id: number, schemaJson: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const ids = [...byShortName.values()].map(async ({ name, shortName, schemaJson }) => {
    const id = await schemaIds.idOf(subjectOf(topic, name), schemaJson);
    registered(id, schemaJson);
    return [shortName, id] as const;
  });
  return new Map(await Promise.all(ids));
}

/** Encodes into one buffer that grows, so that a record costs one copy and no guess of its size. */
function createScratch(): { encode(id: number, record: CurrentRecord, data: object): Buffer } {
  let buffer = Buffer.alloc(limits.scratchBytesStart);
  return {
    encode(id, record, data) {
      let end = write(record, data, buffer);
      while (end < 0) {
        if (buffer.length >= limits.valueBytesMax) {
          const message = `${record.name} is larger than ${limits.valueBytesMax} bytes`;
          throw new Unencodable('INVALID', message);
        }
        buffer = Buffer.alloc(Math.min(buffer.length * 2, limits.valueBytesMax));
        end = write(record, data, buffer);
      }
      record.refusePii?.(data);
      buffer[0] = 0;
      buffer.writeUInt32BE(id, 1);
      return Buffer.from(buffer.subarray(0, end));
    },
  };
}

/** Where the body ends, or a negative number when the buffer is too small. */
function write({ name, type }: CurrentRecord, data: object, buffer: Buffer): number {
  try {
    return type.encode(data, buffer, frameBytes);
  } catch {
    // avsc's own message has the value in it and not the path.
    const fault = firstInvalidField(type, data);
    throw new Unencodable('INVALID', `${name}: ${fault?.message ?? 'invalid'}`, fault?.field);
  }
}

function firstInvalidField(type: Type, data: object): { field: string; message: string } | null {
  let first: { field: string; message: string } | null = null;
  type.isValid(data, {
    errorHook: (path, value, expected) => {
      const field = path.join('.');
      const got = value === null ? 'null' : typeof value;
      first ??= { field, message: `${field} is not ${expected.toString()} (${got})` };
    },
  });
  return first;
}

/** Shares requests for the same id, and remembers for a while which ids do not exist. */
function createFetching(
  schemaIds: SchemaIds,
  nowMs: () => number,
): { schemaOf(id: number): Promise<string> } {
  const inFlight = new Map<number, Promise<string>>();
  const unknownUntilMs = new Map<number, number>();

  async function fetch(id: number): Promise<string> {
    try {
      return await schemaIds.schemaOf(id);
    } catch (error) {
      if (error instanceof UnknownSchemaId) remember(id);
      throw error;
    } finally {
      inFlight.delete(id);
    }
  }

  function remember(id: number): void {
    unknownUntilMs.delete(id);
    if (unknownUntilMs.size >= limits.unknownSchemasMax) {
      for (const oldest of unknownUntilMs.keys()) {
        unknownUntilMs.delete(oldest);
        break;
      }
    }
    unknownUntilMs.set(id, nowMs() + limits.unknownSchemaMs);
  }

  return {
    async schemaOf(id) {
      if (nowMs() < (unknownUntilMs.get(id) ?? -Infinity)) throw new UnknownSchemaId(id);
      const running = inFlight.get(id) ?? fetch(id);
      inFlight.set(id, running);
      return running;
    },
  };
}
