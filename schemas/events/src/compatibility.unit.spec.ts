import { describe, expect, it } from 'vitest';
import { compatibilityProblems } from './compatibility.ts';
import { catalogue } from './catalogue.ts';

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}
const record = (...fields: readonly Field[]) =>
  JSON.stringify({ type: 'record', name: 'plumbline.test.Thing', fields });

const text: Field = { name: 'text', type: 'string' };
const count: Field = { name: 'count', type: 'int' };
const note: Field = { name: 'note', type: ['null', 'string'], default: null };
const colour = (symbols: readonly string[], fallback?: string): Field => ({
  name: 'colour',
  type: { type: 'enum', name: 'Colour', symbols, default: fallback },
});

describe('a change is incompatible', () => {
  it.each<[string, string, string]>([
    ['a field without a default removed', record(text, count), record(text)],
    ['a field without a default added', record(text), record(text, count)],
    ['a field renamed', record(text), record({ ...text, name: 'words' })],
    ['a type changed', record(text), record({ ...text, type: 'int' })],
    ['an int made a long', record(count), record({ ...count, type: 'long' })],
    ['a field made optional', record(text), record({ ...text, type: ['null', 'string'] })],
    ['a symbol added without a default', record(colour(['A'])), record(colour(['A', 'B']))],
    ['the record renamed', record(text), record(text).replace('Thing', 'Object')],
  ])('%s', (_, released, current) => {
    expect(compatibilityProblems(released, current)).not.toEqual([]);
    expect(compatibilityProblems(current, released)).not.toEqual([]);
  });

  it('a field removed from a schema that is really released', () => {
    const released = catalogue.schemas['plumbline.orders.OrderCreated'] ?? '';
    const schema = JSON.parse(released) as { fields: Field[] };
    const without = schema.fields.filter(({ name }) => name !== 'amountMinor');
    expect(without).toHaveLength(schema.fields.length - 1);
    const [problem] = compatibilityProblems(
      released,
      JSON.stringify({ ...schema, fields: without }),
    );
    expect(problem).toContain('amountMinor');
  });
});

describe('a change is compatible', () => {
  it.each<[string, string, string]>([
    ['none', record(text), record(text)],
    ['a field with a default added', record(text), record(text, note)],
    ['a field with a default removed', record(text, note), record(text)],
    [
      'a symbol added beside a default',
      record(colour(['A', 'Z'], 'Z')),
      record(colour(['A', 'Z', 'B'], 'Z')),
    ],
  ])('%s', (_, released, current) => {
    expect(compatibilityProblems(released, current)).toEqual([]);
  });
});
