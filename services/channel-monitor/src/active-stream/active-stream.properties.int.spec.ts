import { silentLogger } from '@plumbline/observability';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { testRedisUrl } from '@plumbline/redis/testing';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { ActiveOrder } from '../active-order.ts';
import { fieldsOf } from '../active-order.ts';
import { createActiveStream } from './active-stream.ts';
import * as limits from './limits.ts';
import { keys } from './scripts.ts';
import { active, ended, entriesIn, order } from './testing/stream-entries.ts';

const processes: readonly Redis[] = [1, 2].map(() =>
  openRedis({ url: testRedisUrl(10), logger: silentLogger }),
);
afterAll(async () => {
  for (const each of processes) await each.close();
});

type Step =
  | { readonly do: 'active'; readonly at: number; readonly aid: string; readonly livesMs: number }
  | { readonly do: 'ended'; readonly at: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'expire' }
  | { readonly do: 'heal'; readonly isStale: boolean }
  /** An end and a beginning that nobody wrote, found by a healing later than the grace. */
  | { readonly do: 'miss'; readonly at: number }
  | { readonly do: 'lose'; readonly key: (typeof keys)[number] | 'all' };

const at = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ do: fc.constant('active' as const), at, aid: fc.constantFrom('1', '2') },
      livesMs: fc.constantFrom(0, 1_000, 180_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ended' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 1_000, limits.healGraceMs + 1, limits.changesKeptMs + 1),
    }),
  },
  fc.constant({ do: 'expire' as const }),
  fc.record({ do: fc.constant('miss' as const), at }),
  fc.record({ do: fc.constant('heal' as const), isStale: fc.boolean() }),
  fc.record({ do: fc.constant('lose' as const), key: fc.constantFrom(...keys, 'all' as const) }),
);

/** Carries the steps out, each on either process, beside a model; the model is a map. */
async function runSteps(steps: readonly Step[], spoil = (lua: string) => lua): Promise<void> {
  let nowMs = 1_764_000_000_000;
  const [redis] = processes;
  if (redis === undefined) throw new Error('no process');
  const streams = processes.map((each) =>
    createActiveStream({
      redis: {
        run: (work) => each.run(work),
        script: ({ lua }, ...rest) => each.script({ lua: spoil(lua) }, ...rest),
      },
      nowMs: () => nowMs,
    }),
  );
  let model = new Map<string, ActiveOrder>();
  /** As a read model that is behind shows it, by less than the grace. */
  let behind = { orders: new Map(model), sinceMs: nowMs };
  await redis.run((client) => client.flushdb());

  for (const [index, each] of steps.entries()) {
    const stream = streams[index % 2];
    if (stream === undefined) throw new Error('no stream');
    if (nowMs - behind.sinceMs >= limits.healGraceMs)
      behind = { orders: new Map(model), sinceMs: nowMs };
    switch (each.do) {
      case 'active': {
        const expiresAtMs = nowMs + each.livesMs;
        const written = order(`O-${each.at}`, { aid: each.aid, expiresAtMs });
        model.set(written.orderId, written);
        await stream.apply([active(written)]);
        break;
      }
      case 'ended':
        model.delete(`O-${each.at}`);
        await stream.apply([ended(`O-${each.at}`)]);
        break;
      case 'pass':
        nowMs += each.ms;
        if (nowMs - behind.sinceMs >= limits.healGraceMs)
          behind = { orders: new Map(model), sinceMs: nowMs };
        await stream.dropExpired();
        break;
      case 'expire':
        await stream.dropExpired();
        break;
      case 'heal': {
        const read = each.isStale ? behind.orders : model;
        await stream.heal(() => Promise.resolve([...read.values()]));
        expect(await stream.isWhole()).toBe(true);
        break;
      }
      case 'miss': {
        nowMs += limits.healGraceMs + 1;
        const missed = order(`O-${each.at + 1}`, { aid: '3', expiresAtMs: nowMs + 180_000 });
        model.delete(`O-${each.at}`);
        model.set(missed.orderId, missed);
        await stream.heal(() => Promise.resolve([...model.values()]));
        behind = { orders: new Map(model), sinceMs: nowMs };
        break;
      }
      case 'lose': {
        const { key } = each;
        await redis.run((client) => client.del(...(key === 'all' ? keys : [key])));
        const before = await entriesIn(redis);
        await stream.heal(() => Promise.resolve([...model.values()]));
        expect(await stream.isWhole()).toBe(true);
        const ids = new Set((await entriesIn(redis)).map(({ id }) => id));
        expect(before.filter(({ id }) => !ids.has(id))).toEqual([]);
        // What was remembered of changes may be gone: a reading of before would be believed.
        behind = { orders: new Map(model), sinceMs: nowMs };
        break;
      }
    }
    model = new Map([...model].filter(([, { expiresAtMs }]) => expiresAtMs > nowMs));
    const shown = (await entriesIn(redis)).map(({ fields }) => JSON.stringify(fields));
    const expected = [...model.values()].map((of) => JSON.stringify(fieldsOf(of)));
    expect(shown.sort(), `after step ${index}`).toEqual(expected.sort());
  }
}

const steps = fc.array(step, { maxLength: 15 });

it('shows exactly the active orders, whatever changes, is lost, or is read late', async () => {
  await fc.assert(
    fc.asyncProperty(steps, (each) => runSteps(each)),
    { numRuns: 100 },
  );
});

it.each([
  ['forgets what has just changed', "redis.call('ZADD', changes, 'GT', nowMs, order)"],
  ['leaves the entry that it replaces', 'if entry then delete(entry[1]) end'],
  ['forgets when orders expire', "redis.call('ZADD', expiries, expiresAtMs, order)"],
  ['makes nothing again of an entry', "redis.call('ZADD', expiries, 'NX', expiresAtMs, order)"],
  ['leaves orders that ended unseen', 'removed = removed + remove(ARGV[i])'],
])('would notice a script that %s', async (_, line) => {
  let spoilt = 0;
  const spoil = (lua: string): string => {
    if (lua.includes(line)) spoilt += 1;
    return lua.replace(line, '');
  };
  await expect(
    fc.assert(
      fc.asyncProperty(steps, (each) => runSteps(each, spoil)),
      { numRuns: 300, endOnFailure: true },
    ),
  ).rejects.toMatchObject({ cause: { name: 'AssertionError' } });
  expect(spoilt).toBeGreaterThan(0);
});
