import { Unavailable } from '../errors.ts';

/** Sleeps; ends early, without an error, when the signal is given. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Waits that double from `firstMs` to `mostMs`, until the whole has taken `totalMs`. */
export interface Patience {
  readonly firstMs: number;
  readonly mostMs: number;
  readonly totalMs: number;
}

/**
 * Runs until it brings something other than an {@link Unavailable}. The last one is thrown when
 * patience ends or the signal is given.
 */
export async function withPatience<T>(
  run: () => Promise<T>,
  patience: Patience,
  signal: AbortSignal,
): Promise<T> {
  const until = performance.now() + patience.totalMs;
  for (let waitMs = patience.firstMs; ; waitMs = Math.min(waitMs * 2, patience.mostMs)) {
    try {
      return await run();
    } catch (error) {
      const over = performance.now() + waitMs >= until || signal.aborted;
      if (!(error instanceof Unavailable) || over) throw error;
    }
    await sleep(waitMs, signal);
  }
}
