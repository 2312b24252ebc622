import assert from 'node:assert/strict';
import { SchemaRefused, UnknownSchemaId } from '../errors.ts';
import type { SchemaIds } from '../schema-ids.ts';

/** One promise of {@link SchemaIds}; `check` rejects when it is broken. */
export interface SchemaIdsPromise {
  readonly promise: string;
  /** `unique` keeps the subjects and records of one run apart from those of another. */
  readonly check: (ids: SchemaIds, unique: string) => Promise<void>;
}

const record = (unique: string, fields: readonly object[]): string =>
  JSON.stringify({ type: 'record', namespace: 'plumbline.contract', name: `R${unique}`, fields });

const text = { name: 'text', type: 'string' };
const count = { name: 'count', type: 'int' };
const note = { name: 'note', type: ['null', 'string'], default: null };

/** Held for the ids in memory and for the real registry. */
export const schemaIdsContract: readonly SchemaIdsPromise[] = [
  {
    promise: 'gives a schema one id, however often it is asked, under every subject',
    async check(ids, unique) {
      const schema = record(unique, [text]);
      const id = await ids.idOf(`a-${unique}`, schema);
      assert.equal(await ids.idOf(`a-${unique}`, schema), id);
      assert.equal(await ids.idOf(`b-${unique}`, schema), id);
      assert.ok(Number.isInteger(id) && id > 0 && id < 2 ** 32);
    },
  },
  {
    promise: 'gives different schemas different ids',
    async check(ids, unique) {
      const first = await ids.idOf(`a-${unique}`, record(unique, [text]));
      const second = await ids.idOf(`a-${unique}`, record(unique, [text, note]));
      assert.notEqual(first, second);
    },
  },
  {
    promise: 'gives back what was registered, logical types and all',
    async check(ids, unique) {
      const money = { name: 'amount', type: { type: 'long', logicalType: 'minor-units' } };
      const schema = record(unique, [text, money, { ...text, name: 'secret', pii: true }]);
      const id = await ids.idOf(`a-${unique}`, schema);
      assert.deepEqual(JSON.parse(await ids.schemaOf(id)), JSON.parse(schema));
    },
  },
  {
    promise: 'refuses a schema that old or new readers could not read, naming the subject',
    async check(ids, unique) {
      await ids.idOf(`a-${unique}`, record(unique, [text]));
      const refusal = (error: unknown): boolean =>
        error instanceof SchemaRefused && error.message.includes(`a-${unique}`);
      await assert.rejects(ids.idOf(`a-${unique}`, record(unique, [text, count])), refusal);
      await assert.rejects(ids.idOf(`a-${unique}`, record(unique, [note])), refusal);
    },
  },
  {
    promise: 'compares with every version and not only the last',
    async check(ids, unique) {
      // Compatible with the second, which lacks the field, and not with the first.
      const numberNote = { ...note, type: ['null', 'int'] };
      await ids.idOf(`a-${unique}`, record(unique, [text, note]));
      await ids.idOf(`a-${unique}`, record(unique, [text]));
      await assert.rejects(
        ids.idOf(`a-${unique}`, record(unique, [text, numberNote])),
        (error: unknown) => error instanceof SchemaRefused,
      );
    },
  },
  {
    promise: 'says for good that it knows no such id',
    async check(ids) {
      await assert.rejects(
        ids.schemaOf(2_000_000_000),
        (error: unknown) => error instanceof UnknownSchemaId && error.schemaId === 2_000_000_000,
      );
    },
  },
];
