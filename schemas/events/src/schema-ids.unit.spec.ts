import { describe, it } from 'vitest';
import { createMemorySchemaIds } from './schema-ids.ts';
import { schemaIdsContract } from './testing/index.ts';

describe('schema ids in memory', () => {
  for (const { promise, check } of schemaIdsContract) {
    it(promise, () => check(createMemorySchemaIds(), 'x'));
  }
});
