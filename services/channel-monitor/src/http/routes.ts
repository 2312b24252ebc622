import type { Route } from '@plumbline/http';
import { accountRoutes } from './account-routes.ts';
import { listActiveOrders } from './active-orders.ts';
import type { MonitorEdge } from './edge.ts';
import { moneyRoutes } from './money-routes.ts';
import { readOrder } from './order-routes.ts';
import { takeRecord } from './records.ts';

/** Contract 0, and what operators do about accounts and money. */
export const monitorRoutes = (edge: MonitorEdge): readonly Route[] => [
  listActiveOrders(edge),
  readOrder(edge),
  takeRecord(edge),
  ...accountRoutes(edge),
  ...moneyRoutes(edge),
];
