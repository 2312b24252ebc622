import { expect, it } from 'vitest';
import { broadcastKeys } from './broadcast-keys.ts';
import { partitionOfRecordKey } from './pay-no.ts';

it.each([1, 4, 32, 256])('finds the first key of each of %d partitions', (partitions) => {
  const keys = broadcastKeys({ partitions, tenant: 'main', name: 'rules' });
  expect(keys.map((key) => partitionOfRecordKey(key, partitions))).toEqual(keys.map((_, i) => i));
  for (const [partition, key] of keys.entries()) {
    const index = Number(key.slice('main/rules-'.length));
    for (let i = 0; i < index; i += 1)
      expect(partitionOfRecordKey(`main/rules-${i}`, partitions)).not.toBe(partition);
  }
});

it('gives the same keys for ever', () => {
  expect(broadcastKeys({ partitions: 4, tenant: 'main', name: 'rules' })).toMatchInlineSnapshot(`
    [
      "main/rules-4",
      "main/rules-2",
      "main/rules-0",
      "main/rules-1",
    ]
  `);
});
