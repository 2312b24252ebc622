import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform, ProcessName } from '@plumbline/local';
import { portRecord } from '@plumbline/local';
import type { Violation } from '../checks/violation.ts';
import { startRun } from '../world/run.ts';
import type { World } from '../world/world.ts';
import { openWorld, until } from '../world/world.ts';
import type { VersionBefore } from './version-before.ts';

export interface Rolled {
  readonly from: string;
  readonly paid: number;
  readonly violations: readonly Violation[];
  /** Why calls failed; null when none did. */
  readonly failed: string | null;
}

const twice: readonly ProcessName[] = ['orders', 'payments', 'checkout', 'consistency-alerts'];
/** Longer than the balancer needs to notice. */
const drainMs = 1_500;
const sideBySideMs = 5_000;

/** Replaces the version before by this one, process by process, while clients repeat nothing. */
export async function rollVersion(
  before: VersionBefore,
  report: (line: string) => void,
): Promise<Rolled> {
  const env = { PLUMBLINE_DRAIN_MS: String(drainMs) };
  const world = await openWorld({ twice, env, root: before.folder });
  const run = startRun({ world, repeats: false });
  try {
    await until('it runs', () => run.load.paid.length > 20, 60_000);
    for (const platform of [...world.platforms]) {
      for (const name of platform.names) {
        report(`${name}: ${before.commit} stops, the present version starts`);
        await replace(world, platform, name, { ...run.targets, drains: before.drains });
      }
      await sleep(sideBySideMs);
    }
    const { paid, violations } = await run.finish();
    return { from: before.commit, paid, violations, failed: null };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return { from: before.commit, paid: run.load.paid.length, violations: [], failed };
  } finally {
    await run.close();
    await world.close();
  }
}

async function replace(
  world: World,
  platform: Platform,
  name: ProcessName,
  balancer: { setOut(url: string, out: boolean): void; readonly drains: boolean },
): Promise<void> {
  const url = platform.url(name);
  // What does not drain by itself is taken out by hand, as an operator would.
  if (!balancer.drains) balancer.setOut(url, true);
  if (!balancer.drains) await sleep(drainMs);
  await platform.process(name).stop();
  const port = Number(new URL(url).port);
  const ports = portRecord(() => port);
  const added = await world.addPlatform({ processes: [name], ports });
  await added.ready();
  balancer.setOut(url, false);
}
