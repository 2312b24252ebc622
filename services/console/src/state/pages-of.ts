import { ref, shallowRef } from 'vue';
import type { PageOf } from '../api/calls.ts';
import type { ApiProblem } from '../api/problem.ts';
import { problemOf } from '../api/problem.ts';
import type { Loaded } from './load.ts';
import { useLoad } from './load.ts';

/** A list that begins with its newest page and goes on when it is asked to. */
export interface PagedList<T> extends Loaded<PageOf<T>> {
  readonly moreProblem: ReturnType<typeof shallowRef<ApiProblem | null>>;
  more(): Promise<void>;
}

/** Read again, a list is as long as it had become: so many pages are read, one after the other. */
export function usePages<T>(read: (cursor?: string) => Promise<PageOf<T>>): PagedList<T> {
  const pages = ref(1);
  const moreProblem = shallowRef<ApiProblem | null>(null);

  const loaded = useLoad(async () => {
    let list = await read();
    for (let at = 1; at < pages.value && list.nextCursor !== null; at += 1)
      list = joined(list, await read(list.nextCursor));
    return list;
  });

  async function more(): Promise<void> {
    const before = loaded.value.value;
    if (before === null || before.nextCursor === null) return;
    try {
      const next = await read(before.nextCursor);
      // Read anew meanwhile: what was asked for belongs to a list that is shown no more.
      if (loaded.value.value !== before) return;
      loaded.value.value = joined(before, next);
      pages.value += 1;
      moreProblem.value = null;
    } catch (error) {
      moreProblem.value = problemOf(error);
    }
  }

  return { ...loaded, moreProblem, more };
}

const joined = <T>(list: PageOf<T>, next: PageOf<T>): PageOf<T> => ({
  rows: [...list.rows, ...next.rows],
  nextCursor: next.nextCursor,
});
