export type { QueriesConfig } from './config.ts';
export { changesTopology } from './changes/topology.ts';
export { queriesErrorCodes } from './http/error-codes.ts';
export { alertsProjection } from './projections/alerts.ts';
export { orderOverviewProjection } from './projections/order-overview.ts';
export { timelineProjection } from './projections/timeline.ts';
export { projections } from './projections/projections.ts';
export { schema } from './config.ts';
export { openQueries } from './wiring.ts';
