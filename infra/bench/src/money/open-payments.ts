import { formatMajor } from '@plumbline/kernel';
import type { Report } from '@plumbline/local';
import { askPatiently, someAtOnce } from '../shop/ask.ts';
import { openingAtOnce } from './limits.ts';
import type { BenchAccounts } from './open-accounts.ts';
import type { PayableOrder } from './orders.ts';
import { currency } from './orders.ts';
import { watchActive } from './watch-active.ts';

/** Makes the payment of each order, and waits until its account waits for the money. */
export async function openPayments(
  { platform, log }: Pick<BenchAccounts, 'platform' | 'log'>,
  orders: readonly PayableOrder[],
  by: { readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = by;
  const url = `${platform.url('payments')}/payments`;
  const watch = await watchActive({ log, ...by });
  try {
    await someAtOnce(orders, openingAtOnce, async ({ orderNo, account, amountMinor }) => {
      const amount = formatMajor(amountMinor, currency);
      const into = { channel: 'PERSONAL', account: `${account.pid}.${account.aid}` };
      await askPatiently({
        ...{ method: 'POST', url, body: { orderNo, amount, currency, ...into }, signal },
      });
    });
    await watch.until(orders.length);
  } finally {
    await watch.close();
  }
}
