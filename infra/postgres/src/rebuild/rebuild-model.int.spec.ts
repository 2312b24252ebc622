import { topics } from '@plumbline/events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PostgresDown } from '../errors.ts';
import { schemaOf } from '../projection.ts';
import { rebuildAndCompare } from '../rebuild-and-compare.ts';
import type { Death } from '../testing/mortal-postgres.ts';
import { createMortalPostgres, secondBatch, withHook } from '../testing/mortal-postgres.ts';
import { createOrderTotals, createTestCodec, ordersTopic } from '../testing/order-totals.ts';
import type { RebuildWorld } from '../testing/rebuild-world.ts';
import { besides, openRebuildWorld } from '../testing/rebuild-world.ts';
import type { RebuildModelProgress } from './rebuild-model.ts';
import { dropBeside } from './rebuild-model.ts';
import { rebuildStatus } from './rebuild-status.ts';

const codec = await createTestCodec();
const deadLetters = topics.projectionsDeadLetters.name;
let world: RebuildWorld;

beforeEach(() => {
  world = openRebuildWorld(codec);
});

afterEach(() => world.close());

const amountOf = async (schema: string, key: string): Promise<bigint | undefined> => {
  const [row] = await world.postgres.query<{ amount_minor: bigint }>(
    `select amount_minor from ${schema}.orders where routing_key = ?`,
    [key],
  );
  return row?.amount_minor;
};

const spoil = (): Promise<unknown> =>
  world.postgres.query(
    `update ${schemaOf(world.projection)}.orders set amount_minor = 1 where routing_key = ?`,
    ['main/o7'],
  );

test('a wrong read model is built anew beside, put in its place, and kept', async () => {
  await world.foldAll();
  await spoil();
  const letters = world.log.topicRecords(deadLetters).length;
  const seen: RebuildModelProgress[] = [];
  // What comes after it was begun is folded before the swap.
  world.append('o1');
  const made = await world.rebuild({ onProgress: (progress) => seen.push(progress) });
  const live = schemaOf(world.projection);
  expect(made).toMatchObject({ schema: live, resumed: false, keptAs: `${live}_old` });
  expect(await amountOf(live, 'main/o7')).toBe(9_990n);
  expect(await amountOf(`${live}_old`, 'main/o7')).toBe(1n);
  expect(await besides(world)).toEqual(['_old']);
  expect(world.log.topicRecords(deadLetters)).toHaveLength(letters);
  await world.expectEqual();
  expect(seen.at(-1)).toMatchObject({ phase: 'swapping' });
  const [status] = await rebuildStatus(world.postgres, [world.projection]);
  expect(status).toMatchObject({
    live: { schema: live, offsets: 121n, last: { step: 'SWAPPED_IN', by: 'a test' } },
    old: { offsets: 120n, last: { step: 'SWAPPED_OUT' } },
    ...{ next: null, worker: null },
  });
});

test('what was before is put back with what came since, and forth again', async () => {
  await world.foldAll();
  await spoil();
  await world.rebuild();
  const live = schemaOf(world.projection);
  const running = world.run();
  for (let n = 1; n <= 30; n += 1) world.append(`o${n}`);
  await world.settled();
  expect(await world.goBack()).toMatchObject({ keptAs: `${live}_old` });
  expect(await amountOf(live, 'main/o7')).toBe(1n);
  const positions = async (schema: string) =>
    world.postgres.query(`select * from ${schema}.positions order by topic, partition`);
  for (let n = 1; n <= 30; n += 1) world.append(`o${n}`);
  await world.settled();
  const [row] = await world.postgres.query<{ events: number }>(
    `select events from ${live}.orders where routing_key = ?`,
    ['main/o7'],
  );
  expect(row).toEqual({ events: 4 });
  await world.goBack();
  expect(await amountOf(live, 'main/o7')).toBe(9_990n);
  await world.settled();
  await running.close();
  expect(await positions(live)).toEqual(await positions(`${live}_old`));
  await world.expectEqual();
});

