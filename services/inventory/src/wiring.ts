import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { openReadModels } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { InventoryConfig } from './config.ts';
import { inventoryRoutes } from './http/routes.ts';
import { createItemQueries } from './projections/item-queries.ts';
import { inventoryProjection } from './projections/items.ts';
import { inventoryTopology } from './topology.ts';

/** The inventory process: decider, edge and read models over one foundation. */
export async function openInventory(foundation: Foundation<InventoryConfig>): Promise<Parts> {
  const { config, log, codec, logger, metrics } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const gateway = await createCommandGateway({
    ...{ log, codec, logger, metrics, partitions, source: '/plumbline/inventory-edge' },
    commandsTopic: topics.inventoryCommands.name,
    outcomesTopic: topics.inventoryOutcomes.name,
  });
  const url = config.PLUMBLINE_POSTGRES_URL;
  const projections = [inventoryProjection];
  const models = openReadModels({ ...foundation, partitions, projections, url });
  const queries = createItemQueries(models.readers);
  return {
    topologies: [inventoryTopology],
    routes: inventoryRoutes({
      ...{ gateway, queries, tenant: config.PLUMBLINE_TENANT, nowMs: Date.now },
    }),
    health: { outcomes: () => ({ ok: gateway.ready() }) },
    healthAtStart: models.health,
    close: async () => {
      await gateway.close();
      await models.close();
    },
  };
}
