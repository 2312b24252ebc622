import { describe, expect, it } from 'vitest';
import type { DeliveryWorker } from './delivery-worker.ts';
import { active, createDeliveryWorld, startMs } from './testing/delivery-world.ts';

const queued = (worker: DeliveryWorker): number =>
  worker.lanes().reduce((sum, lane) => sum + lane.queued, 0);

/** How long entries waited for their request. */
const waits = (seen: readonly { readonly atMs: number }[], fromMs: number): number =>
  Math.max(...seen.map(({ atMs }) => atMs - fromMs));

describe('many lanes in one process', () => {
  it('an endpoint that hangs with 1,000 entries does not hold up first attempts of others', async () => {
    const world = createDeliveryWorld();
    world.behave('ep_bad', { hangs: true });
    for (let i = 0; i < 1_000; i += 1) world.add({ laneKey: 'ep_bad' });
    const worker = world.start();
    for (let second = 0; second < 35; second += 1) {
      const fromMs = world.clock.nowMs();
      const before = world.seen.length;
      for (let i = 0; i < 20; i += 1) world.add({ laneKey: `ep_${i}` });
      await world.advance(1_000);
      const others = world.seen.slice(before).filter(({ due }) => due.laneKey !== 'ep_bad');
      expect(others).toHaveLength(20);
      expect(waits(others, fromMs)).toBeLessThanOrEqual(1);
      expect(world.underWay('ep_bad')).toBeLessThanOrEqual(10);
      expect(queued(worker)).toBeLessThanOrEqual(220);
    }
  });

  it('endpoints that hang hold half of the slots at most once they are known', async () => {
    const world = createDeliveryWorld();
    const bad = Array.from({ length: 60 }, (_, i) => `ep_bad_${i}`);
    for (const laneKey of bad) world.behave(laneKey, { hangs: true });
    for (const laneKey of bad) for (let i = 0; i < 20; i += 1) world.add({ laneKey });
    world.start();
    await world.advance(29_000);
    const held = (): number => bad.reduce((sum, laneKey) => sum + world.underWay(laneKey), 0);
    expect(held()).toBe(120);
    await world.advance(2_000);
    expect(held()).toBe(128);
    const fromMs = world.clock.nowMs();
    const before = world.seen.length;
    for (let i = 0; i < 30; i += 1) world.add({ laneKey: `ep_${i}` });
    await world.advance(1_000);
    expect(waits(world.seen.slice(before), fromMs)).toBeLessThanOrEqual(1);
    expect(world.seen.slice(before)).toHaveLength(30);
  });

  it('who has been quick finds slots although a thousand new endpoints hang', async () => {
    const world = createDeliveryWorld();
    world.start();
    for (let i = 0; i < 30; i += 1) world.add({ laneKey: `ep_${i}` });
    await world.advance(1_000);
    for (let i = 0; i < 1_000; i += 1) {
      world.behave(`ep_bad_${i}`, { hangs: true });
      world.add({ laneKey: `ep_bad_${i}` });
    }
    await world.advance(1_000);
    expect(world.seen.filter(({ endMs }) => endMs === null)).toHaveLength(192);
    const fromMs = world.clock.nowMs();
    const before = world.seen.length;
    for (let i = 0; i < 30; i += 1) world.add({ laneKey: `ep_${i}` });
    await world.advance(500);
    expect(world.seen.slice(before)).toHaveLength(30);
    expect(waits(world.seen.slice(before), fromMs)).toBeLessThanOrEqual(1);
  });

  it('a large backlog takes turns with the others', async () => {
    const world = createDeliveryWorld({ limits: { underWayMax: 4 } });
    world.behave('ep_big', { afterMs: 100 });
    world.behave('ep_small', { afterMs: 100 });
    world.start();
    for (let i = 0; i < 400; i += 1) world.add({ laneKey: 'ep_big' });
    await world.advance(1_000);
    const before = world.seen.length;
    for (let i = 0; i < 20; i += 1) world.add({ laneKey: 'ep_small' });
    await world.advance(1_100);
    const small = world.seen.slice(before).filter(({ due }) => due.laneKey === 'ep_small');
    expect(small.length).toBeGreaterThanOrEqual(18);
  });

  it('of a large backlog little is in memory, and each entry is read about once', async () => {
    const world = createDeliveryWorld();
    for (let i = 0; i < 2_000; i += 1) world.add({ laneKey: 'ep_a', attempt: 1 });
    const worker = world.start();
    let most = 0;
    for (let i = 0; i < 300; i += 1) {
      await world.advance(20);
      most = Math.max(most, queued(worker));
      // It is filled again at a quarter.
      if (worker.lanes()[0]?.hasMore === true) expect(queued(worker)).toBeGreaterThan(45);
    }
    expect(world.left()).toEqual([]);
    expect(world.seen).toHaveLength(2_000);
    expect(most).toBeLessThanOrEqual(200);
    expect(world.partitions[0].reads() + world.partitions[1].reads()).toBeLessThan(10_000);
  });

  it('six thousand lanes keep within the memory of a process, and all have their turn', async () => {
    const world = createDeliveryWorld();
    for (let i = 0; i < 6_000; i += 1) world.add({ laneKey: `ep_${i}` });
    for (let i = 0; i < 300; i += 1) world.add({ laneKey: 'ep_big' });
    const worker = world.start();
    await world.advance(40);
    expect(queued(worker)).toBeGreaterThan(4_000);
    expect(queued(worker)).toBeLessThanOrEqual(5_000);
    await world.advance(4_000);
    expect(world.left()).toEqual([]);
    expect(worker.lanes().length).toBeLessThanOrEqual(6_001);
  });

  it('lanes without work are forgotten beyond a number', async () => {
    const world = createDeliveryWorld({ limits: { idleLanesMax: 50 } });
    const worker = world.start();
    for (let i = 0; i < 300; i += 1) world.add({ laneKey: `ep_${i}` });
    await world.advance(2_000);
    expect(world.left()).toEqual([]);
    expect(worker.lanes()).toHaveLength(50);
  });

  it('an hour of pauses costs no timer per lane', async () => {
    const world = createDeliveryWorld();
    const worker = world.start();
    for (let i = 0; i < 1_000; i += 1) {
      // Each is to be woken before those that rest already.
      world.behave(`ep_${i}`, { status: 503, headers: { 'retry-after': String(3_500 - i) } });
      world.add({ laneKey: `ep_${i}` });
      world.add({ laneKey: `ep_${i}` });
    }
    await world.advance(60_000);
    expect(worker.lanes().filter(({ status }) => status === 'resting')).toHaveLength(1_000);
    expect(world.clock.sleeping()).toBeLessThanOrEqual(2);
  });

  it('somebody who is to be woken sooner does not wait for those who rest longer', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_b', { ...active, ratePerSecond: 1 });
    world.behave('ep_a', { status: 503, headers: { 'retry-after': '3000' } });
    world.start();
    world.add({ laneKey: 'ep_a' });
    await world.advance(100);
    for (let i = 0; i < 5; i += 1) world.add({ laneKey: 'ep_b' });
    await world.advance(4_100);
    expect(world.sentTo('ep_b')).toHaveLength(5);
  });

  it('memory that slow lanes have filled is shared anew when another comes', async () => {
    const world = createDeliveryWorld({ limits: { queuedMax: 100 } });
    for (const laneKey of ['ep_a', 'ep_b']) world.behave(laneKey, { hangs: true });
    const worker = world.start();
    for (const n of [200, 20]) {
      for (let i = 0; i < n; i += 1) world.add({ laneKey: i % 2 === 0 ? 'ep_a' : 'ep_b' });
      await world.advance(500);
    }
    expect(queued(worker)).toBe(100);
    for (let i = 0; i < 30; i += 1) world.add({ laneKey: 'ep_c' });
    await world.advance(1_000);
    expect(world.sentTo('ep_c')).toHaveLength(30);
    expect(queued(worker)).toBeLessThanOrEqual(100);
  });

  it('who finds no memory at all has it as soon as there is some', async () => {
    const world = createDeliveryWorld({ limits: { queuedMax: 3 } });
    const worker = world.start();
    for (let i = 0; i < 10; i += 1) world.add({ laneKey: `ep_${i}` });
    await world.advance(1_000);
    for (let i = 0; i < 3; i += 1) {
      world.behave(`ep_${i}`, { hangs: true });
      for (let n = 0; n < 12; n += 1) world.add({ laneKey: `ep_${i}` });
    }
    await world.advance(1_000);
    expect(queued(worker)).toBe(3);
    for (let i = 3; i < 10; i += 1) world.add({ laneKey: `ep_${i}` });
    for (let i = 0; i < 3; i += 1) world.behave(`ep_${i}`, { status: 200 });
    await world.advance(60_000);
    expect(world.left()).toEqual([]);
  });

  it('what is reported and not folded yet hides nothing that is behind it', async () => {
    const world = createDeliveryWorld({
      limits: { refillScanMax: 200 },
      over: { report: () => Promise.resolve('written') },
    });
    world.configure('ep_a', active);
    world.start();
    for (let i = 0; i < 2_400; i += 1) world.add({ laneKey: 'ep_a' });
    await world.advance(10_000);
    expect(world.seen).toHaveLength(2_400);
    world.configure('ep_a', { ...active, status: 'PAUSED' });
    // In each of the two partitions one before all others, and one behind them.
    for (const dueMs of [1, 1, startMs + 60_000, startMs + 60_000])
      world.add({ laneKey: 'ep_a', dueMs });
    await world.advance(100);
    world.configure('ep_a', active);
    await world.advance(1_000);
    expect(world.seen).toHaveLength(2_404);
  });

  it('first attempts are found behind retries that wait longer, after a start too', async () => {
    const world = createDeliveryWorld();
    world.configure('ep_a', { ...active, ratePerSecond: 8 });
    for (let i = 0; i < 300; i += 1) world.add({ laneKey: 'ep_a', attempt: 2, dueMs: 1_000 + i });
    for (let i = 0; i < 8; i += 1) world.add({ laneKey: 'ep_a' });
    world.start();
    await world.advance(2_000);
    const firsts = world.sentTo('ep_a').filter(({ due }) => due.isFirst);
    expect(firsts.length).toBeGreaterThanOrEqual(4);
  });
});
