import { setTimeout as sleep } from 'node:timers/promises';
import { mend } from '../faults/mend.ts';
import type { IntegrityPromise } from './promise.ts';
import { servedAgain } from './served-again.ts';

/** Longer than a session (6 s) and a transaction's time-out (5 s), so that both run out. */
const frozenMs = 8_000;

export const brokerDiesOrFreezes: IntegrityPromise = {
  title: 'A broker that dies without warning, or freezes, loses nothing that was answered',
  async keep(run) {
    const { stack } = run.world;
    const servedAfterMs: number[] = [];
    // Once: a campaign kills it again and again.
    stack.killPart('kafka', 'SIGKILL');
    await mend(stack, 'kafka');
    servedAfterMs.push(await servedAgain(run));
    stack.killPart('kafka', 'SIGSTOP');
    await sleep(frozenMs);
    stack.killPart('kafka', 'SIGCONT');
    servedAfterMs.push(await servedAgain(run));
    return { kills: 1, freezes: 1, servedAfterMs };
  },
};
