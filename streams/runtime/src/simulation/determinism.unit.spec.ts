import { describe, expect, it } from 'vitest';
import { openDoorWorld } from './testing/door-world.ts';
import { calm, randomPlan, stormy, type FaultPlan } from './fault-plan.ts';
import { createRandom } from './random.ts';
import { createSimulation } from './simulation.ts';

/** Twelve doors under faults for 15 s, then healed and run until every command is answered. */
async function visited(seed: number, faults: FaultPlan) {
  const world = await openDoorWorld({ seed, faults });
  world.visit(12, 12_000);
  await world.sim.run({ untilMs: world.sim.nowMs() + 15_000, limitMs: 20_000 });
  world.sim.heal();
  await world.sim.run({ until: () => world.isDone(), limitMs: 120_000 });
  return world;
}

describe('a seed', () => {
  it('gives the same history again, whatever ran in between', async () => {
    const first = await visited(7, stormy);
    await visited(8, stormy);
    const again = await visited(7, stormy);
    expect(again.sim.hash()).toBe(first.sim.hash());
    expect(again.sim.trace).toEqual(first.sim.trace);
    expect([...again.sim.sometimes]).toEqual([...first.sim.sometimes]);
    expect(again.sim.steps).toBe(first.sim.steps);
  });

  it('gives another history than another seed', async () => {
    const hashes = [];
    for (const seed of [1, 2, 3]) hashes.push((await visited(seed, calm)).sim.hash());
    expect(new Set(hashes).size).toBe(3);
  });

  it('puts everything that happens into its hash', async () => {
    const hashOf = async (value: string | null): Promise<string> => {
      const sim = createSimulation({
        ...{ seed: 1, faults: calm, topics: [{ name: 'a', partitions: 1 }] },
      });
      const record = { topic: 'a', partition: 0, key: null, headers: {} };
      sim.after(1, () => {
        if (value !== null) sim.broker.appendRaw({ ...record, value: Buffer.from(value) });
      });
      await sim.run({ limitMs: 10 });
      return sim.hash();
    };
    expect(await hashOf('one')).toBe(await hashOf('one'));
    expect(await hashOf('one')).not.toBe(await hashOf('two'));
    expect(await hashOf('one')).not.toBe(await hashOf(null));
  });
});

describe('the production runtime in a storm', () => {
  it('answers every command with its one decision, and writes its events once', async () => {
    for (let seed = 100; seed < 112; seed += 1) {
      const world = await visited(seed, seed % 2 === 0 ? stormy : randomPlan(seed));
      const answers = new Map<string, string>();
      for (const { commandId, status } of world.outcomes()) {
        expect(answers.get(commandId) ?? status, `seed ${seed}, ${commandId}`).toBe(status);
        answers.set(commandId, status);
      }
      expect([...answers.keys()].sort()).toEqual([...world.asked].sort());
      const accepted = [...answers.values()].filter((status) => status === 'ACCEPTED');
      expect(world.eventCount(), `seed ${seed}`).toBe(accepted.length);
    }
  }, 30_000);
});

describe('a run', () => {
  const empty = () => createSimulation({ seed: 3, topics: [], faults: calm });

  it('fails with its seed and its trace when what was waited for does not come', async () => {
    const sim = empty();
    const tick = (): void => {
      sim.note('still here');
      sim.after(100, tick);
    };
    tick();
    const running = sim.run({ until: () => false, limitMs: 1_000 });
    await expect(running).rejects.toThrow(/Not reached within 1000 ms[^]*seed 3[^]*still here/);
  });

  it('says so when nothing is left to happen', async () => {
    const sim = empty();
    sim.process('waits for ever', () => new Promise(() => undefined)).start();
    const running = sim.run({ until: () => false, limitMs: 1_000 });
    await expect(running).rejects.toThrow(/deadlock[^]*waits for ever starting/);
  });

  it('fails with what a step throws, and with what a process could not start for', async () => {
    const sim = empty();
    sim.after(5, () => Promise.reject(new Error('a checker saw red')));
    await expect(sim.run({ limitMs: 10 })).rejects.toThrow('a checker saw red');
    const other = empty();
    other.process('broken', () => Promise.reject(new Error('no such topic'))).start();
    await expect(other.run({ limitMs: 10 })).rejects.toThrow('no such topic');
  });

  it('takes what is due together in an order that the seed draws', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 40; seed += 1) {
      const sim = createSimulation({ seed, topics: [], faults: calm });
      const order: number[] = [];
      for (const each of [1, 2, 3]) sim.after(10, () => void order.push(each));
      await sim.run({ limitMs: 20 });
      orders.add(order.join());
    }
    expect(orders.size).toBe(6);
  });
});

describe('draws', () => {
  it('of a fork depend on the seed and its name, not on what others drew', () => {
    const [one, other] = [createRandom(5), createRandom(5)];
    for (let draw = 0; draw < 100; draw += 1) other.real();
    expect(one.fork('x').real()).toBe(other.fork('x').real());
    expect(one.fork('x').real()).not.toBe(one.fork('y').real());
    expect(one.fork('x').real()).not.toBe(createRandom(6).fork('x').real());
  });

  it('are spread evenly, and stay in their bounds', () => {
    const random = createRandom(9);
    const drawn = Array.from({ length: 40_000 }, () => random.int(4));
    for (const each of [0, 1, 2, 3]) {
      const count = drawn.filter((one) => one === each).length;
      expect(Math.abs(count - 10_000)).toBeLessThan(500);
    }
    const skewed = Array.from({ length: 1_000 }, () => random.skewed(1, 1_000));
    expect(Math.min(...skewed)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...skewed)).toBeLessThan(1_000);
    expect(skewed.filter((each) => each < 31.6).length).toBeGreaterThan(400);
    expect([...random.shuffle([1, 2, 3, 4])].sort()).toEqual([1, 2, 3, 4]);
    expect(random.chance(0)).toBe(false);
  });

  it('of plans are calm a quarter of the time, and never the same subset always', () => {
    const plans = Array.from({ length: 400 }, (_, seed) => randomPlan(seed));
    const calmOnes = plans.filter(({ name }) => name === 'calm').length;
    expect(calmOnes).toBeGreaterThan(70);
    expect(calmOnes).toBeLessThan(130);
    const subsets = plans.map((plan) =>
      Object.entries(plan)
        .filter(([, value]) => value === 0)
        .map(([name]) => name)
        .join(),
    );
    expect(new Set(subsets).size).toBeGreaterThan(100);
  });
});
