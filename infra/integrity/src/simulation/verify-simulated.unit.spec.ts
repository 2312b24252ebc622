import { decidedAndDerived, verifyDecisions, verifyLog } from '@plumbline/cli';
import { describe, expect, it } from 'vitest';
import { planOf } from './plan/run-plan.ts';
import { playToTheEnd } from './play.ts';
import { openStage } from './stage/open-stage.ts';

describe('verify of a simulated log, with all faults and nothing planted', () => {
  // Money put aside; notifications that failed and were given up, and merchants' results.
  it.each([13, 27])(
    'finds nothing in that of seed %d',
    async (seed) => {
      const plan = planOf(seed, { poison: [] });
      const stage = await openStage(plan, null);
      await playToTheEnd(stage);
      const nowMs = stage.simulation.nowMs();
      const of = {
        ...{ log: stage.simulation.broker, codec: stage.newCodec(() => nowMs) },
        ...{ signal: new AbortController().signal, partitions: plan.partitions, partition: null },
        ...{ nowMs, catchUpMs: 0, listed: 20 },
      };
      const { parts } = await verifyLog({ ...of, parts: ['chains', 'sums', 'notifications'] });
      const decisions = await verifyDecisions(of, decidedAndDerived);
      for (const part of [...parts, decisions])
        expect(part).toMatchObject({ state: 'holds', findings: [], gaps: [] });
      const [chains] = parts;
      expect(chains?.looked['heads']).toBeGreaterThan(10);
      expect(decisions.looked['consistency-alerts']).toBeGreaterThan(3);
    },
    60_000,
  );
});
