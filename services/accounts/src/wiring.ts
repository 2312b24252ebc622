import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { openReadModels } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { AccountsConfig } from './config.ts';
import { accountRoutes } from './http/routes.ts';
import { createAccountQueries } from './projections/account-queries.ts';
import { accountsProjection } from './projections/accounts.ts';
import { accountsTopology } from './topology.ts';

/** The accounts process: decider, edge and read models over one foundation. */
export async function openAccounts(foundation: Foundation<AccountsConfig>): Promise<Parts> {
  const { config, log, codec, logger, metrics } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const gateway = await createCommandGateway({
    ...{ log, codec, logger, metrics, partitions, source: '/plumbline/accounts-edge' },
    commandsTopic: topics.accountsCommands.name,
    outcomesTopic: topics.accountsOutcomes.name,
  });
  const url = config.PLUMBLINE_POSTGRES_URL;
  const projections = [accountsProjection];
  const models = openReadModels({ ...foundation, partitions, projections, url });
  const queries = createAccountQueries(models.readers);
  return {
    topologies: [accountsTopology],
    routes: accountRoutes({
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
