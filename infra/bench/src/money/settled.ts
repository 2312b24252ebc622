import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '@plumbline/local';
import { LocalStackError } from '@plumbline/local';
import { z } from 'zod';
import { askPatiently } from '../shop/ask.ts';
import { activePatienceMs, waitingPollMs } from './limits.ts';

const listed = z.object({ accounts: z.array(z.object({ activeOrders: z.number() })) });

/**
 * Waits until the read model shows so many orders that wait, and Redis has all of them, so that
 * nobody works off any more what was just written. Errors: LocalStackError.
 */
export async function settled(
  platform: Pick<Platform, 'url'>,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const url = platform.url('channel-monitor');
  const isSettled = async () => {
    const question = { method: 'GET', url: `${url}/api/monitor/accounts`, signal } as const;
    const { accounts } = listed.parse((await askPatiently(question)).body);
    const shown = accounts.reduce((sum, { activeOrders }) => sum + activeOrders, 0);
    const metrics = await (await fetch(`${url}/metrics`, { signal })).text();
    return shown === count && gaugeOf(metrics, 'plumbline_active_orders_unwritten') === 0;
  };
  const untilMs = performance.now() + activePatienceMs;
  while (!(await isSettled())) {
    if (performance.now() > untilMs)
      throw new LocalStackError(`the read model and Redis do not come to ${count} orders`);
    await sleep(waitingPollMs, undefined, { signal });
  }
}

/** A gauge without labels of its own, from the text of `/metrics`; `null` where there is none. */
export function gaugeOf(metrics: string, name: string): number | null {
  const line = metrics.split('\n').find((each) => new RegExp(`^${name}(\\{[^}]*\\})? `).test(each));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ') + 1));
}
