import { checkoutTopology } from '@plumbline/checkout';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { ordersTopology } from '@plumbline/orders';
import { paymentsTopology } from '@plumbline/payments';
import type { Topology } from '@plumbline/runtime';

/** Every topology of the platform. */
export const allTopologies: readonly Topology[] = [
  ordersTopology,
  paymentsTopology,
  checkoutTopology,
  consistencyAlerts,
];
