/** A string of JSON, which is left as it is, or a number, which becomes one. */
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number by the digits it was sent with, such as `'99.90'`. */
export type Digits = string;

/**
 * Parses JSON so that every number comes out as its own text: an amount never passes through a
 * float, and keeps the digits of its currency. Throws SyntaxError for what is not JSON.
 */
export function parseExactly(text: string): unknown {
  // Quoting would turn 1 2 or 01 into something else that is no JSON either, but not a bare `-`.
  JSON.parse(text);
  return JSON.parse(text.replace(token, (found) => (found.startsWith('"') ? found : `"${found}"`)));
}

/** A count, of which there are never 2^53. */
export const countOf = (digits: Digits): number => Number(digits);
