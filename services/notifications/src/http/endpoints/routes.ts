import type { Route } from '@plumbline/http';
import type { NotificationsEdge } from '../edge.ts';
import {
  changeEndpoint,
  listEndpoints,
  listEventTypes,
  pauseEndpoint,
  readEndpoint,
  removeEndpoint,
  resumeEndpoint,
  rotateSecret,
} from './endpoint-routes.ts';
import {
  abandonNotification,
  replayNotification,
  retryNotification,
} from './notification-calls.ts';
import { previewTemplate } from './preview-template.ts';
import { listDeliveries, listNotifications, readNotification } from './read-notifications.ts';
import { registerEndpoint } from './register-endpoint.ts';
import { replayNotifications } from './replay-notifications.ts';
import { testEndpoint, triggerEvent } from './trials.ts';

/** Endpoints, what was delivered to them, and what is delivered again. */
export const endpointRoutes = (edge: NotificationsEdge): readonly Route[] => [
  registerEndpoint(edge),
  listEndpoints(edge),
  readEndpoint(edge),
  changeEndpoint(edge),
  removeEndpoint(edge),
  pauseEndpoint(edge),
  resumeEndpoint(edge),
  rotateSecret(edge),
  testEndpoint(edge),
  triggerEvent(edge),
  listDeliveries(edge),
  listNotifications(edge),
  readNotification(edge),
  retryNotification(edge),
  abandonNotification(edge),
  replayNotification(edge),
  replayNotifications(edge),
  previewTemplate(edge),
  listEventTypes(edge),
];
