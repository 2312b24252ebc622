import { describe, expect, it } from 'vitest';
import type { LocalStore } from '../state/local-store.ts';
import { limits } from '../limits.ts';
import { calm } from './fault-plan.ts';
import type { SimHost } from './sim-process.ts';
import { createSimulation } from './simulation.ts';

const topics = [{ name: 'a', partitions: 1 }];
const world = (seed = 1) => createSimulation({ seed, topics, faults: calm });
const record = (value: string) => ({
  ...{ topic: 'a', partition: 0, key: Buffer.from('k'), value: Buffer.from(value), headers: {} },
});
const values = (sim: ReturnType<typeof world>): string[] =>
  sim.broker.topicRecords('a').map(({ value }) => String(value));

/** A process that notes every tenth of a second that it is alive. */
function ticking(sim: ReturnType<typeof world>, ticks: string[]) {
  return sim.process('ticking', ({ clock, incarnationOfProcess }: SimHost) => {
    let isClosed = false;
    const tick = async (): Promise<void> => {
      while (!isClosed) {
        ticks.push(`${incarnationOfProcess}@${sim.nowMs()}`);
        await clock.sleep(100);
      }
    };
    void tick();
    const close = (): Promise<void> => {
      isClosed = true;
      return clock.sleep(50);
    };
    return Promise.resolve({ close });
  });
}

describe('a process', () => {
  it('that is killed never runs again, though what it sent arrives', async () => {
    const sim = world();
    const settled: string[] = [];
    const process = sim.process('writer', async ({ log, incarnationOfProcess }) => {
      const edge = await log.openEdgeProducer();
      sim.after(5, () => {
        if (incarnationOfProcess > 1) return;
        void edge.send(record('sent')).then(
          () => settled.push('acknowledged'),
          () => settled.push('rejected'),
        );
        sim.after(0, () => process.crash());
      });
      return { close: () => Promise.resolve() };
    });
    process.start();
    await sim.run({ untilMs: sim.nowMs() + 60_000, limitMs: 70_000 });
    expect(values(sim)).toEqual(['sent']);
    expect(settled).toEqual([]);
    expect(process.state).toBe('down');
    process.start();
    await sim.run({ untilMs: sim.nowMs() + 1_000, limitMs: 2_000 });
    expect(process.state).toBe('running');
  });

  it('that is frozen stands still, and goes on where it stood', async () => {
    const sim = world();
    const ticks: string[] = [];
    const process = ticking(sim, ticks);
    process.start();
    await sim.run({ untilMs: sim.nowMs() + 1_000, limitMs: 2_000 });
    process.freeze(5_000);
    const before = ticks.length;
    await sim.run({ untilMs: sim.nowMs() + 4_900, limitMs: 6_000 });
    expect(process.state).toBe('frozen');
    expect(ticks).toHaveLength(before);
    await sim.run({ untilMs: sim.nowMs() + 1_100, limitMs: 2_000 });
    expect(process.state).toBe('running');
    expect(ticks.length).toBeGreaterThan(before + 8);
    expect(new Set(ticks.map((tick) => tick.split('@')[0]))).toEqual(new Set(['1']));
  });

  it('that is told to stop closes, and is killed when it does not', async () => {
    const sim = world();
    const ticks: string[] = [];
    const willing = ticking(sim, ticks);
    const stubborn = sim.process('stubborn', () =>
      Promise.resolve({ close: () => new Promise<void>(() => undefined) }),
    );
    willing.start();
    stubborn.start();
    await sim.run({ untilMs: sim.nowMs() + 100, limitMs: 200 });
    const stopped: string[] = [];
    void willing.stop().then(() => stopped.push('willing'));
    void stubborn.stop().then(() => stopped.push('stubborn'));
    await sim.run({ untilMs: sim.nowMs() + 1_000, limitMs: 2_000 });
    expect(stopped).toEqual(['willing']);
    expect(stubborn.state).toBe('stopping');
    await sim.run({ untilMs: sim.nowMs() + 15_000, limitMs: 20_000 });
    expect(stopped).toEqual(['willing', 'stubborn']);
    expect(stubborn.state).toBe('down');
  });

  it('waits for the broker with every request while it is down, and loses nothing acknowledged', async () => {
    const sim = world();
    const told: string[] = [];
    const process = sim.process('writer', async ({ log }) => {
      const edge = await log.openEdgeProducer();
      sim.after(10, async () => {
        await edge.send(record('before'));
        sim.takeBrokerDown(2_000);
        const from = [{ topic: 'a', partition: 0, offset: 0n }];
        const reader = await log.openReader({ from, isolation: 'read_committed' });
        told.push(`read at ${sim.nowMs() > startMs + 2_000 ? 'last' : 'once'}`);
        for (const { records } of await reader.fetch({ maxWaitMs: 100 })) {
          told.push(...records.map(({ value }) => String(value)));
        }
      });
      return { close: () => Promise.resolve() };
    });
    const startMs = sim.nowMs();
    process.start();
    await sim.run({ untilMs: startMs + 10_000, limitMs: 20_000 });
    expect(told).toEqual(['read at last', 'before']);
  });

  it('waits for news in virtual time: at once when there is some, else as long as it asked', async () => {
    const sim = world();
    const waited: number[] = [];
    const process = sim.process('reader', async ({ log }) => {
      const from = [{ topic: 'a', partition: 0, offset: 0n }];
      const reader = await log.openReader({ from, isolation: 'read_committed' });
      sim.after(0, async () => {
        for (const maxWaitMs of [30_000, 500]) {
          const startMs = sim.nowMs();
          await reader.fetch({ maxWaitMs });
          waited.push(sim.nowMs() - startMs);
        }
      });
      return { close: () => Promise.resolve() };
    });
    process.start();
    sim.after(7_000, () => void sim.broker.appendRaw(record('news')));
    await sim.run({ until: () => waited.length === 2, limitMs: 60_000 });
    const [news, idle] = waited;
    expect(news).toBeGreaterThan(6_900);
    expect(news).toBeLessThan(7_050);
    expect(idle).toBeGreaterThanOrEqual(500);
    expect(idle).toBeLessThan(550);
  });
});

