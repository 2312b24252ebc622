import { expect, test } from 'vitest';
import { clockSampleAgeMaxMs } from '../limits.ts';
import { BrokerClock } from './broker-clock.ts';

test('is unknown, then at least an append time and the time since, less the drift', () => {
  let now = 50;
  const clock = new BrokerClock(() => now);
  clock.observe('a', -1);
  expect(clock.nowMs()).toBeNull();
  clock.observe('a', 1_000_000);
  expect(clock.nowMs()).toBe(1_000_000);
  now += 10_000;
  expect(clock.nowMs()).toBe(1_009_995);
});

test('a slower answer does not set it back, an old sample gives way, the slowest broker counts', () => {
  let now = 0;
  const clock = new BrokerClock(() => now);
  clock.observe('a', 1_000_000);
  now += 1_000;
  clock.observe('a', 1_000_400);
  expect(clock.nowMs()).toBe(1_000_999);
  now += clockSampleAgeMaxMs;
  clock.observe('a', 1_000_500);
  expect(clock.nowMs()).toBe(1_000_500);
  clock.observe('b', 900_000);
  expect(clock.nowMs()).toBe(900_000);
});
