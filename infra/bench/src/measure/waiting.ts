import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDelayLevels } from '@plumbline/events';
import type { Platform } from '@plumbline/local';
import { peakRssOf } from '../contenders/process-figures.ts';
import { calmMs } from '../limits.ts';
import type { Ballast } from '../notifications/ballast.ts';
import { writeBallast } from '../notifications/ballast.ts';
import { ballastLevel } from '../notifications/limits.ts';
import type { NotifiedOptions } from '../notifications/open-notified.ts';
import { openNotified } from '../notifications/open-notified.ts';
import { coresOf } from './cores.ts';

/** Memory of a process, MiB: before, with the records waiting, and the most that it ever had. */
export interface Resident {
  readonly before: number;
  readonly waiting: number;
  readonly peak: number | null;
}

/** What it costs that records wait in a delay topic. */
export interface WaitingResult extends Ballast {
  readonly part: 'waiting';
  readonly level: string;
  readonly delays: Resident;
  readonly notifications: Resident;
  /** Processor time while they wait and nothing else happens, in cores. */
  readonly cores: Readonly<Record<string, number>>;
}

export async function measureWaiting(
  options: NotifiedOptions & { readonly waiting: number },
): Promise<void> {
  const { report, signal, waiting: records } = options;
  const [levelMs = 0] = parseDelayLevels(ballastLevel);
  const notified = await openNotified(options, {
    ...{ endpoints: [{}], levelsMs: [levelMs], env: { PLUMBLINE_DELAY_LEVELS: ballastLevel } },
  });
  const { platform, stack } = notified;
  const calm = () => sleep(calmMs, undefined, { signal });
  const residentNow = async () => ({
    delays: await statusOf(platform, 'delays'),
    notifications: await statusOf(platform, 'notifications'),
  });
  try {
    await calm();
    const before = await residentNow();
    report(`${records} records begin to wait`);
    const ballast = await writeBallast(notified, { levelMs, records, report, signal });
    await calm();
    const cores = await coresOf(stack, platform);
    await calm();
    const took = await cores.since();
    const after = await residentNow();
    const residentOf = (name: 'delays' | 'notifications'): Resident => ({
      before: rssMiBOf(before[name]),
      waiting: rssMiBOf(after[name]),
      peak: peakRssOf(after[name]),
    });
    options.onResult({
      ...{ part: 'waiting', level: ballastLevel, ...ballast, cores: took },
      ...{ delays: residentOf('delays'), notifications: residentOf('notifications') },
    });
  } finally {
    await notified.close();
  }
}

const statusOf = (platform: Platform, name: 'delays' | 'notifications'): Promise<string> =>
  readFile(`/proc/${platform.process(name).pid() ?? 0}/status`, 'utf8');

const rssMiBOf = (status: string): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
