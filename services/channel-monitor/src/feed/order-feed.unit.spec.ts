import { afterEach, expect, it } from 'vitest';
import type { FeedWorld } from './testing/feed-world.ts';
import { entry, openFeedWorld } from './testing/feed-world.ts';

const worlds: FeedWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.feed.close();
});

function opened(options?: Parameters<typeof openFeedWorld>[0]): FeedWorld {
  const world = openFeedWorld(options);
  worlds.push(world);
  return world;
}

const shown = ({ stream }: FeedWorld) => [...stream.entries.keys()].sort();
const keyOf = (orderId: string) => `main/1000.1/${orderId}-1`;

it('an order is in the stream once it is committed, and out of it once it has ended', async () => {
  const world = opened();
  const task = world.open(0);
  task.changed(keyOf('A'), entry('A'));
  task.changed(keyOf('B'), entry('B'));
  await world.clock.settle();
  expect(shown(world)).toEqual(['A', 'B']);
  task.changed(keyOf('A'), undefined);
  await world.clock.settle();
  expect(shown(world)).toEqual(['B']);
  expect(world.stream.entries.get('B')).toMatchObject({ pid: '1000', aid: '1', cid: '2' });
});

it('what is of another tenant is not shown', async () => {
  const world = opened();
  world.open(0).changed(keyOf('A'), entry('A', { tenant: 'other' }));
  await world.clock.settle();
  expect(shown(world)).toEqual([]);
});

it('of two attempts at one order the end of one leaves the other, the longer of the two', async () => {
  const world = opened();
  const task = world.open(0);
  task.changed('a', entry('A', { aid: '1', expiresAtMs: 2_000_000 }));
  task.changed('b', entry('A', { aid: '2', expiresAtMs: 1_500_000 }));
  await world.clock.settle();
  expect(world.stream.entries.get('A')?.aid).toBe('1');
  task.changed('a', undefined);
  await world.clock.settle();
  expect(world.stream.entries.get('A')?.aid).toBe('2');
  task.changed('b', undefined);
  await world.clock.settle();
  expect(shown(world)).toEqual([]);
});

it('nothing is lost while Redis is away, health says so, and the process stays ready', async () => {
  const world = opened();
  const task = world.open(0);
  task.changed(keyOf('A'), entry('A'));
  await world.clock.settle();
  world.stream.isAway = true;
  task.changed(keyOf('A'), undefined);
  task.changed(keyOf('B'), entry('B'));
  await world.clock.pass(5);
  expect(shown(world)).toEqual(['A']);
  expect(world.feed.health()).toEqual({
    ...{ ok: true, detail: '1 active orders, 2 changes to be written: away' },
  });
  world.stream.isAway = false;
  await world.clock.pass(2);
  expect(shown(world)).toEqual(['B']);
  expect(world.feed.health().detail).toBe('1 active orders, 0 changes to be written');
});

it('an order that changes back while Redis is away is written as it is at last', async () => {
  const world = opened();
  const task = world.open(0);
  world.stream.isAway = true;
  task.changed(keyOf('A'), entry('A'));
  await world.clock.pass(1);
  task.changed(keyOf('A'), undefined);
  task.changed(keyOf('A'), entry('A', { expiresAtMs: 3_000_000 }));
  await world.clock.pass(1);
  world.stream.isAway = false;
  await world.clock.pass(2);
  expect(world.stream.entries.get('A')?.expiresAtMs).toBe(3_000_000);
});

it('a flush of Redis is healed within a second, from what is held', async () => {
  const world = opened({ partitions: 1 });
  world.open(0).changed(keyOf('A'), entry('A'));
  await world.clock.pass(2);
  expect(world.stream.heals.count).toBeGreaterThan(0);
  world.stream.flush();
  await world.clock.pass(2);
  expect(shown(world)).toEqual(['A']);
  expect(world.askedFor.filter((held) => held.length > 0)).toEqual([]);
});

