import { describe, expect, it } from 'vitest';
import { contractProjection, describeProjectionSql } from '../contract/projection-sql-contract.ts';
import { LostRace } from '../positions.ts';
import { openMemoryReadModel } from './memory-read-model.ts';

describe('rows in memory', () => {
  describeProjectionSql(async () => {
    const model = await openMemoryReadModel(contractProjection('in_memory'));
    return {
      transaction: (work) => model.transaction(work),
      rows: (table) => Promise.resolve(model.rows(table)),
    };
  });
});

describe('positions in memory', () => {
  const advance = (from: bigint, to: bigint, partition = 0) => ({
    ...{ topic: 'unused', partition, incarnation: 'i', from, to, timeMs: 0 },
  });
  const none = { records: [], bury: () => Promise.resolve() };

  it('move with the rows, once', async () => {
    const model = await openMemoryReadModel(contractProjection('in_memory'));
    await model.fold({ ...none, advances: [advance(0n, 3n)] });
    expect(model.position('unused', 0)?.nextOffset).toBe(3n);
    await expect(model.fold({ ...none, advances: [advance(0n, 3n)] })).rejects.toThrow(LostRace);
    await expect(model.fold({ ...none, advances: [advance(2n, 4n)] })).rejects.toThrow(LostRace);
  });

  it('let one of two racers win, and keep what another partition wrote meanwhile', async () => {
    const model = await openMemoryReadModel(contractProjection('in_memory'));
    const racing = model.fold({
      ...none,
      advances: [advance(0n, 3n)],
      beforeCommit: () =>
        model.fold({ ...none, advances: [advance(0n, 2n)] }).then(() => undefined),
    });
    await expect(racing).rejects.toThrow(LostRace);
    await model.fold({
      ...none,
      advances: [advance(2n, 3n)],
      beforeCommit: async () => {
        await model.fold({ ...none, advances: [advance(0n, 9n, 1)] });
      },
    });
    expect(model.position('unused', 0)?.nextOffset).toBe(3n);
    expect(model.position('unused', 1)?.nextOffset).toBe(9n);
  });
});
