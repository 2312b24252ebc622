import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { runTopology } from '@plumbline/runtime';
import type { SimProcess, Simulation } from '@plumbline/runtime/simulation';
import { createRandom, createSimulation } from '@plumbline/runtime/simulation';
import * as limits from './limits.ts';
import type { Outage } from './outages.ts';
import { troubleOf } from './outages.ts';
import type { Seen } from './run-world.ts';
import {
  alertTopic,
  codecOfRuns,
  partitions,
  recordOf,
  replayDifferences,
  saidIn,
  toldIn,
  topicNames,
} from './run-world.ts';
import type { TrueWorld } from './world.ts';

/**
 * Runs the production topology as processes run it, in virtual time: it fetches, commits and restores
 * over the simulated network. Every alert has the broker time at which it could be read.
 */
export async function runLive(world: TrueWorld): Promise<Seen> {
  const { seed, beganMs } = world;
  const codec = await codecOfRuns();
  const trouble = troubleOf(world, createRandom(seed).fork('trouble'));
  const simulation = createSimulation({
    ...{ seed, faults: trouble.plan, startMs: beganMs },
    topics: topicNames.map((name) => ({ name, partitions })),
  });
  const processes = ['first', 'second'].map((name) =>
    simulation.process(name, ({ log, clock, localStores, logger }) =>
      runTopology({
        ...{ topology: consistencyAlerts, log, codec, logger, partitions, clock, localStores },
      }),
    ),
  );
  for (const told of toldIn(world)) {
    simulation.at(told.atMs, () => void simulation.broker.appendRaw(recordOf(codec, told)));
  }
  const isCalm = trouble.outages.length === 0 && world.kind === 'calm';
  start(simulation, isCalm ? processes.slice(0, 1) : processes, trouble.outages);
  for (const outage of trouble.outages) bringAbout(simulation, processes, outage);
  await passTo(simulation, trouble.healedMs);
  if (world.kind === 'storm') simulation.heal();
  const last = Math.max(world.untilMs, ...trouble.held.map(({ untilMs }) => untilMs));
  await passTo(simulation, last + limits.quietMs);
  const { broker } = simulation;
  const untilMs = simulation.nowMs();
  return {
    said: saidIn(codec, broker.topicRecords(alertTopic)),
    held: trouble.held,
    differences: await replayDifferences({ codec, untilMs, log: broker }),
    virtualMs: untilMs - beganMs,
  };
}

function start(
  simulation: Simulation,
  processes: readonly SimProcess[],
  outages: readonly Outage[],
): void {
  const late = outages.find(({ kind }) => kind === 'late');
  for (const process of processes) {
    if (late === undefined) process.start();
    else simulation.at(late.atMs + late.forMs, () => process.start());
  }
}

function bringAbout(
  simulation: Simulation,
  processes: readonly SimProcess[],
  { kind, atMs, forMs }: Outage,
): void {
  const random = simulation.random.fork(`outage/${atMs}`);
  const endMs = atMs + forMs;
  const process = random.pick(processes);
  switch (kind) {
    case 'late':
      return;
    case 'broker':
      simulation.at(atMs, () => simulation.takeBrokerDown(forMs));
      return;
    case 'frozen':
      simulation.at(atMs, () => process.freeze(forMs));
      return;
    case 'killed':
      simulation.at(atMs, () => {
        if (process.state === 'down') return;
        process.crash();
        simulation.at(endMs, () => process.start());
      });
      return;
    case 'stopped':
      simulation.at(atMs, async () => {
        if (process.state === 'down') return;
        await process.stop();
        simulation.at(Math.max(simulation.nowMs(), endMs), () => process.start());
      });
  }
}

async function passTo(simulation: Simulation, untilMs: number): Promise<void> {
  const leftMs = untilMs - simulation.nowMs();
  if (leftMs > 0) await simulation.run({ untilMs, limitMs: leftMs + 60_000 });
}