test('going back is refused where nothing was kept, and dropping says so', async () => {
  await world.foldAll();
  await world.rebuild({ keepOld: false });
  expect(await besides(world)).toEqual([]);
  await expect(world.goBack()).rejects.toThrow('to go back to');
  const { postgres, projection } = world;
  const drop = () => dropBeside({ postgres, projection, by: 'a test', which: 'old' });
  expect(await drop()).toBe(false);
  await world.rebuild();
  expect(await drop()).toBe(true);
  expect(await besides(world)).toEqual([]);
  await world.expectEqual();
});

const deaths: readonly Death[] = [
  ...[1, 2, 3].flatMap((at) =>
    ['begins', 'folded', 'committed'].map((step) => ({ of: 'projection', step, at })),
  ),
  ...['migrated', 'prepared', 'locked', 'renamed', 'swapped'].map((step) => ({
    ...{ of: 'rebuild', step },
    at: 1,
  })),
];

test.each(deaths)(
  'killed at $of $step, time $at, and begun again: as the log says',
  async (death) => {
    await world.foldAll();
    await spoil();
    const mortal = createMortalPostgres(world.postgres, death);
    try {
      await world.rebuild({ postgres: mortal }).catch((error: unknown) => {
        expect(String(error)).toContain('killed');
      });
      expect(mortal.died()).toBe(true);
    } finally {
      mortal.release();
    }
    const isSwapped = death.step === 'swapped';
    const live = schemaOf(world.projection);
    expect(await amountOf(live, 'main/o7')).toBe(isSwapped ? 9_990n : 1n);
    const again = await world.rebuild();
    expect(again.resumed).toBe(!isSwapped && death.step !== 'migrated');
    if (death.step === 'renamed') expect(again.records).toBe(0);
    await world.expectEqual();
    expect(await besides(world)).toEqual(['_old']);
  },
);

