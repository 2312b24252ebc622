import { afterAll, beforeAll, describe } from 'vitest';
import type { ContractOptions, LogHarness } from './harness.ts';
import { describeHistories } from './history-contract.ts';
import { describeMembership } from './membership-contract.ts';
import { describeProducers } from './producer-contract.ts';
import { describeReader } from './reader-contract.ts';

/** What every implementation of the log port must hold, and what only this one can show. */
export function describeLogContract<Harness extends LogHarness>(
  name: string,
  openHarness: () => Promise<Harness>,
  options: ContractOptions,
  describeMore: (harness: () => Harness) => void = () => undefined,
): void {
  describe(`${name} keeps the contract of the log`, () => {
    let opened: Harness | undefined;
    beforeAll(async () => {
      opened = await openHarness();
    });
    afterAll(() => opened?.close());
    const harness = (): Harness => {
      if (opened === undefined) throw new Error('The harness did not open');
      return opened;
    };
    describeReader(harness);
    describeProducers(harness);
    describeHistories(harness, options);
    describeMembership(harness);
    describeMore(harness);
  });
}
