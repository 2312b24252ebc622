import { failure, messageOf, sum, type Outcome } from './outcome.ts';

export interface Lanes {
  /** Of all lanes. */
  readonly first: Promise<Outcome>;
  /** Resolves when the first of the second parts begins. */
  readonly secondBegins: Promise<unknown>;
  readonly second: Promise<Outcome>;
}

/**
 * Starts work in lanes beside each other. In each the second part begins when its own first one has
 * ended, however it ended, and does not wait for other lanes. Whatever is thrown is a failure.
 */
export function startLanes(options: {
  readonly count: number;
  readonly first: (lane: number) => Promise<Outcome>;
  readonly second: (lane: number) => Promise<Outcome>;
}): Lanes {
  const counted = (part: 'first' | 'second', lane: number): Promise<Outcome> =>
    options[part](lane).catch((error: unknown) => failure(`lane ${lane + 1}`, messageOf(error)));
  const first = Array.from({ length: options.count }, (_, lane) => counted('first', lane));
  const second = first.map((before, lane) => before.then(() => counted('second', lane)));
  return {
    first: Promise.all(first).then(sum),
    secondBegins: Promise.race(first),
    second: Promise.all(second).then(sum),
  };
}
