import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '@plumbline/local';
import { pauseMs, warmUp } from '../limits.ts';
import type { CallName, LoadResult } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import { openBenchPlatform } from './open-bench-platform.ts';

export interface LatencyResult extends LoadResult {
  readonly part: 'latency';
  readonly call: CallName;
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Command latency through HTTP: from the moment a request is due to its answer, which is the decision
 * as it stands in the log. First the orders of a rate, then their payments.
 */
export async function measureLatency(options: {
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly report: Report;
  readonly signal: AbortSignal;
  onResult(result: LatencyResult): void;
}): Promise<void> {
  const { rates, seconds, report, signal } = options;
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    const opened = await openBenchPlatform({ home, report, signal });
    try {
      const calls: readonly (readonly [CallName, string])[] = [
        ['POST /orders', `${opened.platform.url('orders')}/orders`],
        ['POST /payments', `${opened.platform.url('payments')}/payments`],
      ];
      for (const [call, url] of calls)
        await runLoad({ call, urls: [url], prefix: 'warm', ...warmUp }, signal);
      for (const perSecond of rates)
        for (const [call, url] of calls) {
          await sleep(pauseMs, undefined, { signal });
          report(`${call} at ${perSecond}/s for ${seconds} s`);
          const job = { call, urls: [url], perSecond, seconds, prefix: `bench-${perSecond}` };
          const result = await runLoad(job, signal);
          options.onResult({ part: 'latency', call, perSecond, seconds, ...result });
        }
    } finally {
      await opened.close();
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}
