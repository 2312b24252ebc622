import type { Violation } from '../checks/violation.ts';
import { openBalancer } from './balancer.ts';
import type { Load, LoadOptions, Targets } from './load.ts';
import { startLoad } from './load.ts';
import { moneyViolations } from './money-verdict.ts';
import type { ResultReader } from './result-reader.ts';
import { openResultReader } from './result-reader.ts';
import { verdictOf } from './verdict.ts';
import { storyOf } from './story.ts';
import type { Watcher } from './watcher.ts';
import { openWatcher } from './watcher.ts';
import type { World } from './world.ts';
import { partitions, until } from './world.ts';

/** A world with careful clients at work and a committed reader that checks all the while. */
export interface Run {
  readonly world: World;
  readonly load: Load;
  readonly targets: BalancedTargets;
  readonly watcher: Watcher;
  /** A merchant's consumer; null where there are no gateways. */
  readonly results: ResultReader | null;
  /** Checks of what only shows once everything has settled; `finish` makes them. */
  readonly later: (() => Promise<readonly Violation[]>)[];
  /**
   * Waits until every paid order shows it and nothing is open at a gateway that has no fault, then checks everything: what the reader saw, the whole
   * log, the read models against it, and a replay against the alerts.
   * `log`: only what the reader saw and the log; for runs whose read models would take minutes.
   */
  finish(checks?: 'all' | 'log'): Promise<Finished>;
  close(): Promise<void>;
}

export interface Finished {
  readonly violations: readonly Violation[];
  readonly paid: number;
  readonly records: number;
  readonly longestHalfMs: number;
  /** From the last answer to the moment when nothing lagged behind. */
  readonly drainedMs: number;
}

/** I13: once the faults are over. A session, a restart and a restore, several times over. */
const drainedWithinMs = 90_000;

/**
 * A worker that was killed is given up after the deadline of its call, 31 s, and 20 s. Then its gateway
 * is asked after 2, 5, 15 and 60 s, and what it has never heard of is sent again: 133 s, and as long
 * again with another answer that says nothing.
 */
const settledWithinMs = 270_000;

export interface RunOptions extends Partial<LoadOptions> {
  /** Errors of the load are told by `finish`. */
  readonly world: World;
}

export interface BalancedTargets extends Targets {
  /** Takes an instance out by hand, or puts it back. */
  setOut(url: string, out: boolean): void;
  close(): void;
}

/** Over all instances of a process, those that are ready. */
export function balancedTargets({ platforms }: World): BalancedTargets {
  const balancerOf = (name: 'orders' | 'payments') =>
    openBalancer(() => platforms.filter((p) => p.names.includes(name)).map((p) => p.url(name)));
  const orders = balancerOf('orders');
  const payments = balancerOf('payments');
  return {
    orders: () => orders.next(),
    payments: () => payments.next(),
    setOut(url, out) {
      orders.setOut(url, out);
      payments.setOut(url, out);
    },
    close() {
      orders.close();
      payments.close();
    },
  };
}

/** I13, with what a person needs to find out why. */
async function lagging(world: World, unpaid: readonly string[]): Promise<Violation> {
  const { platforms } = world;
  const states = await Promise.all(
    platforms.flatMap((platform, at) =>
      platform.names.map(async (name) => {
        const answer = await fetch(`${platform.url(name)}/readyz`).catch(() => null);
        return `${name} ${at + 1}: ${(await answer?.text()) ?? 'no answer'}`;
      }),
    ),
  );
  const some = unpaid.slice(0, 5).join(', ');
  const what = `${unpaid.length} paid orders do not show it after ${drainedWithinMs} ms (${some})`;
  const story = await storyOf(world, unpaid[0] ?? '');
  return { invariant: 'I13', what: [what, story, ...states].join('\n') };
}

/** I13: what is open at gateways that have no fault any more comes to its end. */
async function unsettled({ world, watcher, results }: Run): Promise<readonly Violation[]> {
  if (world.gateways === null || results === null) return [];
  await world.gateways.behave();
  const open = () => watcher.money.open((eventId) => results.has(eventId));
  const told = await until('all is settled', () => open().length === 0, settledWithinMs)
    .then(() => [])
    .catch(() => open());
  return told.map((what) => ({ invariant: 'I13', what: `${what} after ${settledWithinMs} ms` }));
}

export function startRun(options: RunOptions): Run {
  const { world } = options;
  const { log, codec, gateways } = world;
  const watcher = openWatcher({ log, codec, partitions });
  const targets = balancedTargets(world);
  const load = startLoad({
    ...{ everyMs: 125, buyersMax: 150, prefix: 'R', repeats: true, gateways },
    ...options,
    targets,
  });
  const results = gateways === null ? null : openResultReader(world.stack.redisUrl);
  const run: Run = {
    ...{ world, load, targets, watcher, results, later: [] },
    async finish(checks = 'all') {
      await load.stop();
      const begin = performance.now();
      const unpaid = () =>
        load.paid.filter((orderNo) => !watcher.watch.has('OrderPaid', `main/${orderNo}`));
      const drained = await until('lag is gone', () => unpaid().length === 0, drainedWithinMs)
        .then(() => [])
        .catch(async () => [await lagging(world, unpaid())]);
      const settled = await unsettled(run);
      const drainedMs = performance.now() - begin;
      const seen = await watcher.finish();
      const money = results === null ? [] : await moneyViolations(world, { load, results });
      const late: Violation[] = [];
      for (const check of run.later) late.push(...(await check()));
      const verdict = await verdictOf(world, load, checks);
      const violations = [...drained, ...settled, ...seen, ...money, ...late, ...verdict];
      const { records, longestHalfMs } = watcher.watch;
      return { violations, paid: load.paid.length, records, longestHalfMs, drainedMs };
    },
    async close() {
      await watcher.close();
      await results?.close();
      await load.stop().catch(() => undefined);
      targets.close();
    },
  };
  return run;
}
