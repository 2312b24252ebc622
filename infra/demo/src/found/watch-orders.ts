import { setTimeout as sleep } from 'node:timers/promises';
import type { Shop } from '../driver/shop.ts';
import { pollMs } from '../limits.ts';

/**
 * Asks for every order until it shows what is expected or the time is over. Gives what each showed
 * last; an order that was never shown is missing.
 */
export async function watchOrders(options: {
  readonly expected: readonly { readonly orderNo: string; readonly status: string }[];
  readonly shop: Pick<Shop, 'orderStatus'>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  onRound(waiting: number): void;
}): Promise<ReadonlyMap<string, string>> {
  const { expected, shop, timeoutMs, signal } = options;
  const statuses = new Map<string, string>();
  const until = performance.now() + timeoutMs;
  for (let waiting = expected; ;) {
    await Promise.all(
      waiting.map(async ({ orderNo }) => {
        const status = await shop.orderStatus(orderNo);
        if (status !== null) statuses.set(orderNo, status);
      }),
    );
    waiting = waiting.filter(({ orderNo, status }) => statuses.get(orderNo) !== status);
    options.onRound(waiting.length);
    if (waiting.length === 0 || performance.now() > until) return statuses;
    await sleep(pollMs, undefined, { signal });
  }
}
