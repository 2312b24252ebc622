import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import type { Codec } from './index.ts';
import { bodyOf, compatibilityProblems, createCodec, createMemorySchemaIds } from './index.ts';

/**
 * Every released schema with bytes that it wrote. They are in somebody's log for ever, so they are
 * read here by the newest code for ever.
 */
interface Golden {
  readonly record: string;
  readonly version: number;
  readonly schema: string;
  readonly samples: readonly { readonly body: string; readonly value: unknown }[];
}

const folder = new URL('../golden/', import.meta.url);
const goldens = readdirSync(folder)
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden)
  .sort((a, b) => a.record.localeCompare(b.record) || a.version - b.version);
const records = [...new Set(goldens.map(({ record }) => record))];
const versionsOf = (record: string) => goldens.filter((golden) => golden.record === record);
const titled = goldens.map((golden) => [`${golden.record} v${golden.version}`, golden] as const);

const isNewest = ({ record, version }: Golden) => version === versionsOf(record).length;
const shortNameOf = (record: string) => record.slice(record.lastIndexOf('.') + 1);

function topicOf(record: string): string {
  const topic = catalogue.topics.find(({ records: allowed }) => allowed.includes(record));
  if (!topic) throw new Error(`${record} stands in no topic`);
  return topic.name;
}

/** `{"$n"}` to a bigint, `{"$b"}` to bytes. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  if ('$n' in value) return BigInt(value.$n as string);
  if ('$b' in value) return Buffer.from(value.$b as string, 'base64');
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revive(each)]));
}

/** What of `value` an older or newer shape also has: later versions may add and drop fields. */
function common(value: unknown, other: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(other)) {
    return value.map((each, index) => common(each, other[index]));
  }
  const isRecord = (each: unknown): each is object =>
    typeof each === 'object' && each !== null && !Buffer.isBuffer(each);
  if (!isRecord(value) || !isRecord(other)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name in other)
      .map(([name, each]) => [name, common(each, (other as Record<string, unknown>)[name])]),
  );
}

let codec: Codec;
const ids = new Map<Golden, number>();

beforeAll(async () => {
  const schemaIds = createMemorySchemaIds();
  for (const golden of goldens) {
    ids.set(golden, await schemaIds.idOf(golden.record, golden.schema));
  }
  codec = createCodec(schemaIds);
  for (const id of ids.values()) await codec.learn(id);
  await codec.prepare(catalogue.topics.map(({ name }) => name));
});

describe('bytes of every released version', () => {
  it.each(titled)('%s is read by the newest code', (_, golden) => {
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(ids.get(golden) ?? 0, 1);
    expect(golden.samples.length).toBeGreaterThan(1);
    for (const { body, value } of golden.samples) {
      const framed = Buffer.concat([frame, Buffer.from(body, 'base64')]);
      const read = codec.decode(topicOf(golden.record), framed);
      const expected = revive(value);
      expect(read.type).toBe(shortNameOf(golden.record));
      if (isNewest(golden)) expect(read.data).toStrictEqual(expected);
      else expect(common(read.data, expected)).toStrictEqual(common(expected, read.data));
    }
  });

  it.each(titled.filter(([, golden]) => isNewest(golden)))(
    '%s is written the same',
    (_, golden) => {
      for (const { body, value } of golden.samples) {
        const data = revive(value) as object;
        const written = codec.encode(topicOf(golden.record), {
          type: shortNameOf(golden.record),
          data,
        });
        expect(bodyOf(written).toString('base64')).toBe(body);
      }
    },
  );
});

describe('every schema', () => {
  it('is released as it stands: run the release script of this package after a change', () => {
    const newest = goldens.filter(isNewest).map(({ record, schema }) => [record, schema]);
    expect(Object.fromEntries(newest)).toEqual(catalogue.schemas);
  });

  it.each(records)('%s has all its versions', (record) => {
    const versions = versionsOf(record);
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
  });

  it.each(records)('%s reads and is read by all its versions', (record) => {
    const current = catalogue.schemas[record] ?? '';
    for (const { version, schema } of versionsOf(record)) {
      expect(compatibilityProblems(schema, current), `version ${version}`).toEqual([]);
    }
  });
});
