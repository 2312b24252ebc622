import { openPostgres, runProjection } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { QueriesConfig } from './config.ts';
import { alertRoutes } from './http/alert-routes.ts';
import { orderRoutes } from './http/order-routes.ts';
import * as limits from './limits.ts';
import { projections } from './projections/projections.ts';

/** The queries process: its projections, and an edge that only reads. */
export function openQueries(foundation: Foundation<QueriesConfig>): Promise<Parts> {
  const { config, log, codec, logger, metrics } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const url = config.PLUMBLINE_POSTGRES_URL;
  // Two pools: a rebuild that keeps Postgres busy must not take the readers' connections, and a
  // reader gives up long before a batch does.
  const folders = openPostgres({
    ...{ url, logger, poolMax: limits.foldersMax },
    applicationName: 'plumbline-queries-projections',
  });
  const readers = openPostgres({
    ...{ url, logger, poolMax: limits.readersMax },
    applicationName: 'plumbline-queries',
    statementTimeoutMs: limits.queryTimeoutMs,
    acquireTimeoutMs: limits.acquireTimeoutMs,
    clientGraceMs: limits.queryGraceMs,
  });
  const running = projections.map((projection) =>
    runProjection({ projection, log, codec, logger, metrics, partitions, postgres: folders }),
  );
  const edge = { postgres: readers, tenant: config.PLUMBLINE_TENANT, partitions };
  return Promise.resolve({
    routes: [...alertRoutes(edge), ...orderRoutes(edge)],
    health: {
      postgres: () => readers.ping().then(() => ({ ok: true })),
      ...Object.fromEntries(
        running.map((each) => [`projection ${each.projection.name}`, () => each.health()]),
      ),
    },
    async close() {
      await Promise.all(running.map((each) => each.close()));
      await Promise.all([folders.close(), readers.close()]);
    },
  });
}
