import { openReadModels } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { AlertStreams } from './alert-stream/alert-streams.ts';
import { openAlertStreams } from './alert-stream/alert-streams.ts';
import { changesTopology } from './changes/topology.ts';
import type { QueriesConfig } from './config.ts';
import { alertRoutes } from './http/alert-routes.ts';
import { alertStreamRoute } from './http/alert-stream-route.ts';
import { incidentRoutes } from './http/incident-routes.ts';
import { orderRoutes } from './http/order-routes.ts';
import { remedyRoutes } from './http/remedy-routes.ts';
import { projections } from './projections/projections.ts';
import { showStandingAlerts } from './standing-alerts.ts';
import { showStandingWork } from './standing-work.ts';

/** The queries process: its projections, the live feed, and an edge that only reads. */
export async function openQueries(foundation: Foundation<QueriesConfig>): Promise<Parts> {
  const { config } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const url = config.PLUMBLINE_POSTGRES_URL;
  const models = openReadModels({ ...foundation, url, partitions, projections });
  const counted = { ...foundation, postgres: models.readers, nowMs: Date.now };
  const standing = [showStandingAlerts(counted), showStandingWork(counted)];
  const streams = await openAlertStreams({ ...foundation, partitions });
  const edge = { postgres: models.readers, tenant: config.PLUMBLINE_TENANT, partitions };
  return {
    topologies: [changesTopology],
    routes: [
      ...[...alertRoutes(edge), alertStreamRoute(streams)],
      ...[...incidentRoutes(edge), ...remedyRoutes(edge), ...orderRoutes(edge)],
    ],
    healthAtStart: models.health,
    health: { alerts: toldOf(streams) },
    async close() {
      await streams.close();
      await Promise.all(standing.map((each) => each.close()));
      await models.close();
    },
  };
}

/** Told, and no reason to send nobody here: everything else goes on without new alerts. */
const toldOf = (streams: AlertStreams) => () => {
  const downForMs = Math.round(streams.downForMs());
  return downForMs === 0 ? { ok: true } : { ok: true, detail: `none read for ${downForMs} ms` };
};
