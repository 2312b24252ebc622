import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { openReadModels } from '@plumbline/postgres';
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
  const models = openReadModels({
    ...{ ...foundation, partitions, projections: [ordersProjection] },
    url: config.PLUMBLINE_POSTGRES_URL,
  });
  return {
    topologies: [ordersTopology],
    routes: orderRoutes({
      gateway,
      queries: createOrderQueries(models.readers),
      tenant: config.PLUMBLINE_TENANT,
      payWithinMs: config.PLUMBLINE_ORDER_TIMEOUT_MINUTES * 60_000,
      nowMs: Date.now,
    }),
    health: { outcomes: () => ({ ok: gateway.ready() }) },
    healthAtStart: models.health,
    async close() {
      await gateway.close();
      await models.close();
    },
  };
}
