import { openReadModels } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import { changesTopology } from './changes/topology.ts';
import type { QueriesConfig } from './config.ts';
import { alertRoutes } from './http/alert-routes.ts';
import { incidentRoutes } from './http/incident-routes.ts';
import { orderRoutes } from './http/order-routes.ts';
import { projections } from './projections/projections.ts';
import { showStandingAlerts } from './standing-alerts.ts';

/** The queries process: its projections, the live feed, and an edge that only reads. */
export function openQueries(foundation: Foundation<QueriesConfig>): Promise<Parts> {
  const { config } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const url = config.PLUMBLINE_POSTGRES_URL;
  const models = openReadModels({ ...foundation, url, partitions, projections });
  const standing = showStandingAlerts({ ...foundation, postgres: models.readers, nowMs: Date.now });
  const edge = { postgres: models.readers, tenant: config.PLUMBLINE_TENANT, partitions };
  return Promise.resolve({
    topologies: [changesTopology],
    routes: [...alertRoutes(edge), ...incidentRoutes(edge), ...orderRoutes(edge)],
    healthAtStart: models.health,
    async close() {
      await standing.close();
      await models.close();
    },
  });
}
