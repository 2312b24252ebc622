import { accountsTopology } from '@plumbline/accounts';
import { alertDeskTopologies } from '@plumbline/alert-desk';
import { monitorsTopology, receivingTopology } from '@plumbline/channel-monitor';
import { checkoutSagaTopology, checkoutTopology } from '@plumbline/checkout';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { defaultDelays } from '@plumbline/delays';
import { inventoryTopology } from '@plumbline/inventory';
import { endpointsByDefault, notificationsByDefault } from '@plumbline/notifications';
import { ordersTopology } from '@plumbline/orders';
import {
  channelSweepsTopology,
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  merchantResultsTopology,
  paymentsTopology,
  purchasePaymentsWithoutGateways,
} from '@plumbline/payments';
import { changesTopology } from '@plumbline/queries';
import type { Topology } from '@plumbline/runtime';

/** Every topology of the platform. */
export const allTopologies: readonly Topology[] = [
  ordersTopology,
  paymentsTopology,
  inventoryTopology,
  accountsTopology,
  checkoutTopology,
  checkoutSagaTopology,
  purchasePaymentsWithoutGateways,
  consistencyAlerts,
  ...alertDeskTopologies,
  changesTopology,
  merchantResultsTopology,
  notificationsByDefault,
  endpointsByDefault,
  defaultDelays,
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  channelSweepsTopology,
  receivingTopology,
  monitorsTopology,
];

/** Run only where a gateway is configured: that one never ran is no lag. */
export const runsOnDemand: ReadonlySet<string> = new Set([
  gatewayCallsTopology.name,
  gatewayTransactionsTopology.name,
  channelSweepsTopology.name,
]);
