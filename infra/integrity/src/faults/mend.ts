import { setTimeout as sleep } from 'node:timers/promises';
import type { PartName, Stack } from '@plumbline/local';

const attempts = 3;
const pauseMs = 1_000;

/** Starts a server again. A machine that is busy with everything else may need a second try. */
export async function mend(stack: Stack, part: PartName): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await stack.restartPart(part);
      return;
    } catch (error) {
      if (attempt >= attempts) throw error;
      await sleep(pauseMs);
    }
  }
}
