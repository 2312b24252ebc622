import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@plumbline/observability';
import { standingEveryMs } from './limits.ts';

export interface ReadRegularlyOptions<T> {
  readonly read: () => Promise<T>;
  /** For the log: "alerts that stand". */
  readonly what: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly everyMs?: number | undefined;
}

/** What is read again and again for the metrics, which are asked for whenever Prometheus likes. */
export interface RegularRead<T> {
  /** What was read last, however long ago that is; `null` before the first time. */
  newest(): { readonly value: T; readonly atMs: number } | null;
  close(): Promise<void>;
}

/** A read that fails is said once, and tried again at the next turn, for ever. */
export function readRegularly<T>(options: ReadRegularlyOptions<T>): RegularRead<T> {
  const { logger, nowMs, everyMs = standingEveryMs } = options;
  const stopping = new AbortController();
  let newest: { readonly value: T; readonly atMs: number } | null = null;
  let isAway = false;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const value = await options.read();
        newest = { value, atMs: nowMs() };
        isAway = false;
      } catch (error) {
        if (!isAway) logger.warn(`${options.what} cannot be counted`, { error });
        isAway = true;
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const finished = run();
  return {
    newest: () => newest,
    async close() {
      stopping.abort();
      await finished;
    },
  };
}
