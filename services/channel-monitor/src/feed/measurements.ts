import type { Metrics } from '@plumbline/observability';
import type { HeldOrders } from './held-orders.ts';

/** None has a label by merchant: there are too many of them. */
export type Measurements = ReturnType<typeof measurementsOf>;

export function measurementsOf(metrics: Metrics, held: Pick<HeldOrders, 'count' | 'changedCount'>) {
  metrics.gauge({
    name: 'plumbline_active_orders',
    help: 'Orders that wait for money, of the partitions of this process',
    read: held.count,
  });
  metrics.gauge({
    name: 'plumbline_active_orders_unwritten',
    help: 'Changes of active orders that Redis does not have yet',
    read: held.changedCount,
  });
  const entries = metrics.counter({
    name: 'plumbline_active_orders_entries_total',
    help: 'Entries of the stream of active orders that were added or removed',
    labels: ['change', 'by'],
  });
  const heals = metrics.counter({
    name: 'plumbline_active_orders_heals_total',
    help: 'How often the stream of active orders was compared as a whole',
  });
  const failures = metrics.counter({
    name: 'plumbline_active_orders_failures_total',
    help: 'Calls that Redis, or the read model behind them, did not carry out',
  });
  const count = (by: 'change' | 'healing', added: number, removed: number): void => {
    entries.inc({ change: 'added', by }, added);
    entries.inc({ change: 'removed', by }, removed);
  };
  return {
    applied: (added: number, removed: number) => count('change', added, removed),
    healed(added: number, removed: number) {
      heals.inc();
      count('healing', added, removed);
    },
    failed: () => failures.inc(),
  };
}
