import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, Membership } from '@plumbline/kafka';
import { checkoutTopology } from '@plumbline/checkout';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { ordersTopology } from '@plumbline/orders';
import {
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  merchantResultsTopology,
  paymentsTopology,
} from '@plumbline/payments';
import type { Topology } from '@plumbline/runtime';

export const topologies: readonly Topology[] = [
  ordersTopology,
  paymentsTopology,
  checkoutTopology,
  consistencyAlerts,
];

/** Those that follow the payments where gateways lead them. */
export const gatewayTopologies: readonly Topology[] = [
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  merchantResultsTopology,
];

/**
 * Guests that join a topology's group and leave it again, one after the other. A guest is given its
 * share like anybody and does nothing with it, so that each round takes tasks away and back.
 * Returns how many came.
 */
export async function stormGroup(options: {
  readonly log: Log;
  readonly topology: Topology;
  readonly partitions: number;
  readonly everyMs: number;
  readonly forMs: number;
}): Promise<number> {
  const { log, topology, partitions, everyMs, forMs } = options;
  const deadline = performance.now() + forMs;
  let guest: Membership | null = null;
  let guests = 0;
  while (performance.now() < deadline) {
    const before: Membership | null = guest;
    guest = await log.join({
      groupId: topology.name,
      topics: topology.inputs.map(({ topic }) => topic),
      partitions,
      onAssigned: () => Promise.resolve(),
      onFailed: () => undefined,
    });
    guests += 1;
    await sleep(everyMs);
    await before?.leave();
  }
  await guest?.leave();
  return guests;
}
