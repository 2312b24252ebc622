import type { Route } from '@plumbline/http';
import type { NotificationsEdge } from './edge.ts';
import { listNotificationStatuses, listPaymentStatuses } from './enumerations.ts';
import { healthRoutes } from './health-routes.ts';
import { mockCallbackRoutes } from './mock-callback.ts';
import { abandon, createNotification, retryByHand, updatePaymentStatus } from './payment-calls.ts';
import { listDue, listFailed, listOfOrder, readNotification } from './payment-reads.ts';

/** Contract 2. */
export const paymentRoutes = (edge: NotificationsEdge): readonly Route[] => [
  createNotification(edge),
  updatePaymentStatus(edge),
  // Before the record by payment, whose path would take it for a number.
  listNotificationStatuses,
  listPaymentStatuses,
  readNotification(edge),
  listOfOrder(edge),
  listDue(edge),
  listFailed(edge),
  retryByHand(edge),
  abandon(edge),
  ...healthRoutes(edge),
  ...(edge.localStack ? mockCallbackRoutes(edge) : []),
];
