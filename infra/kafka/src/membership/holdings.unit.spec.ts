import { expect, test } from 'vitest';
import type { Assignment } from '../log.ts';
import { Holdings } from './holdings.ts';

function witness() {
  const told: Assignment[] = [];
  const finish: (() => void)[] = [];
  let letGo = 0;
  const errors: Error[] = [];
  const holdings = new Holdings({
    onAssigned: (assignment) => {
      told.push(assignment);
      return new Promise((resolve) => finish.push(resolve));
    },
    onLetGo: () => {
      letGo += 1;
    },
    onError: (error) => errors.push(error),
  });
  const turn = () => new Promise(setImmediate);
  const next = async () => {
    finish.shift()?.();
    await turn();
  };
  return { holdings, told, next, turn, letGo: () => letGo, errors };
}

const given = (generation: number, ...partitions: number[]): Assignment => ({
  generation,
  partitions,
  member: true,
});

test('what was taken away is held until the owner has let go of it', async () => {
  const { holdings, next, turn, letGo } = witness();
  holdings.assign(given(1, 0, 1, 2));
  await turn();
  await next();
  expect([holdings.held(), letGo()]).toEqual([[0, 1, 2], 0]);
  holdings.assign(given(2, 0));
  await turn();
  expect([holdings.held(), letGo()]).toEqual([[0, 1, 2], 0]);
  await next();
  expect([holdings.held(), letGo()]).toEqual([[0], 1]);
});

test('of assignments that wait only the newest is told, and calls never overlap', async () => {
  const { holdings, told, next, turn } = witness();
  holdings.assign(given(1, 0));
  await turn();
  holdings.assign(given(2, 0, 1));
  holdings.assign(given(3, 1));
  await turn();
  expect(told.map(({ generation }) => generation)).toEqual([1]);
  await next();
  expect(told.map(({ generation }) => generation)).toEqual([1, 3]);
  expect(holdings.held()).toEqual([0, 1]);
  await next();
  expect(holdings.held()).toEqual([1]);
});

test('a loss of the group is told even when a new assignment already waits', async () => {
  const { holdings, told, next, turn, letGo } = witness();
  holdings.assign(given(1, 0, 1));
  await turn();
  holdings.assign({ generation: 1, partitions: [], member: false });
  holdings.assign(given(4, 1));
  await next();
  await next();
  await next();
  expect(told.map(({ generation, member }) => [generation, member])).toEqual([
    [1, true],
    [1, false],
    [4, true],
  ]);
  expect([holdings.held(), letGo()]).toEqual([[1], 0]);
});

test('an owner that throws ends it', async () => {
  const errors: Error[] = [];
  const holdings = new Holdings({
    onAssigned: () => Promise.reject(new Error('broken')),
    onLetGo: () => undefined,
    onError: (error) => errors.push(error),
  });
  holdings.assign(given(1, 0));
  await holdings.settled();
  expect(errors.map(({ message }) => message)).toEqual(['broken']);
});
