import { describe, expect, it } from 'vitest';
import type { Behaviour, DeliveryWorld } from './testing/delivery-world.ts';
import { active, createDeliveryWorld } from './testing/delivery-world.ts';

const addMany = (world: DeliveryWorld, laneKey: string, of: { n: number; attempt?: number }) => {
  for (let i = 0; i < of.n; i += 1) world.add({ laneKey, attempt: of.attempt ?? 1 });
};

/** A lane that has answered once already. */
async function proven(world: DeliveryWorld, laneKey: string): Promise<void> {
  world.add({ laneKey });
  await world.advance(100);
}

describe('the lane of an endpoint', () => {
  it('has two requests under way until one was answered, then ten', async () => {
    const world = createDeliveryWorld();
    world.behave('ep_a', { afterMs: 500 });
    world.start();
    addMany(world, 'ep_a', { n: 50 });
    await world.advance(400);
    expect(world.underWay('ep_a')).toBe(2);
    await world.advance(200);
    expect(world.underWay('ep_a')).toBe(10);
  });

  it('has as many under way as its settings say, and heeds a change', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, concurrencyMax: 3 });
    world.start();
    await proven(world, 'ep_a');
    world.behave('ep_a', { afterMs: 500 });
    addMany(world, 'ep_a', { n: 50 });
    await world.advance(100);
    expect(world.underWay('ep_a')).toBe(3);
    world.configure('ep_a', { ...active, concurrencyMax: 7 });
    await world.advance(100);
    expect(world.underWay('ep_a')).toBe(7);
  });

  it('sends so many a second where its settings say so', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, ratePerSecond: 5 });
    world.start();
    addMany(world, 'ep_a', { n: 60 });
    await world.advance(10_000);
    // A second's worth at once, and five in each second.
    expect(world.sentTo('ep_a')).toHaveLength(55);
  });

  it('keeps a quarter of its slots for first attempts', async () => {
    const world = createDeliveryWorld();
    world.start();
    await proven(world, 'ep_a');
    world.behave('ep_a', { afterMs: 10_000 });
    addMany(world, 'ep_a', { n: 100, attempt: 2 });
    await world.advance(100);
    expect(world.underWay('ep_a')).toBe(7);
    addMany(world, 'ep_a', { n: 10 });
    await world.advance(100);
    const firsts = world.sentTo('ep_a').filter(({ due, endMs }) => due.isFirst && endMs === null);
    expect(firsts).toHaveLength(3);
  });

  it('lets a first attempt through although the queue is full of retries', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, ratePerSecond: 10 });
    world.start();
    addMany(world, 'ep_a', { n: 500, attempt: 2 });
    await world.advance(3_000);
    const first = world.add({ laneKey: 'ep_a' });
    await world.advance(500);
    expect(world.sentTo('ep_a').map(({ due }) => due.notificationId)).toContain(
      first.notificationId,
    );
  });

  it('sends the earliest due first, however they came', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, concurrencyMax: 1 });
    for (const dueMs of [300, 100, 200]) world.add({ laneKey: 'ep_a', dueMs });
    world.start();
    await world.advance(1_000);
    expect(world.sentTo('ep_a').map(({ due }) => due.dueMs)).toEqual([100, 200, 300]);
  });
});

