import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { invariant } from '@plumbline/kernel';
import { forgetAll } from '../faults/forget-all.ts';
import { mend } from '../faults/mend.ts';
import { buyAsMerchant } from '../world/gateway-buyers.ts';
import { until } from '../world/world.ts';
import type { IntegrityPromise } from './promise.ts';

const outageMs = 2_000;
/** Waits between attempts grow to 2 s; then some thousand results are a few scripts. */
const toldWithinMs = 30_000;

export const redisForgets: IntegrityPromise = {
  title:
    'A Redis that dies or forgets everything stops no payment, and result streams are whole again by themselves: every change told, in order',
  async keep({ world, targets, results }) {
    invariant(results !== null, 'result streams are told of merchants at gateways');
    const { stack } = world;
    const numbers = [0, 1, 2, 3].map((n) => `REDIS${n}${randomUUID().slice(0, 8)}`);
    stack.killPart('redis', 'SIGKILL');
    try {
      await sleep(outageMs);
      await Promise.all(numbers.map((number) => buyAsMerchant(targets, number)));
    } finally {
      await mend(stack, 'redis');
    }
    const before = new Set(results.entries.map(({ fields }) => fields['event_id']));
    const { length } = results.entries;
    await forgetAll(stack);
    const again = () =>
      new Set(results.entries.slice(length).map(({ fields }) => fields['event_id']));
    const isWhole = () => {
      const now = again();
      return [...before].every((id) => now.has(id));
    };
    // That none is missing is checked at the end.
    await until('what was forgotten is told again', isWhole, toldWithinMs);
    return { kills: 1, flushes: 1, toldAgain: before.size };
  },
};
