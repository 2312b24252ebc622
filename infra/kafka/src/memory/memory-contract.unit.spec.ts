import { describeLogContract } from '../contract/log-contract.ts';
import { openMemoryHarness } from '../contract/memory-harness.ts';

describeLogContract('the log in memory', () => Promise.resolve(openMemoryHarness()), {
  seeds: Array.from({ length: 30 }, (_, index) => index + 1),
});
