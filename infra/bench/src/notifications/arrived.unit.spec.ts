import { describe, expect, it } from 'vitest';
import { binned, createArrived, steadyPerSecond, timesOf } from './arrived.ts';

describe('what has arrived', () => {
  it('is delivered once it was taken, and what hung or was refused is not', () => {
    const arrived = createArrived();
    arrived.take([
      ['a', 10, 0],
      ['b', 11, 400],
      ['c', 12, 200],
    ]);
    expect([arrived.delivered(), arrived.deliveredMs('a'), arrived.deliveredMs('c')]).toEqual([
      ...[1, undefined, 12],
    ]);
    arrived.take([
      ['a', 40, 200],
      ['b', 41, 200],
    ]);
    expect([arrived.delivered(), arrived.deliveredMs('a'), arrived.secondMs('b')]).toEqual([
      ...[3, 40, 41],
    ]);
    expect(arrived.repeated()).toBe(0);
  });

  it('shows what was delivered twice', () => {
    const arrived = createArrived();
    arrived.take([
      ['a', 10, 200],
      ['a', 25, 200],
      ['b', 26, 200],
    ]);
    expect([arrived.repeated(), arrived.delivered(), arrived.deliveredMs('a')]).toEqual([1, 2, 10]);
  });

  it('gives the second time and not the third', () => {
    const arrived = createArrived();
    arrived.take([
      ['a', 1, 400],
      ['a', 2, 400],
      ['a', 3, 200],
    ]);
    expect([arrived.secondMs('a'), arrived.deliveredMs('a')]).toEqual([2, 3]);
  });
});

describe('figures', () => {
  it('of times show what is early', () => {
    expect(timesOf([30, -2, 10, 20])).toEqual({
      ...{ count: 4, leastMs: -2, p50Ms: 10, p95Ms: 30, p99Ms: 30, maxMs: 30 },
    });
    expect(timesOf([])).toMatchObject({ count: 0, leastMs: null, p99Ms: null, maxMs: null });
  });

  it('of a rate leave out how it begins and ends', () => {
    const even = Array.from({ length: 100 }, (_, at) => 1_000 + at * 10);
    expect(steadyPerSecond(even)).toBe(100);
    expect(steadyPerSecond([...even.slice(0, 99), 900_000])).toBe(100);
    expect(steadyPerSecond([5])).toBeNull();
  });

  it('of bins count everything', () => {
    const counts = binned([-1, 0, 9.9, 10, 25, 30, 4_000], { binMs: 10, count: 3 });
    expect(counts).toEqual([3, 1, 1, 2]);
  });
});
