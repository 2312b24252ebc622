import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import { flowPollMs } from '../limits.ts';
import type { PaymentProgram } from './payment-programs.ts';

/** Looks which payments of a load say SUCCESS, and when each was first seen to: index to epoch ms. */
export function watchFinished(of: {
  readonly program: PaymentProgram;
  /** The load's: order numbers are `<prefix>-<index>`. */
  readonly prefix: string;
  readonly postgresUrl: string;
}) {
  const { program, prefix } = of;
  const postgres = openPostgres({ url: of.postgresUrl, logger: silentLogger, poolMax: 1 });
  const seen = new Map<number, number>();
  const ending = new AbortController();
  let lastNewMs = Date.now();
  // Only rows that were not there at the last look are read: `updated` is no smaller than before.
  let since = new Date(0);

  async function look(): Promise<void> {
    const rows = await postgres.query<{ order_no: string; at: Date }>(program.finishedSql, [
      `${prefix}-%`,
      since.toISOString(),
    ]);
    const nowMs = Date.now();
    for (const { order_no: orderNo, at } of rows) {
      const index = Number(orderNo.slice(prefix.length + 1));
      if (seen.has(index)) continue;
      seen.set(index, nowMs);
      lastNewMs = nowMs;
      // Transactions become visible out of the order of their times, by much less than that.
      const floor = new Date(at.getTime() - 2_000);
      if (floor > since) since = floor;
    }
  }

  const running = (async () => {
    while (!ending.signal.aborted) {
      await look();
      await sleep(flowPollMs);
    }
  })();

  return {
    /** Waits until all have ended, or none has for so long. */
    async end(until: { readonly expected: number; readonly patienceMs: number }) {
      // Under a load beyond its limit a program may end nothing before the load does.
      lastNewMs = Date.now();
      while (seen.size < until.expected && Date.now() - lastNewMs < until.patienceMs)
        await sleep(flowPollMs);
      ending.abort();
      await running;
      await postgres.close();
      return seen as ReadonlyMap<number, number>;
    },
  };
}
