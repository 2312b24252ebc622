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
import { createOwners } from './find-notification.ts';
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
export function endpointRoutes(edge: NotificationsEdge): readonly Route[] {
  const owners = createOwners(edge);
  return [
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
    listDeliveries(edge, owners),
    listNotifications(edge, owners),
    readNotification(edge, owners),
    retryNotification(edge, owners),
    abandonNotification(edge, owners),
    replayNotification(edge, owners),
    replayNotifications(edge, owners),
    previewTemplate(edge),
    listEventTypes(edge),
  ];
}
