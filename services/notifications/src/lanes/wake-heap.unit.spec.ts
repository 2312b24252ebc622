import { createRandom } from '@plumbline/runtime/simulation';
import { describe, expect, it } from 'vitest';
import { createWakeHeap } from './wake-heap.ts';

describe('those who wait', () => {
  it('are woken when it is time, and not before', () => {
    const heap = createWakeHeap<string>();
    heap.set('a', 20);
    heap.set('b', 10);
    expect([heap.nextMs(), heap.take(9), heap.take(10), heap.take(19)]).toEqual([
      ...[10, undefined, 'b', undefined],
    ]);
    expect([heap.take(20), heap.nextMs()]).toEqual(['a', null]);
  });

  it('wait for the newest time that was set', () => {
    const heap = createWakeHeap<string>();
    for (const atMs of [50, 10, 70, 10, 30]) heap.set('a', atMs);
    expect([heap.take(29), heap.take(30), heap.take(100)]).toEqual([undefined, 'a', undefined]);
  });

  it('are woken as a plain list would wake them', () => {
    const random = createRandom(7);
    const heap = createWakeHeap<number>();
    const list = new Map<number, number>();
    for (let nowMs = 0; nowMs < 2_000; nowMs += 1) {
      const who = random.int(40);
      const atMs = nowMs + random.int(100);
      heap.set(who, atMs);
      list.set(who, atMs);
      expect(heap.nextMs()).toBe(Math.min(...list.values()));
      for (let woken = heap.take(nowMs); woken !== undefined; woken = heap.take(nowMs)) {
        expect(list.get(woken)).toBeLessThanOrEqual(nowMs);
        list.delete(woken);
      }
      expect([...list.values()].filter((at) => at <= nowMs)).toEqual([]);
    }
  });
});
