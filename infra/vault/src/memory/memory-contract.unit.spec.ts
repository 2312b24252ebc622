import { describe } from 'vitest';
import { apiKeyRowsContract, dataKeyRowsContract } from '../contract/rows-contract.ts';
import { createMemoryApiKeyRows, createMemoryDataKeyRows } from './memory-rows.ts';

describe('keys of subjects in memory', () => {
  const rows = createMemoryDataKeyRows();
  dataKeyRowsContract(() => rows);
});

describe('API keys in memory', () => {
  const rows = createMemoryApiKeyRows();
  apiKeyRowsContract(() => rows);
});
