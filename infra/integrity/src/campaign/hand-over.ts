import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '@plumbline/local';
import type { Violation } from '../checks/violation.ts';
import { violation } from '../checks/violation.ts';
import { fillOrders } from '../world/fill-orders.ts';
import { startRun } from '../world/run.ts';
import { lagOf, runningTasks } from '../world/tasks.ts';
import type { World } from '../world/world.ts';
import { openWorld, partitions, until } from '../world/world.ts';

const handOverBoundMs = 2_000;
/** Session 6 s, a heartbeat, and the restore of its half. */
const takeoverBoundMs = 8_000;
/** On a machine that runs other work as well; what was measured is printed. */
const marginMs = 2_000;
const handOvers = 4;

/** What was measured with so many orders as state, as the ledger keeps it. */
export interface HandedOver {
  readonly keys: number;
  /** From SIGTERM to the moment when the other instance runs every task. */
  readonly handedOverMs: readonly number[];
  /** The same from SIGKILL. */
  readonly tookOverMs: number;
  readonly violations: readonly Violation[];
}

/**
 * A stopped process hands its tasks over within 2 s, and a killed one's are taken over within 8 s,
 * under load, with so many orders as state.
 */
export async function handOver(keys: number, report: (line: string) => void): Promise<HandedOver> {
  report(`hand-over and takeover with ${keys} orders as state …`);
  const world = await openWorld({
    processes: ['orders', 'payments', 'checkout'],
    twice: ['orders'],
  });
  await fillOrders({ ...world, partitions, keys });
  const run = startRun({ world });
  try {
    const { handedOverMs, tookOverMs } = await measure(world);
    report(`handed over after ms: ${handedOverMs.join(', ')}; taken over after ${tookOverMs} ms`);
    const { violations } = await run.finish('log');
    return {
      ...{ keys, handedOverMs, tookOverMs },
      violations: [...tooLate(handedOverMs, tookOverMs), ...violations],
    };
  } finally {
    await run.close();
    await world.close();
  }
}

function tooLate(handedOverMs: readonly number[], tookOverMs: number): readonly Violation[] {
  const sorted = [...handedOverMs].sort((one, other) => one - other);
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const longest = sorted.at(-1) ?? 0;
  const found: Violation[] = [];
  if (median >= handOverBoundMs || longest >= handOverBoundMs + marginMs)
    found.push(violation('I13', `handed over after ${sorted.join(', ')} ms`));
  if (tookOverMs >= takeoverBoundMs + marginMs)
    found.push(violation('I13', `taken over after ${tookOverMs} ms`));
  return found;
}

const shareOf = (platform: Platform) => runningTasks(platform.url('orders'), 'orders');

/** Time from the signal to the moment when the other instance runs every task. */
async function untilAllAt(other: Platform, beginMs: number): Promise<number> {
  while ((await shareOf(other)).length < partitions) {
    if (performance.now() - beginMs > 60_000) throw new Error('nobody takes over');
    await sleep(20);
  }
  return performance.now() - beginMs;
}

const shared = (platforms: readonly Platform[]) =>
  until(
    'both have a share',
    async () => {
      const shares = await Promise.all(platforms.map(shareOf));
      return shares.every(({ length }) => length === partitions / 2);
    },
    60_000,
  );

/** Under way from the clients; anything above is a backlog, under which a hand-over takes longer. */
const underWayMax = 50;

const caughtUp = (platforms: readonly Platform[]) =>
  until(
    'the read models have caught up',
    async () => {
      const lags = await Promise.all(platforms.map((platform) => lagOf(platform.url('orders'))));
      return lags.every((records) => records <= underWayMax);
    },
    120_000,
  );

async function measure(world: World) {
  const [first, second] = world.platforms;
  if (first === undefined || second === undefined) throw new Error('two instances are needed');
  await caughtUp([first, second]);
  const handedOverMs: number[] = [];
  for (let round = 0; round < handOvers; round += 1) {
    await shared([first, second]);
    const [leaves, stays] = round % 2 === 0 ? [first, second] : [second, first];
    // Not back before the other has everything: then there would be nothing to see.
    leaves.process('orders').setAutoRestart(false);
    const begin = performance.now();
    leaves.kill('orders', 'SIGTERM');
    handedOverMs.push(Math.round(await untilAllAt(stays, begin)));
    leaves.process('orders').setAutoRestart(true);
    await leaves.ready('orders');
  }
  await shared([first, second]);
  const begin = performance.now();
  first.process('orders').setAutoRestart(false);
  first.kill('orders', 'SIGKILL');
  const tookOverMs = Math.round(await untilAllAt(second, begin));
  first.process('orders').setAutoRestart(true);
  await first.ready('orders');
  return { handedOverMs, tookOverMs };
}
