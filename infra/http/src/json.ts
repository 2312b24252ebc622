import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';
import { problem } from './errors.ts';

/**
 * Parses a request body. Numbers come out as their source text (`LosslessNumber`), so that an
 * amount never passes through a float.
 *
 * Errors: MALFORMED_JSON for anything that is not JSON in UTF-8, for a key that stands twice in an
 * object and for `__proto__` as a key.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) throw problem('MALFORMED_JSON', 'the body is empty');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw problem('MALFORMED_JSON', 'the body is not UTF-8', { cause });
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    // A RangeError is nesting deeper than the stack: no document of ours.
    const why = cause instanceof SyntaxError ? cause.message : 'too deeply nested';
    throw problem('MALFORMED_JSON', `the body is not valid JSON: ${why}`, { cause });
  }
  // lossless-json lets a key stand twice when both values are equal; then there are more keys in
  // the text than in the value.
  if (keysInText(text) !== keysInValue(value))
    throw problem('MALFORMED_JSON', 'the body has a key twice in one object');
  return value;
}

/** Counts `"…":` in a text that is known to be JSON. */
function keysInText(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/g)) {
    if (colon === ':') keys += 1;
  }
  return keys;
}

function keysInValue(value: unknown): number {
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + keysInValue(item), 0);
  if (Object.hasOwn(value, '__proto__'))
    throw problem('MALFORMED_JSON', 'the body has a key __proto__');
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + keysInValue(item), 0);
}

/** A JSON number by its text: `jsonNumber('99.90')` is written as `99.90`. */
export const jsonNumber = (text: string): LosslessNumber => new LosslessNumber(text);

/** The source text of a JSON number; `null` for anything else. */
export const numberText = (value: unknown): string | null =>
  isLosslessNumber(value) ? value.value : null;

/** JSON of an answer. A bigint becomes a JSON number: give it as text where 2^53 can be passed. */
export const renderJson = (value: unknown): string => stringify(value) ?? 'null';
