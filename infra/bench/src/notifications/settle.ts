import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrived } from './arrived.ts';
import { sinkPollMs } from './limits.ts';
import type { Sink } from './run-sink.ts';

/** Keeps taking in what arrives at the sink. */
export interface Collecting {
  /** Waits until so many have been delivered, or nothing has come for so long. */
  until(deliveries: number, patienceMs: number): Promise<void>;
  stop(): Promise<void>;
}

export function collect(sink: Sink, arrived: Arrived, signal: AbortSignal): Collecting {
  const ending = new AbortController();
  let newestMs = performance.now();
  const take = async () => {
    const arrivals = await sink.arrivals();
    if (arrivals.length > 0) newestMs = performance.now();
    arrived.take(arrivals);
  };
  const running = (async () => {
    while (!ending.signal.aborted) {
      await take();
      await sleep(sinkPollMs, undefined, { signal });
    }
  })();
  // Seen by whoever waits.
  running.catch(() => undefined);
  return {
    async until(deliveries, patienceMs) {
      newestMs = performance.now();
      const isOver = () =>
        arrived.delivered() >= deliveries || performance.now() - newestMs > patienceMs;
      while (!isOver()) await Promise.race([sleep(sinkPollMs, undefined, { signal }), running]);
    },
    async stop() {
      ending.abort();
      await running;
      await take();
    },
  };
}
