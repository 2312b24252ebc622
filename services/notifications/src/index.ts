export { isLoopbackHost, schema as notificationsConfig } from './config.ts';
export { notificationDeliveries } from './deliveries/deliveries.ts';
export { notificationsErrorCodes } from './http/error-codes.ts';
export { endpointsProjection } from './projections/endpoints.ts';
export { notificationsProjection } from './projections/notifications.ts';
export type { EndpointsTopologyOptions, NotificationsTopologyOptions } from './topology.ts';
export { endpointsByDefault, endpointsTopology } from './topology.ts';
export { notificationsByDefault, notificationsTopology } from './topology.ts';
