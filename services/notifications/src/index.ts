export type { EventType } from './announcements/event-types.ts';
export { eventTypes, everyEvent, isEventType } from './announcements/event-types.ts';
export type { NotificationsConfig } from './config.ts';
export { schema as notificationsConfig } from './config.ts';
export type { WebhookRefusal, WebhookVerdict } from './delivery/signature.ts';
export {
  newWebhookSecret,
  parseWebhookSecret,
  signWebhook,
  verifyWebhook,
  webhookRefusals,
} from './delivery/signature.ts';
export { endpointKeyOf } from './domain/endpoint/endpoint-id.ts';
export { evolve as evolveEndpoint } from './domain/endpoint/evolve.ts';
export { noEndpoint } from './domain/endpoint/state.ts';
export { evolve as evolveNotifications } from './domain/notification/evolve.ts';
export { findNotification, noNotifications } from './domain/notification/state.ts';
export type { Trial, TrialDelivery } from './http/endpoints/trial-content.ts';
export { trialDelivery, trialOrderNo } from './http/endpoints/trial-content.ts';
export { notificationsErrorCodes } from './http/error-codes.ts';
export { endpointsProjection } from './projections/endpoints.ts';
export { notificationsProjection } from './projections/notifications.ts';
export type { EndpointsTopologyOptions, NotificationsTopologyOptions } from './topology.ts';
export { endpointsByDefault, endpointsTopology } from './topology.ts';
export { notificationsByDefault, notificationsTopology } from './topology.ts';
export { createPrepare } from './delivery/prepare.ts';
export type { Sweeper, SweeperOptions } from './sweep/sweeper.ts';
export { openSweeper } from './sweep/sweeper.ts';
export { openNotifications } from './wiring.ts';
export { createWorkerReports } from './worker-reports.ts';
export { openDeliveryWorker } from './worker/delivery-worker.ts';
