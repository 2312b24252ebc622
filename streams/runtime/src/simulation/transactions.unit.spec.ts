import type { OutgoingRecord } from '@plumbline/kafka';
import { Fenced, OutcomeUnknown } from '@plumbline/kafka';
import { describe, expect, it } from 'vitest';
import { calm } from './fault-plan.ts';
import type { SimHost } from './sim-process.ts';
import { createSimulation, type Simulation } from './simulation.ts';

const topics = [{ name: 'pairs', partitions: 2 }];
const late = { ...calm, name: 'late', requestLate: 0.25, lateMsMax: 500 };

const half = (number: number, partition: number): OutgoingRecord => ({
  ...{ topic: 'pairs', partition, key: null, value: Buffer.from(String(number)), headers: {} },
});

const readable = (sim: Simulation, partition: number): string[] =>
  sim.broker
    .topicRecords('pairs')
    .filter((record) => record.partition === partition)
    .map(({ value }) => String(value));

/** Numbers of which a committed reader sees one half and not the other, or one of them twice. */
function tornOrDoubled(sim: Simulation): string[] {
  const [left, right] = [readable(sim, 0), readable(sim, 1)];
  const all = new Set([...left, ...right]);
  const count = (list: string[], number: string): number =>
    list.filter((each) => each === number).length;
  return [...all].filter((each) => count(left, each) !== 1 || count(right, each) !== 1);
}

/**
 * After an unclear commit it goes on with the same producer, and so with the same epoch: it aborts,
 * writes the same again and commits, as clients without KIP-890's epochs are tempted to.
 */
async function writePairsCarelessly({ log, clock }: SimHost, pairs: number): Promise<void> {
  let session = await log.openSession('careless');
  for (let number = 0; number < pairs;) {
    try {
      await session.send([half(number, 0)]);
      await clock.sleep(50);
      await session.send([half(number, 1)]);
      await session.commit();
      number += 1;
    } catch (error) {
      if (error instanceof OutcomeUnknown) await session.abort().catch(() => undefined);
      else session = await log.openSession('careless');
    }
  }
}

/** After any error a new producer, and the log tells what happened. */
async function writePairsCarefully({ log }: SimHost, pairs: number, sim: Simulation) {
  let producer = await log.openTransactionalProducer({ transactionalId: 'careful' });
  for (let number = 0; number < pairs; number = readable(sim, 0).length) {
    try {
      await producer.transact([half(number, 0), half(number, 1)]);
    } catch {
      producer = await log.openTransactionalProducer({ transactionalId: 'careful' });
    }
  }
}

type Writer = (host: SimHost, pairs: number, sim: Simulation) => Promise<void>;

async function write(seed: number, writer: Writer): Promise<Simulation> {
  const sim = createSimulation({ seed, topics, faults: late });
  let isDone = false;
  const begin = async (host: SimHost): Promise<void> => {
    await writer(host, 12, sim);
    isDone = true;
  };
  const process = sim.process('writer', (host) => {
    sim.after(0, () => begin(host));
    return Promise.resolve({ close: () => Promise.resolve() });
  });
  process.start();
  await sim.run({ until: () => isDone, limitMs: 600_000 });
  return sim;
}

describe('a commit that reaches the broker long after its producer gave up', () => {
  it('tears the next transaction of a producer that goes on with its epoch', async () => {
    let torn = 0;
    for (let seed = 0; seed < 30; seed += 1) {
      const sim = await write(seed, writePairsCarelessly);
      if (tornOrDoubled(sim).length > 0) torn += 1;
    }
    expect(torn).toBeGreaterThan(0);
  });

  it('tears nothing of a producer that is opened anew and reads the log', async () => {
    const reached = new Set<string>();
    for (let seed = 0; seed < 60; seed += 1) {
      const sim = await write(seed, writePairsCarefully);
      expect(tornOrDoubled(sim), `seed ${seed}`).toEqual([]);
      for (const state of sim.sometimes.keys()) reached.add(state);
    }
    expect([...reached]).toEqual(
      expect.arrayContaining([
        'a late request met a newer owner',
        'a commit came late and counted',
      ]),
    );
  });
});

describe('a zombie', () => {
  it('is fenced when it goes on after another took its id, and what it left open is undone', async () => {
    const sim = createSimulation({ seed: 1, topics, faults: calm });
    const told: string[] = [];
    const closing = { close: () => Promise.resolve() };
    const zombie = sim.process('zombie', async ({ log, clock }) => {
      const session = await log.openSession('owner');
      sim.after(0, async () => {
        await session.send([half(1, 0)]);
        await clock.sleep(100);
        await session.send([half(1, 1)]).catch((error: unknown) => {
          told.push(error instanceof Fenced ? 'fenced' : String(error));
        });
      });
      return closing;
    });
    const heir = sim.process('heir', async ({ log }) => {
      const producer = await log.openTransactionalProducer({ transactionalId: 'owner' });
      await producer.transact([half(2, 0), half(2, 1)]);
      return closing;
    });
    zombie.start();
    sim.after(50, () => zombie.freeze(1_000));
    sim.after(200, () => heir.start());
    sim.after(900, () => expect(told).toEqual([]));
    await sim.run({ untilMs: sim.nowMs() + 2_000, limitMs: 3_000 });
    expect(told).toEqual(['fenced']);
    expect([readable(sim, 0), readable(sim, 1)]).toEqual([['2'], ['2']]);
    expect(sim.sometimes.get('a zombie was fenced')).toBe(1);
  });

  it('is fenced by the broker itself when it left its transaction open for too long', async () => {
    const sim = createSimulation({ seed: 2, topics, faults: calm });
    const told: string[] = [];
    const frozen = sim.process('frozen', async ({ log, clock }) => {
      const session = await log.openSession('owner');
      sim.after(0, async () => {
        await session.send([half(1, 0), half(1, 1)]);
        await clock.sleep(100);
        await session.commit().catch((error: unknown) => {
          told.push(error instanceof Fenced ? 'fenced' : String(error));
        });
      });
      return { close: () => Promise.resolve() };
    });
    frozen.start();
    sim.after(50, () => frozen.freeze(6_000));
    sim.after(5_500, () => expect(readable(sim, 0)).toEqual([]));
    await sim.run({ untilMs: sim.nowMs() + 8_000, limitMs: 9_000 });
    expect(told).toEqual(['fenced']);
    expect(readable(sim, 0)).toEqual([]);
  });
});
