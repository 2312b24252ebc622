import type { Ref, ShallowRef } from 'vue';
import { onScopeDispose, ref, shallowRef } from 'vue';
import type { ApiProblem } from '../api/problem.ts';
import { passes, problemOf } from '../api/problem.ts';
import { retryMaxMs, retryMinMs } from '../limits.ts';

/** Something that is read, and read again; the last value stays while nothing newer is there. */
export interface Loaded<T> {
  readonly value: ShallowRef<T | null>;
  readonly problem: ShallowRef<ApiProblem | null>;
  readonly isLoading: Ref<boolean>;
  /** Reads now; while a read is under way, once more after it, so that none shows what was before. */
  reload(): Promise<void>;
}

export interface LoadOptions {
  /** Below 1. */
  readonly random?: () => number;
}

/**
 * Reads at once, and again by itself while what is needed is away: after 1 s, doubled up to 15, and
 * as soon as the browser is online again. Ends with the component.
 */
export function useLoad<T>(read: () => Promise<T>, options: LoadOptions = {}): Loaded<T> {
  const { random = Math.random } = options;
  const value = shallowRef<T | null>(null);
  const problem = shallowRef<ApiProblem | null>(null);
  const isLoading = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under: Promise<void> | null = null;
  let again = false;
  let failures = 0;
  let isOver = false;

  async function once(): Promise<void> {
    try {
      value.value = await read();
      problem.value = null;
      failures = 0;
    } catch (error) {
      problem.value = problemOf(error);
      if (passes(problem.value)) retryLater();
    }
  }

  function retryLater(): void {
    if (isOver) return;
    const most = Math.min(retryMaxMs, retryMinMs * 2 ** failures);
    failures += 1;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), most * (1 - random() / 2));
  }

  async function run(): Promise<void> {
    isLoading.value = true;
    clearTimeout(timer);
    await once();
    under = null;
    isLoading.value = false;
    if (again) await reload();
  }

  function reload(): Promise<void> {
    again = under !== null && !isOver;
    under ??= run();
    return under;
  }

  const onOnline = (): void => void (problem.value !== null && reload());
  window.addEventListener('online', onOnline);
  onScopeDispose(() => {
    isOver = true;
    clearTimeout(timer);
    window.removeEventListener('online', onOnline);
  });
  void reload();
  return { value, problem, isLoading, reload };
}
