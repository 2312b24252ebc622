import { accountsProjection } from '@plumbline/accounts';
import { monitorsProjection, receivingProjection } from '@plumbline/channel-monitor';
import { inventoryProjection } from '@plumbline/inventory';
import { endpointsProjection, notificationsProjection } from '@plumbline/notifications';
import { ordersProjection } from '@plumbline/orders';
import { paymentsProjection, refusedCallbacksProjection } from '@plumbline/payments';
import type { Projection } from '@plumbline/postgres';
import { projections } from '@plumbline/queries';

/** Every read model of the platform. */
export const allProjections: readonly Projection[] = [
  ordersProjection,
  paymentsProjection,
  refusedCallbacksProjection,
  inventoryProjection,
  accountsProjection,
  notificationsProjection,
  endpointsProjection,
  receivingProjection,
  monitorsProjection,
  ...projections,
];