test('it is swapped under live traffic: nothing is counted twice, nothing is left out', async () => {
  const running = world.run();
  const counts = new Map<string, number>();
  const stopping = new AbortController();
  const traffic = (async () => {
    for (let n = 0; !stopping.signal.aborted && n < 2_000; n += 1) {
      const orderNo = `t${n % 40}`;
      world.append(orderNo);
      counts.set(`main/${orderNo}`, (counts.get(`main/${orderNo}`) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  for (let round = 0; round < 3; round += 1) {
    await world.rebuild();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await world.goBack();
  }
  stopping.abort();
  await traffic;
  await world.settled();
  const rows = await world.postgres.query<{ routing_key: string; events: number }>(
    `select routing_key, events from ${schemaOf(world.projection)}.orders
     where routing_key like 'main/t%'`,
  );
  expect(new Map(rows.map((row) => [row.routing_key, row.events]))).toEqual(counts);
  expect(running.view()).toMatchObject({ ready: true, problem: null });
  await running.close();
  await world.expectEqual();
});

test('a second one is refused and told who is at it; so are going back and dropping', async () => {
  await world.foldAll();
  let others: Promise<unknown> = Promise.resolve();
  let asked = false;
  await world.rebuild({
    by: 'the first',
    onProgress: () => {
      if (asked) return;
      asked = true;
      const { postgres, projection } = world;
      const drop = dropBeside({ postgres, projection, by: 'third', which: 'next' });
      others = Promise.all(
        [world.rebuild(), world.goBack(), drop].map((each) =>
          expect(each).rejects.toThrow(/worked on already \(rebuild .* by the first, since 20/),
        ),
      );
    },
    recordsPerSecond: 200,
  });
  expect(asked).toBe(true);
  await others;
  await world.expectEqual();
});

test('a swap waits while the live one is being compared', async () => {
  await world.foldAll();
  const { projection, log, postgres } = world;
  let rebuilding: Promise<unknown> = Promise.resolve();
  const waits: (string | null)[] = [];
  let begun = false;
  const compared = await rebuildAndCompare({
    ...{ projection, log, codec, postgres },
    onProgress: () => {
      if (begun) return;
      begun = true;
      rebuilding = world.rebuild({
        onProgress: ({ phase, why }) => {
          if (phase === 'waiting') waits.push(why);
        },
      });
    },
    // The comparison of tables waits for the other to have come to its swap.
    postgres: withHook(postgres, async () => {
      if (begun) await expect.poll(() => waits.length, { timeout: 20_000 }).toBeGreaterThan(0);
    }),
  });
  expect(compared.equal).toBe(true);
  await rebuilding;
  expect(waits[0]).toContain('is being compared');
  await world.expectEqual();
});

test('a limit of records a second holds', async () => {
  await world.foldAll();
  const startedAtMs = performance.now();
  await world.rebuild({ recordsPerSecond: 100 });
  expect(performance.now() - startedAtMs).toBeGreaterThan(1_000);
});

test('a server that ends its connections ends it clearly; what is built stays', async () => {
  await world.foldAll();
  const terminate = () =>
    world.postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where pid <> pg_backend_pid() and strpos(application_name, ?) > 0`,
      [world.projection.name],
    );
  const postgres = withHook(world.postgres, (number) =>
    number === secondBatch ? terminate() : Promise.resolve(),
  );
  await expect(world.rebuild({ postgres })).rejects.toBeInstanceOf(PostgresDown);
  // A pool needs a moment to find that all its connections are gone.
  const again = () => world.rebuild().then(({ resumed }) => resumed, String);
  await expect.poll(again, { timeout: 40_000 }).toBe(true);
  await world.expectEqual();
});

test('a full disk ends it clearly; with room again it goes on', async () => {
  await world.foldAll();
  const next = `${schemaOf(world.projection)}_next`;
  const fill = () =>
    world.postgres.query(
      `create function ${next}.disk_full() returns trigger language plpgsql as
         $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$;
       create trigger disk_full before insert or update on ${next}.orders
         execute function ${next}.disk_full()`,
    );
  const postgres = withHook(world.postgres, (number) =>
    number === secondBatch ? fill() : Promise.resolve(),
  );
  const error: unknown = await world.rebuild({ postgres }).catch((each: unknown) => each);
  expect(String(error)).toContain('No space left on device');
  expect(error).toBeInstanceOf(PostgresDown);
  await world.postgres.query(`drop function ${next}.disk_full() cascade`);
  const made = await world.rebuild();
  expect(made.resumed).toBe(true);
  expect(made.records).toBeLessThanOrEqual(120);
  await world.expectEqual();
});

test('a log that has lost records is refused, unless that is accepted', async () => {
  await world.foldAll();
  world.log.deleteBefore({ topic: ordersTopic, partition: 0, offset: 2n });
  await expect(world.rebuild()).rejects.toThrow(/had offset 0 and begins at 2 now/);
  expect(await besides(world)).toEqual([]);
  await world.rebuild({ acceptLoss: true });
  await world.expectEqual();
});

test('a topic made anew: the unfinished one is refused, a fresh one takes the place', async () => {
  await world.foldAll();
  const stop = new AbortController();
  const stopped = world.rebuild({
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
  world.log.recreateTopic(ordersTopic);
  world.append('o1');
  await expect(world.rebuild()).rejects.toThrow(/made anew or imported. Begin anew with --fresh/);
  expect(await world.rebuild({ fresh: true })).toMatchObject({ resumed: false });
  await world.foldAll();
  await world.expectEqual();
});

test('other code does not go on with what was begun', async () => {
  await world.foldAll();
  const stop = new AbortController();
  const stopped = world.rebuild({
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
  const changed = {
    ...world.projection,
    apply: () => Promise.resolve(),
  };
  await expect(world.rebuild({ projection: changed })).rejects.toThrow(/with other code/);
  const migrated = {
    ...world.projection,
    migrations: [...world.projection.migrations, { name: '2-more', up: () => Promise.resolve() }],
  };
  await expect(world.rebuild({ projection: migrated })).rejects.toThrow('another version');
  expect(await world.rebuild()).toMatchObject({ resumed: true });
});

test('a new version is made before its processes start, which go on where it stands', async () => {
  await world.foldAll();
  const second = createOrderTotals({ name: world.projection.name, version: 2 });
  const made = await world.rebuild({ projection: second });
  expect(made).toMatchObject({ schema: schemaOf(second), keptAs: null, records: 120 });
  world.append('o1');
  const running = world.run(second);
  await world.settled(second);
  await running.close();
  const [row] = await world.postgres.query<{ events: number }>(
    `select events from ${schemaOf(second)}.orders where routing_key = 'main/o1'`,
  );
  expect(row).toEqual({ events: 3 });
});
