import { amountText, printable, valueText } from '../format/summary.ts';
import type { Words } from './words.ts';
import { isPlain } from './words.ts';

/** A field of a state by its path, `items[0].sku`, as it is shown. */
export type Field = readonly [path: string, text: string];

/** Null where the field is not there. */
export interface FieldChange {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

interface Place {
  readonly path: string;
  /** Of the object that holds it, or of what is around that. */
  readonly currency: string | null;
  readonly words: Words;
}

/** All fields of a state, in the order in which it has them. */
export const fieldsOf = (state: object, words: Words): readonly Field[] =>
  leavesOf(state, { path: '', currency: null, words });

/** The fields that differ. Parts that are the same object are not looked into. */
export const changesBetween = (
  before: object | null,
  after: object | null,
  words: Words,
): readonly FieldChange[] => changes(before, after, { path: '', currency: null, words });

function leavesOf(value: unknown, place: Place): readonly Field[] {
  if (value === undefined) return [];
  const inside = partsOf(value);
  if (inside === null || inside.length === 0) return [[place.path, leafText(value, place)]];
  const within = { ...place, currency: currencyIn(value) ?? place.currency };
  return inside.flatMap(([name, each]) =>
    leavesOf(each, { ...within, path: join(place.path, name) }),
  );
}

function changes(before: unknown, after: unknown, place: Place): readonly FieldChange[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) return changesOfList(before, after, place);
  const [had, has] = [partsOf(before), partsOf(after)];
  if (had !== null && has !== null && isPlain(before) && isPlain(after)) {
    const currency = currencyIn(after) ?? currencyIn(before) ?? place.currency;
    const [old, current] = [new Map(had), new Map(has)];
    const names = [...new Set([...old.keys(), ...current.keys()])];
    return names.flatMap((name) =>
      changes(old.get(name), current.get(name), {
        ...{ ...place, currency },
        path: join(place.path, name),
      }),
    );
  }
  const gone = new Map(before === null && place.path === '' ? [] : leavesOf(before, place));
  const come = new Map(after === null && place.path === '' ? [] : leavesOf(after, place));
  return [...new Set([...gone.keys(), ...come.keys()])]
    .map((path) => ({ path, from: gone.get(path) ?? null, to: come.get(path) ?? null }))
    .filter(({ from, to }) => from !== to);
}

/** A list that keeps the newest lets go of its first: the others are the same, one place further. */
function changesOfList(
  before: readonly unknown[],
  after: readonly unknown[],
  place: Place,
): readonly FieldChange[] {
  const gone = Math.max(before.indexOf(after[0]), 0);
  const kept = before.slice(gone);
  const at = (index: number): Place => ({ ...place, path: join(place.path, index) });
  return [
    ...before.slice(0, gone).flatMap((each, index) => changes(each, undefined, at(index))),
    ...Array.from({ length: Math.max(kept.length, after.length) }, (_, index) =>
      changes(kept[index], after[index], at(index)),
    ).flat(),
  ];
}

/** What a value consists of, by name; null for what is one thing. */
function partsOf(value: unknown): readonly (readonly [string | number, unknown])[] | null {
  if (Array.isArray(value)) return value.map((each: unknown, index) => [index, each] as const);
  return isPlain(value) ? Object.entries(value) : null;
}

const join = (path: string, name: string | number): string => {
  if (typeof name === 'number') return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
};

const currencyIn = (value: unknown): string | null =>
  isPlain(value) && typeof value['currency'] === 'string' ? value['currency'] : null;

function leafText(value: unknown, { path, currency, words }: Place): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return printable(words(value));
  if (Array.isArray(value) || isPlain(value)) return 'none';
  if (typeof value === 'bigint' && path.endsWith('Minor') && currency !== null)
    return amountText(value, currency);
  return valueText(value);
}
