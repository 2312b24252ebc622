import type { Clock } from '@plumbline/kafka';
import {
  concurrentTransactionsPatience,
  reconnectPatience,
  requestTimeoutMs,
  Unavailable,
} from '@plumbline/kafka';
import type { Random } from './random.ts';
import type { Request, Wire } from './wire.ts';
import type { Life, World } from './world.ts';

/** What the parts of one simulated client share. */
export interface Client {
  readonly world: World;
  readonly life: Life;
  readonly clock: Clock;
  readonly wire: Wire;
  readonly random: Random;
  brokerNowMs(): number;
}

/** A short request. The answer, or how it failed: see {@link Wire}. */
export function ask<T>(
  client: Client,
  kind: string,
  atBroker: Request<T>['atBroker'],
  isWrite = false,
): Promise<T> {
  return client.wire.call({ kind, timeoutMs: requestTimeoutMs, isWrite, atBroker });
}

/** Tries again after an {@link Unavailable}, with growing waits, as the real client does. */
export async function patiently<T>(client: Client, run: () => Promise<T>): Promise<T> {
  const until = client.clock.nowMs() + reconnectPatience.totalMs;
  for (let waitMs = reconnectPatience.firstMs; ;) {
    try {
      return await run();
    } catch (error) {
      const isOver = client.clock.nowMs() + waitMs >= until;
      if (!(error instanceof Unavailable) || isOver) throw error;
    }
    await client.clock.sleep(waitMs);
    waitMs = Math.min(waitMs * 2, reconnectPatience.mostMs);
  }
}

/** The last transaction of the id is still being completed. */
class Busy {
  readonly isBusy = true;
}

/**
 * Asks a coordinator again and again while it answers CONCURRENT_TRANSACTIONS, which the log in
 * memory says by {@link Unavailable}. A request that got no answer is not asked again.
 */
export async function askWhileBusy<T>(
  client: Client,
  kind: string,
  atBroker: (isLate: boolean) => Promise<T>,
): Promise<T> {
  const until = client.clock.nowMs() + concurrentTransactionsPatience.totalMs;
  for (;;) {
    const answer = await ask(
      client,
      kind,
      (isLate) =>
        atBroker(isLate).catch((error: unknown) => {
          if (error instanceof Unavailable) return new Busy();
          throw error;
        }),
      true,
    );
    if (!(answer instanceof Busy)) return answer;
    client.world.history.reached('a transactional id was busy with markers');
    if (client.clock.nowMs() >= until) throw new Unavailable(`${kind}: busy for too long`);
    await client.clock.sleep(
      client.random.between(
        concurrentTransactionsPatience.firstMs,
        concurrentTransactionsPatience.mostMs,
      ),
    );
  }
}