it('what others hold is healed from the read model, and what is held here is not', async () => {
  const world = opened({ partitions: 2 });
  world.elsewhere = () => Promise.resolve([entry('X'), entry('A', { aid: 'old' })]);
  world.open(1).changed(keyOf('A'), entry('A'));
  await world.clock.pass(2);
  expect(shown(world)).toEqual(['A', 'X']);
  expect(world.stream.entries.get('A')?.aid).toBe('1');
  expect(world.askedFor.at(-1)).toEqual([1]);
});

it('one that cannot read the rest removes nothing of it, and heals later', async () => {
  const world = opened({ partitions: 2 });
  world.stream.entries.set('X', entry('X'));
  world.elsewhere = () => Promise.reject(new Error('the read model is not up yet'));
  world.open(0).changed(keyOf('A'), entry('A'));
  await world.clock.pass(3);
  expect(shown(world)).toEqual(['A', 'X']);
  expect(world.feed.health().detail).toContain('the read model is not up yet');
  world.elsewhere = () => Promise.resolve([entry('Y')]);
  await world.clock.pass(2);
  expect(shown(world)).toEqual(['A', 'Y']);
});

it('of all processes the one with partition 0 heals each minute', async () => {
  const [first, other] = [opened(), opened()];
  first.open(0);
  other.open(1);
  for (const world of [first, other]) await world.clock.pass(2);
  const before = [first, other].map(({ stream }) => stream.heals.count);
  for (const world of [first, other]) await world.clock.pass(60);
  const healed = [first, other].map(({ stream }, at) => stream.heals.count - (before[at] ?? 0));
  expect(healed).toEqual([1, 0]);
});

it('a task that goes to somebody else ends none of its orders, and what waits of it is dropped', async () => {
  const world = opened({ partitions: 2 });
  world.elsewhere = () => Promise.resolve([entry('A')]);
  world.open(1);
  const task = world.open(0);
  task.changed(keyOf('A'), entry('A'));
  await world.clock.pass(2);
  world.stream.isAway = true;
  task.changed(keyOf('A'), undefined);
  await world.clock.settle();
  task.close();
  world.stream.isAway = false;
  await world.clock.pass(2);
  expect(shown(world)).toEqual(['A']);
  task.changed(keyOf('B'), entry('B'));
  await world.clock.settle();
  expect(shown(world)).toEqual(['A']);
});

it('the file has all orders, those that end first in front, and is written once a second', async () => {
  const world = opened({ partitions: 1 });
  const task = world.open(0);
  task.changed(keyOf('B'), entry('B', { expiresAtMs: 2_000_000 }));
  for (const orderId of ['A', 'C', 'D']) task.changed(keyOf(orderId), entry(orderId));
  await world.clock.pass(1);
  expect(world.files.at(-1)).toEqual(['A', 'C', 'D', 'B']);
  const written = world.files.length;
  await world.clock.pass(10);
  expect(world.files).toHaveLength(written);
  for (let i = 0; i < 50; i += 1) task.changed(keyOf('A'), entry('A', { expiresAtMs: 3e6 + i }));
  await world.clock.pass(2);
  expect(world.files).toHaveLength(written + 1);
  expect(world.files.at(-1)).toEqual(['C', 'D', 'B', 'A']);
});

it('the file has no orders whose time is over, and follows what others hold', async () => {
  const world = opened({ partitions: 2 });
  world.open(0).changed(keyOf('A'), entry('A', { expiresAtMs: 500 }));
  world.elsewhere = () => Promise.resolve([entry('X')]);
  await world.clock.pass(6);
  expect(world.files.at(-1)).toEqual(['X']);
  world.elsewhere = () => Promise.resolve([entry('X'), entry('Y')]);
  await world.clock.pass(6);
  expect(world.files.at(-1)).toEqual(['X', 'Y']);
});
