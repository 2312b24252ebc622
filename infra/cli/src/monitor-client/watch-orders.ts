import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@plumbline/kafka';
import { unreachable } from '@plumbline/kernel';
import type { BackOff } from './back-off.ts';
import { waitMsAfter } from './back-off.ts';
import type { MonitorApi, ShownOrder } from './monitor-api.ts';

export type OrderEvent =
  | { readonly event: 'active'; readonly order: ShownOrder }
  | { readonly event: 'ended'; readonly orderId: string; readonly account: string }
  | { readonly event: 'orders-away'; readonly problem: string }
  | { readonly event: 'orders-back' };

export interface WatchOptions {
  readonly api: Pick<MonitorApi, 'activeOrders'>;
  /** `null` for those of every merchant. */
  readonly pid: string | null;
  readonly everyMs: number;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly backOff: BackOff;
  readonly onEvent: (event: OrderEvent) => void;
  readonly signal: AbortSignal;
}

const keyOf = (order: ShownOrder): string =>
  [order.orderId, order.pid, order.aid, order.cid].join(' ');

/**
 * Asks for the active orders again and again until the signal, and tells which are new, or have
 * changed, and which are no longer among them. Never rejects: where nobody answers it says so once, and asks less often.
 * What it never can be told (403, for example) it says, and goes on asking as well.
 */
export async function watchOrders(options: WatchOptions): Promise<void> {
  const { api, pid, everyMs, clock, onEvent, signal } = options;
  let known = new Map<string, ShownOrder>();
  const isOver = (): boolean => signal.aborted;
  let failed = 0;
  while (!isOver()) {
    const came = await api.activeOrders(pid);
    if (isOver()) return;
    switch (came.kind) {
      case 'accepted': {
        if (failed > 0) onEvent({ event: 'orders-back' });
        failed = 0;
        const now = new Map(came.answer.map((order) => [keyOf(order), order]));
        tell({ known, now }, onEvent);
        known = now;
        break;
      }
      case 'again':
      case 'never':
        failed += 1;
        if (failed === 1) onEvent({ event: 'orders-away', problem: came.problem });
        break;
      default:
        unreachable(came);
    }
    await clock.sleep(everyMs + (failed === 0 ? 0 : waitMsAfter(failed, options.backOff)), signal);
  }
}

function tell(
  { known, now }: { known: ReadonlyMap<string, ShownOrder>; now: ReadonlyMap<string, ShownOrder> },
  onEvent: WatchOptions['onEvent'],
): void {
  for (const [key, { orderId, pid, aid, cid }] of known)
    if (!now.has(key)) onEvent({ event: 'ended', orderId, account: `${pid}.${aid}.${cid}` });
  for (const [key, order] of now)
    if (!isDeepStrictEqual(known.get(key), order)) onEvent({ event: 'active', order });
}
