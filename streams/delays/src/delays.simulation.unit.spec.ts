import type { Processor, Topology } from '@plumbline/runtime';
import type { FaultPlan } from '@plumbline/runtime/simulation';
import { calm, randomPlan, stormy } from '@plumbline/runtime/simulation';
import { describe, expect, it } from 'vitest';
import type { DelayWorld } from './testing/delay-world.ts';
import { openDelayWorld, soundTopology } from './testing/delay-world.ts';

const commands = 30;

/** So many commands under faults for 80 s, then healed and run until each was sent on. */
async function waited(seed: number, faults: FaultPlan, topology?: Topology): Promise<DelayWorld> {
  const world = await openDelayWorld({ seed, faults, ...(topology ? { topology } : {}) });
  world.ask(commands, 40_000);
  await world.sim.run({ untilMs: world.sim.nowMs() + 80_000, limitMs: 90_000 });
  world.sim.heal();
  await world.sim.run({ until: () => world.isDone(), limitMs: 180_000 });
  return world;
}

const withProcessor = (change: (processor: Processor) => Processor): Topology => ({
  ...soundTopology,
  createProcessor: (task) => change(soundTopology.createProcessor(task)),
});

describe('two processes that send on what waits', () => {
  it('lose nothing, repeat nothing and are never early, in calm and in storms', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const plan = seed === 1 ? calm : seed % 2 === 0 ? stormy : randomPlan(seed);
      const world = await waited(seed, plan);
      expect(world.problems(), `seed ${seed}`).toEqual([]);
    }
  }, 60_000);

  it('repeat nothing when one dies in the moment in which it commits', async () => {
    const world = await openDelayWorld({ seed: 3, faults: calm });
    world.ask(commands, 2_000);
    const [first] = world.processes;
    // Whatever it is doing then: among the moments are those between sending on and commit.
    for (let atMs = 1_000; atMs < 4_000; atMs += 37) {
      world.sim.after(atMs, () => {
        first?.crash();
        world.sim.after(5, () => first?.start());
      });
    }
    await world.sim.run({ until: () => world.isDone(), limitMs: 180_000 });
    expect(world.problems()).toEqual([]);
  }, 30_000);
});

describe('the checker of this world', () => {
  it('sees what is sent on before it is due', async () => {
    const early: Topology = {
      ...soundTopology,
      inputs: soundTopology.inputs.map((input) =>
        input.kind === 'delays' ? { ...input, delayMs: input.delayMs - 500 } : input,
      ),
    };
    const [first = ''] = (await waited(5, calm, early)).problems();
    expect(first).toMatch(/was \d+ ms early/);
  }, 30_000);

  it('sees what is sent on twice', async () => {
    const twice = withProcessor((processor) => ({
      ...processor,
      onRecord: (record, context) => {
        processor.onRecord(record, context);
        processor.onRecord(record, context);
      },
    }));
    const [first = ''] = (await waited(5, calm, twice)).problems();
    expect(first).toMatch(/was sent on twice/);
  });

  it('sees what is not sent on, or has another key', async () => {
    let number = 0;
    const forgetful = withProcessor((processor) => ({
      ...processor,
      onRecord: (record, context) => {
        number += 1;
        if (number % 5 > 0) processor.onRecord(record, context);
      },
    }));
    const world = await openDelayWorld({ seed: 5, faults: calm, topology: forgetful });
    world.ask(commands, 10_000);
    await world.sim.run({ untilMs: world.sim.nowMs() + 80_000, limitMs: 90_000 });
    expect(world.problems().join()).toMatch(/was not sent on/);
  });
});
