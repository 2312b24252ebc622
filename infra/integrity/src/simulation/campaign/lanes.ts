/**
 * Does something with each of a list, in its order, with so many at a time. Gives what came of them in
 * the order of the list. After the signal nothing more is begun, and what a closed pool breaks off then
 * is left out and no error.
 */
export async function inLanes<T, R>(
  list: Iterable<T>,
  of: {
    readonly lanes: number;
    readonly signal: AbortSignal;
    run(each: T): Promise<R>;
  },
): Promise<readonly R[]> {
  const { lanes, signal } = of;
  const left = list[Symbol.iterator]();
  const done: { readonly at: number; readonly result: R }[] = [];
  let begun = 0;

  async function lane(): Promise<void> {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      if (signal.aborted) return;
      const at = begun;
      begun += 1;
      done.push({ at, result: await of.run(next.value) });
    }
  }

  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return done.sort((a, b) => a.at - b.at).map(({ result }) => result);
}
