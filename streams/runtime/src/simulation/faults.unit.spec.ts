import { expect, it } from 'vitest';
import { openDoorWorld } from './testing/door-world.ts';
import { calm, stormy, type FaultPlan } from './fault-plan.ts';

/** Each kind alone, what it must have brought about, and what stays true all the same. */
const kinds: readonly (readonly [string, Partial<FaultPlan>, readonly string[]])[] = [
  ['requestLost', { requestLost: 0.05 }, ['a commit was unclear and had not happened']],
  ['replyLost', { replyLost: 0.05 }, ['a commit was unclear and had happened']],
  [
    'requestLate',
    { requestLate: 0.08, lateMsMax: 4_000 },
    ['a late request met a newer owner', 'a commit came late and counted'],
  ],
  ['edgeRepeated', { edgeRepeated: 0.5 }, ['an edge record came twice']],
  ['markerSlow', { markerSlow: 0.5 }, ['a transactional id was busy with markers']],
  [
    'crashesPerMinute',
    { crashesPerMinute: 20 },
    ['a process was killed', 'a silent member lost its group'],
  ],
  ['restartsPerMinute', { restartsPerMinute: 20 }, ['a process was stopped and started']],
  [
    'freezesPerMinute',
    { freezesPerMinute: 20, freezeMsMax: 15_000 },
    ['a process was frozen', 'a silent member lost its group', 'a zombie was fenced'],
  ],
  [
    'partitionsPerMinute',
    { partitionsPerMinute: 20 },
    [
      'a process was cut off, both ways',
      'a process was cut off, requests only',
      'a process was cut off, answers only',
    ],
  ],
  ['brokerRestartsPerMinute', { brokerRestartsPerMinute: 10 }, ['the broker restarted']],
  [
    'rebalancesPerMinute',
    { rebalancesPerMinute: 30 },
    ['a group had to join again', 'a group forgot its members'],
  ],
  [
    'diskWiped',
    { crashesPerMinute: 20, diskWiped: 0.8 },
    ['a disk was wiped', 'a local write survived the crash before its answer'],
  ],
  [
    'diskStale and compactionsPerMinute',
    { crashesPerMinute: 20, diskStale: 0.9, compactionsPerMinute: 60 },
    ['a disk was restored from an earlier copy', 'compaction forgot a deletion'],
  ],
];

it.each(kinds)(
  '%s brings about what it says, and costs no command',
  async (name, change, expected) => {
    const reached = new Map<string, number>();
    const missing = (): string[] => expected.filter((each) => !reached.has(each));
    let seeds = 0;
    for (; missing().length > 0 && seeds < 60; seeds += 1) {
      const world = await openDoorWorld({ seed: seeds, faults: { ...calm, name, ...change } });
      world.visit(12, 15_000);
      await world.sim.run({ untilMs: world.sim.nowMs() + 18_000, limitMs: 20_000 });
      world.sim.heal();
      await world.sim.run({ until: () => world.isDone(), limitMs: 120_000 });
      const accepted = world.outcomes().filter(({ status }) => status === 'ACCEPTED');
      const ids = new Set(accepted.map(({ commandId }) => commandId));
      expect(world.eventCount(), `seed ${seeds}`).toBe(ids.size);
      for (const [state, count] of world.sim.sometimes) {
        reached.set(state, (reached.get(state) ?? 0) + count);
      }
    }
    expect(missing(), `after ${seeds} seeds`).toEqual([]);
  },
  60_000,
);

it('throws a local copy away that compaction has overtaken, and builds on an earlier one that it has not', async () => {
  const seen = new Set<string>();
  const thrownAway = /local copy is thrown away \(it is so old/;
  for (let seed = 0; seed < 60 && seen.size < 2; seed += 1) {
    const faults = { ...calm, crashesPerMinute: 20, diskStale: 0.9, compactionsPerMinute: 60 };
    const world = await openDoorWorld({ seed, faults });
    world.visit(12, 15_000);
    await world.sim.run({ untilMs: world.sim.nowMs() + 25_000, limitMs: 30_000 });
    const { trace } = world.sim;
    if (trace.some((line) => thrownAway.test(line))) seen.add('thrown away');
    trace.forEach((line, index) => {
      if (!line.includes('has an earlier disk')) return;
      const runs = trace.slice(index, index + 60).some((later) => later.includes('task runs'));
      if (runs && !trace.slice(index).some((later) => thrownAway.test(later))) seen.add('built on');
    });
  }
  expect([...seen].sort()).toEqual(['built on', 'thrown away']);
}, 60_000);

it('is calm when healed', async () => {
  const world = await openDoorWorld({ seed: 4, faults: stormy });
  world.visit(6, 5_000);
  await world.sim.run({ untilMs: world.sim.nowMs() + 10_000, limitMs: 20_000 });
  world.sim.heal();
  await world.sim.run({ until: () => world.isDone(), limitMs: 120_000 });
  const before = new Map(world.sim.sometimes);
  await world.sim.run({ untilMs: world.sim.nowMs() + 60_000, limitMs: 70_000 });
  for (const kind of ['a process was killed', 'a process was frozen', 'the broker restarted']) {
    expect(world.sim.sometimes.get(kind)).toBe(before.get(kind));
  }
  expect([...world.running.values()].every((running) => running.ready())).toBe(true);
});
