import type { Projection } from '@plumbline/postgres';
import { alertsProjection } from './alerts.ts';
import { incidentsProjection } from './incidents.ts';
import { orderOverviewProjection } from './order-overview.ts';
import { remediesProjection } from './remedies.ts';
import { commandsProjection, timelineProjection } from './timeline.ts';

/** Every read model of this service. */
export const projections: readonly Projection[] = [
  alertsProjection,
  incidentsProjection,
  remediesProjection,
  orderOverviewProjection,
  timelineProjection,
  commandsProjection,
];
