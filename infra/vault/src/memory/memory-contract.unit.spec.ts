import { describe } from 'vitest';
import { apiKeyRowsContract, dataKeyRowsContract } from '../contract/rows-contract.ts';
import { monitorKeyRowsContract } from '../contract/monitor-rows-contract.ts';
import { endpointSecretRowsContract } from '../contract/secret-rows-contract.ts';
import { createMemoryMonitorKeyRows } from './memory-monitor-rows.ts';
import { createMemoryApiKeyRows, createMemoryDataKeyRows } from './memory-rows.ts';
import { createMemoryEndpointSecretRows } from './memory-secret-rows.ts';

describe('keys of subjects in memory', () => {
  const rows = createMemoryDataKeyRows();
  dataKeyRowsContract(() => rows);
});

describe('API keys in memory', () => {
  const rows = createMemoryApiKeyRows();
  apiKeyRowsContract(() => rows);
});

describe('secrets of endpoints in memory', () => {
  const rows = createMemoryEndpointSecretRows();
  endpointSecretRowsContract(() => rows);
});

describe('keys of monitor clients in memory', () => {
  const rows = createMemoryMonitorKeyRows();
  monitorKeyRowsContract(() => rows);
});
