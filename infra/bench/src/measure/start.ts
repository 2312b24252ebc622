import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@plumbline/local';
import { payOneOrder } from './first-order.ts';
import { openBenchPlatform } from './open-bench-platform.ts';

export interface StartResult {
  readonly part: 'start';
  /** `warm`: files fetched, data there. `cold`: nothing there, servers are downloaded. */
  readonly kind: 'warm' | 'cold';
  /** From nothing running to every process ready. */
  readonly readyMs: number;
  /** From nothing running to the first order that shows PAID. */
  readonly firstPaidMs: number;
}

export interface StartOptions {
  readonly report: Report;
  readonly signal: AbortSignal;
  onResult(result: StartResult): void;
}

/** Starts again and again in one folder whose data is there. */
export async function measureWarmStarts(options: StartOptions, times: number): Promise<void> {
  await inFolder(async (home) => {
    options.report('Preparing the data of a first run');
    await startOnce(options, { home, kind: 'warm' });
    for (let time = 1; time <= times; time += 1) {
      options.report(`Warm start ${time} of ${times}`);
      options.onResult(await startOnce(options, { home, kind: 'warm' }));
    }
  });
}

/** Once, with an empty folder, an empty cache of servers and an empty local repository of Maven. */
export async function measureColdStart(options: StartOptions): Promise<void> {
  await inFolder(async (folder) => {
    const before = process.env['MAVEN_OPTS'];
    process.env['MAVEN_OPTS'] = `${before ?? ''} -Dmaven.repo.local=${join(folder, 'maven')}`;
    try {
      options.report('Cold start: downloads the servers');
      const cacheFolder = join(folder, 'cache');
      const home = join(folder, 'home');
      options.onResult(await startOnce(options, { home, kind: 'cold', cacheFolder }));
    } finally {
      if (before === undefined) delete process.env['MAVEN_OPTS'];
      else process.env['MAVEN_OPTS'] = before;
    }
  });
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function startOnce(
  { report, signal }: StartOptions,
  start: {
    readonly home: string;
    readonly kind: StartResult['kind'];
    readonly cacheFolder?: string;
  },
): Promise<StartResult> {
  const { kind, ...where } = start;
  const begin = performance.now();
  const opened = await openBenchPlatform({ ...where, report, signal });
  try {
    const readyMs = performance.now() - begin;
    await payOneOrder(opened.platform, signal);
    return { part: 'start', kind, readyMs, firstPaidMs: performance.now() - begin };
  } finally {
    await opened.close();
  }
}
