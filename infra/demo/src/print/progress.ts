import { progressEveryMs } from '../limits.ts';

/** Lines about what goes on, each with the time since the start. */
export interface Progress {
  say(line: string): void;
  /** Repeats what `state` says now and then while the work goes on. */
  during<T>(title: string, state: () => string, work: Promise<T>): Promise<T>;
}

export function createProgress(write: (line: string) => void): Progress {
  const begin = performance.now();
  const say = (line: string) => {
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
    write(`[${seconds.padStart(6)} s] ${line}`);
  };
  return {
    say,
    during: async (title, state, work) => {
      say(title);
      const timer = setInterval(() => say(`  ${state()}`), progressEveryMs);
      try {
        return await work;
      } finally {
        clearInterval(timer);
      }
    },
  };
}
