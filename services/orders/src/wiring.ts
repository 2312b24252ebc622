import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { openPostgres, runProjection } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { OrdersConfig } from './config.ts';
import { orderRoutes } from './http/routes.ts';
import { createOrderQueries } from './projections/order-queries.ts';
import { ordersProjection } from './projections/orders.ts';
import { ordersTopology } from './topology.ts';

/** The orders process: decider, edge and read model over one foundation. */
export async function openOrders(foundation: Foundation<OrdersConfig>): Promise<Parts> {
  const { config, log, codec, logger, metrics } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const gateway = await createCommandGateway({
    ...{ log, codec, logger, metrics, partitions },
    source: '/plumbline/orders-edge',
    commandsTopic: topics.ordersCommands.name,
    outcomesTopic: topics.ordersOutcomes.name,
  });
  const postgres = openPostgres({
    url: config.PLUMBLINE_POSTGRES_URL,
    applicationName: 'plumbline-orders',
    logger,
  });
  const projection = runProjection({
    ...{ log, codec, logger, metrics, partitions, postgres },
    projection: ordersProjection,
  });
  return {
    topologies: [ordersTopology],
    routes: orderRoutes({
      gateway,
      queries: createOrderQueries(postgres),
      tenant: config.PLUMBLINE_TENANT,
      payWithinMs: config.PLUMBLINE_ORDER_TIMEOUT_MINUTES * 60_000,
      nowMs: Date.now,
    }),
    health: {
      outcomes: () => ({ ok: gateway.ready() }),
      'projection orders': () => projection.health(),
    },
    async close() {
      await gateway.close();
      await projection.close();
      await postgres.close();
    },
  };
}
