/** Wakes whoever waits for something to happen; what happened while nobody waited is not lost. */
export interface Pulse {
  beat(): void;
  /** Resolves at the next beat, at once after one that nobody waited for, or when aborted. */
  next(signal: AbortSignal): Promise<void>;
}

/** For one who waits. */
export function createPulse(): Pulse {
  let hasBeaten = false;
  let wake: (() => void) | null = null;
  return {
    beat() {
      hasBeaten = true;
      wake?.();
    },
    async next(signal) {
      if (!hasBeaten && !signal.aborted)
        await new Promise<void>((resolve) => {
          const done = (): void => {
            signal.removeEventListener('abort', done);
            resolve();
          };
          wake = done;
          signal.addEventListener('abort', done);
        });
      wake = null;
      hasBeaten = false;
    },
  };
}