describe('a disk', () => {
  const at = (offset: number) => ({ incarnation: 'memory-1', offset: BigInt(offset), atMs: 1_000 });
  const entry = (value: string) => [{ key: 's/x', value: Buffer.from(value) }];

  async function written(seed: number, how: 'crashed' | 'settled'): Promise<string | undefined> {
    const sim = world(seed);
    const found: (string | undefined)[] = [];
    const process = sim.process('storing', async ({ localStores, incarnationOfProcess }) => {
      const store: LocalStore = await localStores.open({ topology: 't', partition: 0 });
      found.push(store.get('s/x')?.toString());
      if (incarnationOfProcess === 1) {
        expect(await store.write(entry('old'), { from: null, to: at(1) })).toBe(true);
        const writing = store.write(entry('new'), { from: at(1), to: at(2) });
        if (how === 'crashed') sim.after(0, () => process.crash());
        await writing;
      }
      return { close: () => Promise.resolve() };
    });
    process.start();
    await sim.run({ untilMs: sim.nowMs() + 100, limitMs: 200 });
    process.crash();
    process.start();
    await sim.run({ untilMs: sim.nowMs() + 100, limitMs: 200 });
    return found.at(-1);
  }

  it('keeps what was acknowledged, and of a write under way at a crash all or nothing', async () => {
    const found = new Set<string | undefined>();
    for (let seed = 0; seed < 20; seed += 1) found.add(await written(seed, 'crashed'));
    expect(found).toEqual(new Set(['old', 'new']));
    expect(await written(1, 'settled')).toBe('new');
  });

  it('refuses a write from where the copy does not stand', async () => {
    const sim = world();
    const answers: boolean[] = [];
    const process = sim.process('storing', async ({ localStores }) => {
      const store = await localStores.open({ topology: 't', partition: 0 });
      answers.push(await store.write(entry('a'), { from: null, to: at(1) }));
      answers.push(await store.write(entry('b'), { from: null, to: at(2) }));
      return { close: () => Promise.resolve() };
    });
    process.start();
    await sim.run({ untilMs: sim.nowMs() + 100, limitMs: 200 });
    expect(answers).toEqual([true, false]);
  });

  it('is shown as older than the runtime trusts once compaction forgot what it has not seen', async () => {
    const changelog = { topic: 'x-changelog', partition: 0 };
    const sim = createSimulation({
      ...{ seed: 1, faults: calm, topics: [{ name: changelog.topic, partitions: 1 }] },
    });
    const append = (key: string, value: string | null): void => {
      const bytes = value === null ? null : Buffer.from(value);
      sim.broker.appendRaw({ ...changelog, key: Buffer.from(key), value: bytes, headers: {} });
    };
    const ages: (number | null)[] = [];
    const process = sim.process('storing', async ({ localStores, incarnationOfProcess }) => {
      const store = await localStores.open({ topology: 'x', partition: 0 });
      const checkpoint = store.checkpoint();
      ages.push(checkpoint === null ? null : sim.nowMs() - checkpoint.atMs);
      const to = { incarnation: 'memory-1', offset: 1n, atMs: sim.nowMs() };
      if (incarnationOfProcess === 1) await store.write(entry('kept'), { from: null, to });
      return { close: () => Promise.resolve() };
    });
    const settle = (): Promise<void> => sim.run({ untilMs: sim.nowMs() + 100, limitMs: 200 });
    append('a', '1');
    process.start();
    await settle();
    append('a', null);
    append('b', '1');
    for (let round = 0; round < 20; round += 1) await compactAt(round);
    expect(sim.sometimes.get('compaction forgot a deletion')).toBeUndefined();
    process.crash();
    for (let round = 20; round < 60; round += 1) await compactAt(round);
    expect(sim.sometimes.get('compaction forgot a deletion')).toBe(1);
    process.start();
    await settle();
    expect(ages[0]).toBeNull();
    expect(ages[1]).toBeGreaterThan(limits.checkpointAgeMaxMs);
    expect(sim.broker.topicRecords(changelog.topic).map(({ key }) => String(key))).toEqual(['b']);

    async function compactAt(round: number): Promise<void> {
      sim.after(round, () => sim.compact(changelog));
      await settle();
    }
  });
});
