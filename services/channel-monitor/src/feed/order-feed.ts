import type { Clock } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import type { Following } from '@plumbline/runtime';
import type { ActiveOrderEntry } from '../active-index.ts';
import { activeOrdersStore } from '../active-index.ts';
import type { ActiveOrder } from '../active-order.ts';
import type { ActiveStream } from '../active-stream/active-stream.ts';
import type { OrderFile } from '../order-file/order-file.ts';
import { createHeldOrders } from './held-orders.ts';
import { keepFile } from './keep-file.ts';
import { keepStream } from './keep-stream.ts';
import { measurementsOf } from './measurements.ts';
import { createPulse } from './pulse.ts';

export interface OrderFeedOptions {
  readonly stream: ActiveStream;
  /** `null`: nobody polls a file. */
  readonly file: OrderFile | null;
  /**
   * From the read model: the active orders of all partitions but these. Rejects when the read model
   * cannot be read, or is far behind.
   */
  readonly readElsewhere: (held: ReadonlySet<number>) => Promise<readonly ActiveOrder[]>;
  readonly partitions: number;
  readonly tenant: string;
  /** Epoch ms, of the clock that orders expire by. */
  readonly nowMs: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface OrderFeed {
  /** Hears what is committed to the store of the orders that wait. */
  readonly following: Following;
  /** For a process's health checks. Never makes it unready: clients that ask over HTTP are served. */
  readonly health: () => { readonly ok: true; readonly detail: string };
  close(): Promise<void>;
}

/**
 * Carries the orders that wait for money from the log to Redis, and to `order.json`.
 *
 *   committed ─► held ─► changed ─► apply ─► the stream
 *                  │        ▲─── Redis away: kept, and tried again
 *                  ├─► heal: when a task comes here, after a flush or restart of Redis, each minute
 *                  └─► the file, once a second at most
 *
 * Each process applies the changes of its own partitions. When it heals, or writes the file, it knows
 * those exactly, and takes the others from the read model. Each minute only the process that has
 * partition 0 heals, so that of many processes one reads the whole of Redis.
 */
export function openOrderFeed(options: OrderFeedOptions): OrderFeed {
  const { clock, logger, partitions } = options;
  const stopping = new AbortController();
  const changes = createPulse();
  const held = createHeldOrders({ tenant: options.tenant, changed: () => changed() });

  async function readActive(): Promise<readonly ActiveOrder[]> {
    const mine = held.partitions();
    const elsewhere = mine.size === partitions ? [] : await options.readElsewhere(mine);
    const own = held.all();
    const known = new Set(own.map(({ orderId }) => orderId));
    return [...own, ...elsewhere.filter(({ orderId }) => !known.has(orderId))];
  }

  const common = { readActive, clock, logger, stopping: stopping.signal };
  const measure = measurementsOf(options.metrics, held);
  const stream = keepStream({ ...common, held, changes, stream: options.stream, measure });
  const isShared = () => held.partitions().size < partitions;
  const file =
    options.file === null
      ? null
      : keepFile({ ...common, file: options.file, isShared, nowMs: options.nowMs });

  function changed(): void {
    changes.beat();
    file?.due();
  }

  return {
    following: {
      store: activeOrdersStore,
      knows: 'committed',
      open({ partition }) {
        const task = held.open(partition);
        // What ended while nobody followed was told to nobody.
        stream.wantHealing();
        return {
          // The store holds nothing else.
          changed: (key, value) => task.changed(key, value as ActiveOrderEntry | undefined),
          close: () => task.close(),
        };
      },
    },
    health() {
      const counts = `${held.count()} active orders, ${held.changedCount()} changes to be written`;
      const problem = stream.problem();
      return { ok: true, detail: problem === null ? counts : `${counts}: ${problem}` };
    },
    async close() {
      stopping.abort();
      await Promise.all([stream.ended, file?.ended]);
    },
  };
}
