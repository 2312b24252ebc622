import { silentLogger } from '@plumbline/observability';
import { expect, test } from 'vitest';
import { createMemoryLog } from '../memory/memory-log.ts';
import { sharePartitions } from './share-partitions.ts';

const partitions = 4;
const topics = ['t.v1'];

function open(prepare: () => Promise<void> = () => Promise.resolve()) {
  const log = createMemoryLog({ topics: [{ name: 't.v1', partitions }] });
  const busy = new Map<string, number>();
  const join = (name: string) =>
    sharePartitions({
      ...{ log, groupId: 'g', topics, partitions, logger: silentLogger, prepare },
      isFinal: (error) => error instanceof TypeError,
      retryMs: { first: 1, max: 2 },
      start: (partition) => {
        busy.set(`${name}${partition}`, (busy.get(`${name}${partition}`) ?? 0) + 1);
        return {
          stop: () => {
            busy.delete(`${name}${partition}`);
            return Promise.resolve();
          },
        };
      },
    });
  return { log, busy, join };
}

test('members share the partitions, and who leaves hands over what it had', async () => {
  const { busy, join } = open();
  const first = join('a');
  await expect.poll(() => [...first.works().keys()].sort()).toEqual([0, 1, 2, 3]);
  expect([first.member(), first.problem(), first.failed()]).toEqual([true, null, false]);
  const second = join('b');
  await expect.poll(() => second.works().size).toBe(2);
  await expect.poll(() => first.works().size).toBe(2);
  // One piece of work a partition, and none was begun twice where it stayed.
  expect([...busy.keys()].map((name) => name.slice(1)).sort()).toEqual(['0', '1', '2', '3']);
  expect([...busy.values()]).toEqual([1, 1, 1, 1]);
  await first.close();
  expect(first.works().size).toBe(0);
  await expect.poll(() => [...second.works().keys()].sort()).toEqual([0, 1, 2, 3]);
  await second.close();
  expect(busy.size).toBe(0);
});

test('what has to be there first is waited for, and said', async () => {
  let tries = 0;
  let there = false;
  const { join } = open(() => {
    tries += 1;
    return there ? Promise.resolve() : Promise.reject(new Error('not there yet'));
  });
  const shared = join('a');
  await expect.poll(() => tries).toBeGreaterThan(2);
  expect([shared.problem(), shared.failed(), shared.works().size]).toEqual([
    'not there yet',
    false,
    0,
  ]);
  there = true;
  await expect.poll(() => shared.works().size).toBe(4);
  expect(shared.problem()).toBeNull();
  await shared.close();
});

test('what trying again does not mend ends it, for a person to see', async () => {
  let tries = 0;
  const { join } = open(() => {
    tries += 1;
    return Promise.reject(new TypeError('wrong'));
  });
  const shared = join('a');
  await expect.poll(() => shared.failed()).toBe(true);
  await shared.close();
  expect([tries, shared.problem()]).toEqual([1, 'wrong']);
});
