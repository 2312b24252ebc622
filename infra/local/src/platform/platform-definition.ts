import { portNumber } from '@plumbline/config';
import { z } from 'zod';

/** The processes of the platform, in the order in which they start; they stop in reverse. */
export const processNames = [
  'orders',
  'payments',
  'checkout',
  'consistency-alerts',
  'alert-desk',
  'queries',
  'inventory',
  'accounts',
  'delays',
  'notifications',
  'channel-monitor',
  'bff',
  'gateway-simulator',
] as const;
export type ProcessName = (typeof processNames)[number];

/** What orders and payments need: neither a shop in front of them nor simulated gateways behind. */
export const coreProcesses: readonly ProcessName[] = [
  ...(['orders', 'payments', 'checkout', 'consistency-alerts'] as const),
  ...(['alert-desk', 'queries'] as const),
];

export interface ProcessDefinition {
  /** Within the repository. */
  readonly main: string;
  readonly port: number;
  readonly portVariable: string;
  readonly description: string;
}

export const processes: Readonly<Record<ProcessName, ProcessDefinition>> = {
  orders: {
    main: 'services/orders/dist/main.js',
    port: 8081,
    portVariable: 'PLUMBLINE_ORDERS_PORT',
    description: 'orders',
  },
  payments: {
    main: 'services/payments/dist/main.js',
    port: 8083,
    portVariable: 'PLUMBLINE_PAYMENTS_PORT',
    description: 'payments, and the webhooks of gateways',
  },
  checkout: {
    main: 'streams/checkout/dist/main.js',
    port: 8091,
    portVariable: 'PLUMBLINE_CHECKOUT_PORT',
    description: 'leads purchases, and orders to their payments (health and metrics only)',
  },
  'consistency-alerts': {
    main: 'streams/consistency-alerts/dist/main.js',
    port: 8092,
    portVariable: 'PLUMBLINE_CONSISTENCY_ALERTS_PORT',
    description: 'says when they disagree (health and metrics only)',
  },
  'alert-desk': {
    main: 'streams/alert-desk/dist/main.js',
    port: 8094,
    portVariable: 'PLUMBLINE_ALERT_DESK_PORT',
    description: 'what follows from alerts (health and metrics only)',
  },
  queries: {
    main: 'services/queries/dist/main.js',
    port: 8086,
    portVariable: 'PLUMBLINE_QUERIES_PORT',
    description: 'lists, alerts, timelines',
  },
  inventory: {
    main: 'services/inventory/dist/main.js',
    port: 8084,
    portVariable: 'PLUMBLINE_INVENTORY_PORT',
    description: 'stock by item',
  },
  accounts: {
    main: 'services/accounts/dist/main.js',
    port: 8085,
    portVariable: 'PLUMBLINE_ACCOUNTS_PORT',
    description: 'accounts and balances',
  },
  delays: {
    main: 'streams/delays/dist/main.js',
    port: 8093,
    portVariable: 'PLUMBLINE_DELAYS_PORT',
    description: 'keeps retries until they are due (health and metrics only)',
  },
  notifications: {
    main: 'services/notifications/dist/main.js',
    port: 8082,
    portVariable: 'PLUMBLINE_NOTIFICATIONS_PORT',
    description: 'tells merchants and operators what happened',
  },
  'channel-monitor': {
    main: 'services/channel-monitor/dist/main.js',
    port: 8130,
    portVariable: 'PLUMBLINE_CHANNEL_MONITOR_PORT',
    description: 'money into personal accounts: active orders, and what clients report',
  },
  bff: {
    main: 'services/bff/dist/main.js',
    port: 8080,
    portVariable: 'PLUMBLINE_BFF_PORT',
    description: 'the shop: sessions, purchases, webhooks of gateways',
  },
  'gateway-simulator': {
    main: 'services/gateway-simulator/dist/main.js',
    port: 8090,
    portVariable: 'PLUMBLINE_GATEWAY_SIMULATOR_PORT',
    description: 'gateways that sign for real, with a pay page (local stack only)',
  },
};

export type PlatformPorts = Readonly<Record<ProcessName, number>>;

const portOf = (name: ProcessName) =>
  portNumber()
    .default(processes[name].port)
    .describe(`Port of the ${name} process under npm start`);

/** The environment of `start`, beside that of the stack. */
export const platformPortsSchema = z.object({
  PLUMBLINE_ORDERS_PORT: portOf('orders'),
  PLUMBLINE_PAYMENTS_PORT: portOf('payments'),
  PLUMBLINE_CHECKOUT_PORT: portOf('checkout'),
  PLUMBLINE_CONSISTENCY_ALERTS_PORT: portOf('consistency-alerts'),
  PLUMBLINE_ALERT_DESK_PORT: portOf('alert-desk'),
  PLUMBLINE_QUERIES_PORT: portOf('queries'),
  PLUMBLINE_INVENTORY_PORT: portOf('inventory'),
  PLUMBLINE_ACCOUNTS_PORT: portOf('accounts'),
  PLUMBLINE_DELAYS_PORT: portOf('delays'),
  PLUMBLINE_NOTIFICATIONS_PORT: portOf('notifications'),
  PLUMBLINE_CHANNEL_MONITOR_PORT: portOf('channel-monitor'),
  PLUMBLINE_BFF_PORT: portOf('bff'),
  PLUMBLINE_GATEWAY_SIMULATOR_PORT: portOf('gateway-simulator'),
});
