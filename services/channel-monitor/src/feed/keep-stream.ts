import type { Clock } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { isRedisDown } from '@plumbline/redis';
import type { ActiveOrder } from '../active-order.ts';
import type { ActiveStream, OrderChange } from '../active-stream/active-stream.ts';
import type { HeldOrders } from './held-orders.ts';
import * as limits from './limits.ts';
import type { Measurements } from './measurements.ts';
import type { Pulse } from './pulse.ts';

export interface KeepStreamOptions {
  readonly held: HeldOrders;
  /** Beats when there is something to take from `held`. */
  readonly changes: Pulse;
  readonly stream: ActiveStream;
  /** All orders there are. Rejects when nobody can say. */
  readonly readActive: () => Promise<readonly ActiveOrder[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly measure: Measurements;
  readonly stopping: AbortSignal;
}

export interface StreamKeeper {
  /** Something may have gone unnoticed: everything is compared within a second. */
  wantHealing(): void;
  /** What keeps it from its work; `null` while all is well. */
  problem(): string | null;
  /** Resolves when it was told to stop and has. */
  readonly ended: Promise<void>;
}

/** Writes what changes, and mends what Redis lost. Whatever fails is tried again for ever. */
export function keepStream(options: KeepStreamOptions): StreamKeeper {
  const { held, stream, clock, stopping, measure } = options;
  const problems = new Map<'write' | 'compare', string>();
  let isHealingWanted = false;
  let healAtMs = clock.nowMs() + limits.healEveryMs;

  function failed(work: 'write' | 'compare', error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    // That Redis went away is told by its connection; anything else is told here, once.
    if (problems.get(work) !== detail && !isRedisDown(error))
      options.logger.error(`cannot ${work} active orders in Redis`, { error });
    problems.set(work, detail);
    measure.failed();
  }

  async function writeSome(): Promise<void> {
    const some = held.takeChanged(limits.ordersAtOnce);
    if (some.length === 0) return;
    try {
      const changes = some.map(({ orderId }) => changeOf(orderId, held.shown(orderId)));
      const { added, removed, isWhole } = await stream.apply(changes);
      measure.applied(added, removed);
      isHealingWanted ||= !isWhole;
    } catch (error) {
      held.putBack(some);
      throw error;
    }
  }

  async function write(): Promise<void> {
    let againMs: number = limits.againMs.first;
    while (!stopping.aborted) {
      if (held.changedCount() === 0) await options.changes.next(stopping);
      try {
        await writeSome();
        problems.delete('write');
        againMs = limits.againMs.first;
      } catch (error) {
        failed('write', error);
        await clock.sleep(againMs, stopping);
        againMs = Math.min(againMs * 2, limits.againMs.max);
      }
    }
  }

  /** Who holds nothing has nothing to lose, and others heal. */
  async function isHealingDue(): Promise<boolean> {
    const mine = held.partitions();
    if (mine.size === 0) return false;
    const isTime = mine.has(0) && clock.nowMs() >= healAtMs;
    return isHealingWanted || isTime || !(await stream.isWhole());
  }

  async function heal(): Promise<void> {
    isHealingWanted = false;
    try {
      const { added, removed } = await stream.heal(options.readActive);
      healAtMs = clock.nowMs() + limits.healEveryMs;
      measure.healed(added, removed);
      if (added + removed > 0)
        options.logger.info('active orders in Redis were mended', { added, removed });
    } catch (error) {
      isHealingWanted = true;
      throw error;
    }
  }

  async function compare(): Promise<void> {
    while (!stopping.aborted) {
      try {
        measure.applied(0, await stream.dropExpired());
        if (await isHealingDue()) await heal();
        problems.delete('compare');
      } catch (error) {
        failed('compare', error);
      }
      await clock.sleep(limits.careMs, stopping);
    }
  }

  return {
    wantHealing() {
      isHealingWanted = true;
    },
    problem: () => problems.get('write') ?? problems.get('compare') ?? null,
    ended: Promise.all([write(), compare()]).then(() => undefined),
  };
}

const changeOf = (orderId: string, order: ActiveOrder | null): OrderChange =>
  order === null ? { kind: 'ended', orderId } : { kind: 'active', order };