describe('an endpoint that fails', () => {
  const failing = async (behaviour: Behaviour) => {
    const world = createDeliveryWorld();
    world.start();
    await proven(world, 'ep_a');
    world.behave('ep_a', { afterMs: 100, ...behaviour });
    addMany(world, 'ep_a', { n: 60 });
    await world.advance(200);
    return world;
  };

  it('is left alone after five failures in a row, and no attempt is used up', async () => {
    const world = await failing({ status: 500 });
    const sent = world.sentTo('ep_a').length;
    expect(sent).toBe(11);
    await world.advance(4_800);
    expect(world.sentTo('ep_a')).toHaveLength(sent);
    expect(world.left()).toHaveLength(50);
  });

  it('is tried with one request after 5 s, then after twice as long, a minute at most', async () => {
    const world = await failing({ status: 500 });
    const before = world.sentTo('ep_a').length;
    await world.advance(250_000);
    const at = world.sentTo('ep_a').map(({ atMs }) => atMs);
    const pauses = at
      .slice(before)
      .map((ms, i) => Math.round((ms - (at[before + i - 1] ?? 0)) / 1e3));
    expect(pauses).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('begins again with 1, 2, 4 and so on once it has answered', async () => {
    const world = await failing({ status: 500 });
    world.behave('ep_a', { status: 200, afterMs: 100 });
    await world.advance(5_000);
    const peaks: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      peaks.push(world.underWay('ep_a'));
      await world.advance(101);
    }
    expect(peaks).toEqual([1, 2, 4, 8, 10, 10]);
    await world.advance(2_000);
    expect(world.left()).toEqual([]);
  });

  it.each([
    [{ status: 429 }, 'left alone'],
    [{ status: 408 }, 'left alone'],
    [{ code: 'CONNECT_REFUSED' }, 'left alone'],
    [{ status: 404 }, 'there'],
    [{ status: 302 }, 'there'],
    [{ code: 'REFUSED_URL' }, 'there'],
  ])('with %j is %s', async (behaviour, expected) => {
    const world = await failing(behaviour);
    await world.advance(4_000);
    expect(world.left().length > 0 ? 'left alone' : 'there').toBe(expected);
  });

  it('is told of as failing and as recovered, again and again until somebody hears', async () => {
    const world = createDeliveryWorld();
    let isDeaf = true;
    world.hooks.healthFails = () => isDeaf;
    world.start();
    world.behave('ep_a', { status: 503, afterMs: 50 });
    addMany(world, 'ep_a', { n: 20 });
    await world.advance(2_000);
    isDeaf = false;
    await world.advance(2_000);
    expect(world.health).toMatchObject([
      { laneKey: 'ep_a', change: { kind: 'FAILING', failures: 5, code: 'HTTP_503' } },
    ]);
    world.behave('ep_a', { status: 200 });
    await world.advance(5_000);
    expect(world.health.map(({ change }) => change.kind)).toEqual(['FAILING', 'RECOVERED']);
  });

  it('is told of with the newest only, when nobody heard before', async () => {
    const world = createDeliveryWorld();
    let isDeaf = true;
    world.hooks.healthFails = () => isDeaf;
    world.start();
    world.behave('ep_a', { status: 500 });
    addMany(world, 'ep_a', { n: 20 });
    await world.advance(3_000);
    world.behave('ep_a', { status: 200 });
    await world.advance(10_000);
    isDeaf = false;
    await world.advance(10_000);
    expect(world.health.map(({ change }) => change.kind)).toEqual(['RECOVERED']);
  });
});

describe('an endpoint that asks for peace', () => {
  it('has it until then, for all of its lane', async () => {
    const world = createDeliveryWorld();
    world.start();
    await proven(world, 'ep_a');
    world.behave('ep_a', { status: 429, headers: { 'retry-after': '60' } });
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    world.behave('ep_a', { status: 200 });
    addMany(world, 'ep_a', { n: 5 });
    await world.advance(59_000);
    expect(world.sentTo('ep_a')).toHaveLength(2);
    await world.advance(1_500);
    expect(world.left()).toEqual([]);
  });

  it('has an hour at most', async () => {
    const world = createDeliveryWorld();
    world.start();
    world.behave('ep_a', { status: 503, headers: { 'retry-after': '86400' } });
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    world.behave('ep_a', { status: 200 });
    world.add({ laneKey: 'ep_a' });
    await world.advance(3_590_000);
    expect(world.sentTo('ep_a')).toHaveLength(1);
    await world.advance(15_000);
    expect(world.left()).toEqual([]);
  });

  it('has it after 410 until its settings change', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', active);
    world.behave('ep_a', { status: 410 });
    world.start();
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    addMany(world, 'ep_a', { n: 5 });
    world.configure('ep_a', { ...active });
    await world.advance(600_000);
    expect(world.reports.map(({ result }) => result.kind)).toEqual(['GONE']);
    world.configure('ep_a', { ...active, status: 'DISABLED' });
    world.behave('ep_a', { status: 200 });
    world.configure('ep_a', active);
    await world.advance(1_000);
    expect(world.left()).toEqual([]);
  });

  it.each(['unheard', 'refused'] as const)('is asked again when its 410 was %s', async (heard) => {
    let isHeard = false;
    const world = createDeliveryWorld({
      over: { report: () => Promise.resolve(isHeard ? 'written' : heard) },
    });
    world.configure('ep_a', active);
    world.behave('ep_a', { status: 410 });
    world.start();
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    isHeard = true;
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    addMany(world, 'ep_a', { n: 5 });
    await world.advance(600_000);
    expect(world.sentTo('ep_a')).toHaveLength(2);
  });

  it('has it while it is paused, and then what waited is read from the store', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, status: 'PAUSED' });
    addMany(world, 'ep_a', { n: 700 });
    world.start();
    addMany(world, 'ep_a', { n: 50 });
    await world.advance(60_000);
    expect(world.seen).toEqual([]);
    world.configure('ep_a', active);
    await world.advance(10_000);
    expect(world.left()).toEqual([]);
  });

  it('has it as long as one task still says so', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, status: 'PAUSED' });
    world.start();
    addMany(world, 'ep_a', { n: 4 });
    world.partitions[0].set('e/ep_a', active);
    await world.advance(1_000);
    expect(world.seen).toEqual([]);
    world.partitions[1].set('e/ep_a', active);
    await world.advance(1_000);
    expect(world.seen).toHaveLength(4);
  });
});
