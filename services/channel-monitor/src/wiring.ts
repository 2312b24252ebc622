import { isLoopbackHost, serviceKeyOf } from '@plumbline/config';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { systemClock } from '@plumbline/kafka';
import { openReadModels } from '@plumbline/postgres';
import { createRateLimit, openRedis } from '@plumbline/redis';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { Vault } from '@plumbline/vault';
import { masterKeysOf, openVault } from '@plumbline/vault';
import { createAuthentication } from './auth/authenticate.ts';
import { createNonceStore } from './auth/nonce-store.ts';
import type { ChannelMonitorConfig } from './config.ts';
import { openFeed } from './feed/open-feed.ts';
import { internal } from './http/callers.ts';
import type { ClientsEdge } from './http/clients/edge.ts';
import { clientRoutes } from './http/clients/routes.ts';
import type { MonitorEdge } from './http/edge.ts';
import { openPaymentSide } from './http/payment-side.ts';
import { monitorRoutes } from './http/routes.ts';
import { createClientKeys, isKeyStoreDown } from './keys/client-keys.ts';
import { registerLocalAccount } from './local-account.ts';
import { monitorsTopology } from './monitors-topology.ts';
import { createClientQueries } from './projections/clients-queries.ts';
import { monitorsProjection } from './projections/clients.ts';
import { createReceivingQueries } from './projections/receiving-queries.ts';
import { receivingProjection } from './projections/receiving.ts';
import { receivingTopology } from './topology.ts';

/** The channel monitor: accounts that match money, contract 0's edge, its stream and its file. */
export async function openChannelMonitor(
  foundation: Foundation<ChannelMonitorConfig>,
): Promise<Parts> {
  const { config, log, logger, metrics } = foundation;
  const tenant = config.PLUMBLINE_TENANT;
  const nowMs = () => log.brokerNowMs() ?? Date.now();
  const receiving = await gatewayOf(foundation, 'receiving');
  const monitors = await gatewayOf(foundation, 'monitors');
  const vault = openVaultOf(foundation);
  const redis = openRedis({ url: config.PLUMBLINE_REDIS_URL, logger, metrics });
  const models = openReadModels({
    ...{ ...foundation, partitions: config.PLUMBLINE_PARTITIONS },
    ...{
      url: config.PLUMBLINE_POSTGRES_URL,
      projections: [receivingProjection, monitorsProjection],
    },
  });
  const queries = createReceivingQueries(models.readers);
  const feed = openFeed({
    ...{ queries, partitions: config.PLUMBLINE_PARTITIONS, tenant, nowMs, logger, metrics },
    redisUrl: config.PLUMBLINE_REDIS_URL,
    filePath: config.PLUMBLINE_ORDER_FILE ?? null,
    isReadModelUp: async () =>
      (await models.health[`projection ${receivingProjection.name}`]?.())?.ok ?? false,
  });
  const paymentSide = openPaymentSide({
    ...{ url: config.PLUMBLINE_PAYMENTS_URL, serviceKey: serviceKeyOf(config) },
  });
  const { monitorKeys } = vault;
  const keys = createClientKeys({ monitorKeys, localStack: config.PLUMBLINE_LOCAL_STACK });
  const edge: MonitorEdge = {
    ...{ receiving, queries, paymentSide, tenant, nowMs, isKeyStoreDown },
    authenticate: createAuthentication({
      ...{ keys, nonces: createNonceStore(redis), isKeyStoreDown, nowMs: Date.now },
      rateLimit: createRateLimit({
        ...{ redis, name: 'monitor', metrics },
        perSecond: config.PLUMBLINE_MONITOR_CALLS_PER_SECOND,
        burst: config.PLUMBLINE_MONITOR_CALLS_BURST,
      }),
    }),
    scopeOf: (clientId) => keys.scopeOf(clientId),
    isLoopback: isLoopbackHost(config.PLUMBLINE_HTTP_HOST),
  };
  const clientsEdge: ClientsEdge = {
    ...{ monitors, monitorKeys, tenant, callers: internal(edge), nowMs: Date.now },
    clientQueries: createClientQueries(models.readers),
  };
  const stopping = new AbortController();
  const registering = config.PLUMBLINE_LOCAL_STACK
    ? registerLocalAccount({
        ...{ receiving, tenant, clock: systemClock, logger, stopping: stopping.signal },
      })
    : Promise.resolve();
  return {
    topologies: [receivingTopology, monitorsTopology],
    following: { [receivingTopology.name]: feed.following },
    routes: [...monitorRoutes(edge), ...clientRoutes(clientsEdge)],
    health: {
      outcomes: () => ({ ok: receiving.ready() }),
      'outcomes of clients': () => ({ ok: monitors.ready() }),
      'active orders in Redis': feed.health,
    },
    healthAtStart: { ...models.health, vault: () => vault.health() },
    async close() {
      stopping.abort();
      await feed.close();
      await paymentSide.close();
      await receiving.close();
      await monitors.close();
      await registering;
      await models.close();
      await vault.close();
      await redis.close();
    },
  };
}

const gatewayOf = (
  { config, ...foundation }: Foundation<ChannelMonitorConfig>,
  of: 'receiving' | 'monitors',
): Promise<CommandGateway> =>
  createCommandGateway({
    ...{ ...foundation, partitions: config.PLUMBLINE_PARTITIONS },
    source: `/plumbline/${of}-edge`,
    commandsTopic: topics[`${of}Commands`].name,
    outcomesTopic: topics[`${of}Outcomes`].name,
  });

const openVaultOf = ({ config, logger, metrics }: Foundation<ChannelMonitorConfig>): Vault =>
  openVault({
    ...{ url: config.PLUMBLINE_POSTGRES_URL, masterKeys: masterKeysOf(config), logger, metrics },
    ...{ tenant: config.PLUMBLINE_TENANT, localStack: config.PLUMBLINE_LOCAL_STACK },
    nowMs: Date.now,
  });
