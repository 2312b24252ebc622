import { randomUUID } from 'node:crypto';
import { isLoopbackHost } from '@plumbline/config';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { systemClock } from '@plumbline/kafka';
import { judgeUrl, openOutbound } from '@plumbline/outbound';
import { openReadModels } from '@plumbline/postgres';
import { createRateLimit, openRedis } from '@plumbline/redis';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { RecordErasure, Vault } from '@plumbline/vault';
import { masterKeysOf, openErasureLog, openVault } from '@plumbline/vault';
import type { NotificationsConfig } from './config.ts';
import { delayTopicsOf, intervalsOf, levelsOf, outboundPolicyOf, ownSecretOf } from './config.ts';
import { untilDelayTopicsAreThere } from './delay-topics.ts';
import { createPrepare } from './delivery/prepare.ts';
import type { NotificationsEdge } from './http/edge.ts';
import { endpointRoutes } from './http/endpoints/routes.ts';
import { paymentRoutes } from './http/routes.ts';
import * as limits from './limits.ts';
import { createEndpointQueries } from './projections/endpoint-queries.ts';
import { endpointsProjection } from './projections/endpoints.ts';
import { createNotificationQueries } from './projections/notification-queries.ts';
import { notificationsProjection } from './projections/notifications.ts';
import { openSweeper } from './sweep/sweeper.ts';
import { endpointsTopology, notificationsName, notificationsTopology } from './topology.ts';
import { createWorkerReports } from './worker-reports.ts';
import { openDeliveryWorker } from './worker/delivery-worker.ts';

const dayMs = 24 * 3_600_000;

/** The notifications process: deciders, deliveries, contract 2's edge and read models. */
export async function openNotifications(
  foundation: Foundation<NotificationsConfig>,
): Promise<Parts> {
  const { config, log, logger, metrics } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  await untilDelayTopicsAreThere({
    ...{ log, topics: delayTopicsOf(config), logger, clock: systemClock },
  });
  const notifications = await gatewayOf(foundation, 'notifications');
  const endpoints = await gatewayOf(foundation, 'endpoints');
  const erasures = await openErasureLog({
    ...{ log, codec: foundation.codec, partitions },
    ...{ source: '/plumbline/endpoints-edge', actor: 'system:endpoints-edge' },
  });
  const vault = openVaultOf(foundation, erasures.record);
  const redis = openRedis({ url: config.PLUMBLINE_REDIS_URL, logger, metrics });
  const policy = outboundPolicyOf(config);
  const outbound = openOutbound({ policy });
  const models = openReadModels({
    ...{ ...foundation, partitions, url: config.PLUMBLINE_POSTGRES_URL },
    projections: [notificationsProjection, endpointsProjection],
  });
  const queries = createNotificationQueries(models.readers);
  const clock = systemClock;
  const brokerNowMs = () => log.brokerNowMs();
  const worker = openDeliveryWorker({
    prepare: createPrepare({
      ...{ secrets: vault.endpointSecrets, nowMs: Date.now },
      ownSecret: ownSecretOf(config),
    }),
    ...createWorkerReports({
      ...{ notifications, endpoints, keyRing: vault.keyRing, workerId: randomUUID() },
    }),
    ...{ outbound, clock, wallClockMs: Date.now, brokerNowMs, logger, metrics },
    limits: {
      concurrencyMax: config.PLUMBLINE_NOTIFICATION_CONCURRENCY,
      timeoutMs: config.PLUMBLINE_NOTIFICATION_TIMEOUT_MS,
    },
  });
  const sweeper = openSweeper({
    ...{ queries, notifications, brokerNowMs, clock, logger, metrics },
  });
  const intervalsMs = intervalsOf(config);
  const edge: NotificationsEdge = {
    ...{ notifications, endpoints, queries, clock, intervalsMs, tenant: config.PLUMBLINE_TENANT },
    endpointQueries: createEndpointQueries(models.readers),
    rateLimit: createRateLimit({
      ...{ redis, name: 'endpoints', metrics },
      perSecond: config.PLUMBLINE_NOTIFICATION_CALLS_PER_SECOND,
      burst: config.PLUMBLINE_NOTIFICATION_CALLS_BURST,
    }),
    ...{ apiKeys: vault.apiKeys, secrets: vault.endpointSecrets, keyRing: vault.keyRing },
    judgeUrl: (url) => judgeUrl(url, policy),
    isLoopback: isLoopbackHost(config.PLUMBLINE_HTTP_HOST),
    localStack: config.PLUMBLINE_LOCAL_STACK,
    isAsync: config.PLUMBLINE_NOTIFICATION_ASYNC,
    deliveryMs: config.PLUMBLINE_NOTIFICATION_TIMEOUT_MS,
    nowMs: Date.now,
  };
  return {
    topologies: [
      notificationsTopology({
        ...{ intervalsMs, levelsMs: levelsOf(config), delayPrefix: config.PLUMBLINE_DELAY_PREFIX },
        keepMs: config.PLUMBLINE_NOTIFICATION_KEEP_DAYS * dayMs,
      }),
      endpointsTopology({
        ...{ partitions, tenant: config.PLUMBLINE_TENANT },
        alertAfterMs: config.PLUMBLINE_NOTIFICATION_ALERT_AFTER_SECONDS * 1_000,
      }),
    ],
    following: { [notificationsName]: worker.following },
    routes: [...paymentRoutes(edge), ...endpointRoutes(edge)],
    health: {
      outcomes: () => ({ ok: notifications.ready() }),
      'endpoint outcomes': () => ({ ok: endpoints.ready() }),
    },
    healthAtStart: { ...models.health, vault: () => vault.health() },
    async close() {
      await sweeper.close();
      // What it has begun is reported through the gateway of commands.
      await worker.close();
      await outbound.close();
      await notifications.close();
      await endpoints.close();
      await models.close();
      await vault.close();
      await erasures.close();
      await redis.close();
    },
  };
}

const gatewayOf = (
  { config, log, codec, logger, metrics }: Foundation<NotificationsConfig>,
  of: 'notifications' | 'endpoints',
): Promise<CommandGateway> =>
  createCommandGateway({
    ...{ log, codec, logger, metrics, partitions: config.PLUMBLINE_PARTITIONS },
    source: `/plumbline/${of}-edge`,
    commandsTopic: topics[`${of}Commands`].name,
    outcomesTopic: topics[`${of}Outcomes`].name,
    inFlightMax: limits.commandsInFlightMax,
  });

const openVaultOf = (
  { config, logger, metrics }: Foundation<NotificationsConfig>,
  recordErasure: RecordErasure,
): Vault =>
  openVault({
    recordErasure,
    ...{ url: config.PLUMBLINE_POSTGRES_URL, masterKeys: masterKeysOf(config), logger, metrics },
    ...{ tenant: config.PLUMBLINE_TENANT, localStack: config.PLUMBLINE_LOCAL_STACK },
    nowMs: Date.now,
  });
