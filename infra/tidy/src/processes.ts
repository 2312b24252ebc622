import { accountsConfig, accountsErrorCodes, accountsTopology } from '@plumbline/accounts';
import { alertDeskConfig, alertDeskTopologies } from '@plumbline/alert-desk';
import { bffConfig, bffErrorCodes } from '@plumbline/bff';
import {
  channelMonitorConfig,
  channelMonitorErrorCodes,
  monitorsTopology,
  receivingTopology,
} from '@plumbline/channel-monitor';
import { checkoutConfig, checkoutSagaTopology, checkoutTopology } from '@plumbline/checkout';
import { cliConfig } from '@plumbline/cli';
import type { describeConfig } from '@plumbline/config';
import { consistencyAlerts, consistencyAlertsConfig } from '@plumbline/consistency-alerts';
import { defaultDelays, delaysConfig } from '@plumbline/delays';
import { demoConfigSchema } from '@plumbline/demo';
import {
  ownErrorCodes as simulatorErrorCodes,
  schema as simulatorConfig,
} from '@plumbline/gateway-simulator';
import type { ErrorCodes } from '@plumbline/http';
import { commonErrorCodes } from '@plumbline/http';
import { inventoryConfig, inventoryErrorCodes, inventoryTopology } from '@plumbline/inventory';
import { localConfigSchema, platformPortsSchema } from '@plumbline/local';
import {
  endpointsByDefault,
  notificationsByDefault,
  notificationsConfig,
  notificationsErrorCodes,
} from '@plumbline/notifications';
import { ordersConfig, ordersErrorCodes, ordersTopology } from '@plumbline/orders';
import {
  channelSweepsTopology,
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  merchantResultsTopology,
  paymentsConfig,
  paymentsErrorCodes,
  paymentsTopology,
  purchasePaymentsWithoutGateways,
} from '@plumbline/payments';
import { changesTopology, queriesErrorCodes, schema as queriesConfig } from '@plumbline/queries';
import type { Topology } from '@plumbline/runtime';

/** What the generated pages say of a process, and where it comes from. */
export interface DocumentedProcess {
  readonly name: string;
  /** The package whose config.ts, topology.ts and error codes these are. */
  readonly folder: string;
  readonly config: readonly Parameters<typeof describeConfig>[0][];
  readonly topologies: readonly Topology[];
  /** Beside those that every edge can answer. */
  readonly errorCodes: ErrorCodes;
}

const own = (codes: ErrorCodes): ErrorCodes =>
  Object.fromEntries(Object.entries(codes).filter(([code]) => !(code in commonErrorCodes)));

const documented = (
  name: string,
  folder: string,
  rest: Partial<DocumentedProcess>,
): DocumentedProcess => ({ name, folder, config: [], topologies: [], errorCodes: {}, ...rest });

/** Every process there is. A test holds that no config.ts and no topology.ts is missing here. */
export const documentedProcesses: readonly DocumentedProcess[] = [
  documented('orders', 'services/orders', {
    config: [ordersConfig],
    topologies: [ordersTopology],
    errorCodes: own(ordersErrorCodes),
  }),
  documented('payments', 'services/payments', {
    config: [paymentsConfig],
    topologies: [
      ...[paymentsTopology, merchantResultsTopology],
      ...[gatewayCallsTopology, gatewayTransactionsTopology, channelSweepsTopology],
      purchasePaymentsWithoutGateways,
    ],
    errorCodes: own(paymentsErrorCodes),
  }),
  documented('inventory', 'services/inventory', {
    config: [inventoryConfig],
    topologies: [inventoryTopology],
    errorCodes: own(inventoryErrorCodes),
  }),
  documented('accounts', 'services/accounts', {
    config: [accountsConfig],
    topologies: [accountsTopology],
    errorCodes: own(accountsErrorCodes),
  }),
  documented('checkout', 'streams/checkout', {
    config: [checkoutConfig],
    topologies: [checkoutTopology, checkoutSagaTopology],
  }),
  documented('consistency-alerts', 'streams/consistency-alerts', {
    config: [consistencyAlertsConfig],
    topologies: [consistencyAlerts],
  }),
  documented('alert-desk', 'streams/alert-desk', {
    config: [alertDeskConfig],
    topologies: alertDeskTopologies,
  }),
  documented('delays', 'streams/delays', {
    config: [delaysConfig],
    topologies: [defaultDelays],
  }),
  documented('notifications', 'services/notifications', {
    config: [notificationsConfig],
    topologies: [notificationsByDefault, endpointsByDefault],
    errorCodes: own(notificationsErrorCodes),
  }),
  documented('channel-monitor', 'services/channel-monitor', {
    config: [channelMonitorConfig],
    topologies: [receivingTopology, monitorsTopology],
    errorCodes: own(channelMonitorErrorCodes),
  }),
  documented('queries', 'services/queries', {
    config: [queriesConfig],
    topologies: [changesTopology],
    errorCodes: own(queriesErrorCodes),
  }),
  documented('bff', 'services/bff', {
    config: [bffConfig],
    errorCodes: own(bffErrorCodes),
  }),
  documented('gateway-simulator', 'services/gateway-simulator', {
    config: [simulatorConfig],
    errorCodes: simulatorErrorCodes,
  }),
  documented('npm run plumbline', 'infra/cli', { config: [cliConfig] }),
  documented('npm run demo', 'infra/demo', { config: [demoConfigSchema] }),
  documented('npm start and npm run stack', 'infra/local', {
    config: [localConfigSchema, platformPortsSchema],
  }),
];
