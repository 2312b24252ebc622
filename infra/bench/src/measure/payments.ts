import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@plumbline/local';
import { flowTailMs, pauseMs, warmUp } from '../limits.ts';
import type { LoadResult } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import { percentile } from '../load/summarise.ts';
import { cpuOf } from './cores.ts';
import type { Measuring } from './measuring.ts';
import { openBenchPlatform } from './open-bench-platform.ts';
import type { PaymentProgram } from './payment-programs.ts';
import { openOurs, openOursTwice, openPlain } from './payment-programs.ts';
import { watchFinished } from './watch-finished.ts';

/** Payments of contract 1 from their creation to a row that says SUCCESS. */
export interface PaymentsResult extends LoadResult {
  readonly part: 'payments';
  readonly program: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Flows that were seen to end, in all and before the load ended. */
  readonly finished: number;
  readonly finishedPerSecond: number;
  /** From the moment a creation was due until its row was seen to say SUCCESS, ms. */
  readonly flowP50Ms: number | null;
  readonly flowP99Ms: number | null;
  /** Processor time while the load ran, s, over its seconds: of the program and of the servers. */
  readonly cores: Readonly<Record<string, number>>;
}

/**
 * Full flows: a creation through HTTP, the gateway told, the payer pays at once, the gateway's
 * callback, the payment succeeded, the read model. Ours with one process and with two, and contract 1
 * as it is mostly written, at the same rates, one after the other, beside the same servers, the same
 * simulated gateway and the same load.
 */
export async function measurePayments(
  options: Measuring & { readonly rates: readonly number[]; readonly seconds: number },
): Promise<void> {
  const { report, signal, rates, seconds } = options;
  const home = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    const opened = await openBenchPlatform({ home, report, signal, processes: [] });
    try {
      const { stack } = opened;
      for (const open of [openOurs, openOursTwice, openPlain]) {
        const program = await open({ stack, home, report, signal });
        try {
          await runLoad(
            { ...jobFor(program), prefix: `warm-${program.prefix}`, ...warmUp },
            signal,
          );
          for (const perSecond of rates) {
            await sleep(pauseMs, undefined, { signal });
            report(`${program.name}: ${perSecond} payments a second for ${seconds} s`);
            options.onResult(await measureRate({ stack, program, perSecond, seconds, signal }));
          }
        } finally {
          await program.close();
        }
      }
    } finally {
      await opened.close();
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const jobFor = ({ urls }: PaymentProgram) => ({
  call: 'POST /payments' as const,
  urls: urls.map((url) => `${url}/payments`),
});

async function measureRate(of: {
  readonly stack: Stack;
  readonly program: PaymentProgram;
  readonly perSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}): Promise<PaymentsResult> {
  const { stack, program, perSecond, seconds, signal } = of;
  const prefix = `${program.prefix}-${perSecond}`;
  const pids = {
    ...program.pids(),
    ...{ kafka: stack.pid('kafka'), postgres: stack.pid('postgres'), redis: stack.pid('redis') },
  };
  const before = await cpuOf(pids);
  const watching = watchFinished({ program, prefix, postgresUrl: stack.postgresUrl });
  const load = await runLoad({ ...jobFor(program), prefix, perSecond, seconds }, signal);
  const endMs = Date.now();
  const after = await cpuOf(pids);
  const seen = await watching.end({ expected: load.succeeded, patienceMs: flowTailMs });
  const latencies = [...seen]
    .map(([index, atMs]) => atMs - (load.beganAtMs + (index * 1_000) / perSecond))
    .sort((a, b) => a - b);
  const inTime = [...seen.values()].filter((atMs) => atMs <= endMs).length;
  return {
    ...{ part: 'payments', program: program.name, perSecond, seconds, ...load },
    finished: seen.size,
    finishedPerSecond: (inTime * 1_000) / (endMs - load.beganAtMs),
    flowP50Ms: percentile(latencies, 50),
    flowP99Ms: percentile(latencies, 99),
    cores: Object.fromEntries(
      Object.keys(pids).map((name) => [
        name,
        (((after[name] ?? 0) - (before[name] ?? 0)) * 1_000) / (endMs - load.beganAtMs),
      ]),
    ),
  };
}
