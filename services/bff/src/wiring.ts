import { fileURLToPath } from 'node:url';
import { serviceKeyOf } from '@plumbline/config';
import { topics } from '@plumbline/events';
import type { Route } from '@plumbline/http';
import { createCommandGateway, servePage } from '@plumbline/http';
import { routingKey } from '@plumbline/kernel';
import type { Foundation, Parts } from '@plumbline/runtime';
import { openRedis } from '@plumbline/redis';
import type { BffConfig } from './config.ts';
import type { Access } from './http/authorise.ts';
import { orDown } from './http/authorise.ts';
import type { BffEdge, Services } from './http/edge.ts';
import { alertBulkRoute } from './http/alert-bulk-route.ts';
import { alertLifeRoutes } from './http/alert-life-routes.ts';
import { incidentRoutes } from './http/incident-routes.ts';
import { liveRoute } from './http/live-route.ts';
import { operatorRoutes } from './http/operator-routes.ts';
import { purchaseRoutes } from './http/purchase-routes.ts';
import { remedyRoutes } from './http/remedy-routes.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { shopRoutes } from './http/shop-routes.ts';
import { webhookRoute } from './http/webhook-route.ts';
import { localIssuerRoutes } from './identity/local-issuer/routes.ts';
import { openIdentity } from './identity/open-identity.ts';
import { createTokenVerifier } from './identity/verify-token.ts';
import * as limits from './limits.ts';
import type { Feed } from './live/feed.ts';
import { openFeed } from './live/feed.ts';
import type { Live } from './live/live.ts';
import { createLive } from './live/live.ts';
import type { Sessions } from './sessions/sessions.ts';
import { createSessions } from './sessions/sessions.ts';
import { createPositionOf } from './upstream/position.ts';
import type { Service } from './upstream/service.ts';
import { openService } from './upstream/service.ts';

/** The BFF process: sessions in Redis, and everything else asked of the services behind it. */
export async function openBff(foundation: Foundation<BffConfig>): Promise<Parts> {
  const { config, log, codec, logger, metrics } = foundation;
  const nowMs = Date.now;
  const { issuer, local } = await openIdentity({ config, logger, nowMs });
  const redis = openRedis({
    ...{ url: config.PLUMBLINE_REDIS_URL, logger, metrics, connectionName: 'plumbline-bff' },
    commandTimeoutMs: limits.redisCommandTimeoutMs,
  });
  const partitions = config.PLUMBLINE_PARTITIONS;
  const feed = await openFeed({ log, codec, logger, partitions });
  const kept = createSessions({
    ...{ redis, metrics, perUserMax: config.PLUMBLINE_SESSIONS_PER_USER_MAX },
    idleMs: config.PLUMBLINE_SESSION_IDLE_MINUTES * 60_000,
    absoluteMs: config.PLUMBLINE_SESSION_HOURS * 3_600_000,
  });
  const live = createLive({ feed, sessions: kept, logger, metrics, nowMs });
  const sessions = endingLive(kept, live);
  const verifier = createTokenVerifier({ issuer, logger, metrics, nowMs });
  const publicUrl = config.PLUMBLINE_PUBLIC_URL;
  const access: Access = { sessions, verifier, publicUrl };
  const services = servicesOf(config);
  const positionOf = createPositionOf({ log, logger, partitions });
  const [alertCommands, remedyCommands, deskCommands] = await openGateways(foundation);
  const edge: BffEdge = {
    ...{ access, services, positionOf, alertCommands, remedyCommands, deskCommands, partitions },
    orderPositionOf: (orderNo) =>
      positionOf(topics.ordersEvents.name, routingKey(config.PLUMBLINE_TENANT, orderNo)),
  };
  const routes: Route[] = [
    ...sessionRoutes({ access, cookie: { secure: publicUrl.startsWith('https:') } }),
    ...shopRoutes(edge),
    ...purchaseRoutes(edge),
    ...operatorRoutes(edge),
    alertBulkRoute(edge),
    ...alertLifeRoutes(edge),
    ...incidentRoutes(edge),
    ...remedyRoutes(edge),
    liveRoute(access, live),
    webhookRoute(services.payments),
    ...(local === null ? [] : localIssuerRoutes(local)),
  ];
  const all = Object.values<Service>({ ...services });
  const page = servePage({ folder: pageFolder, paths: pagePaths, calls: '/api/' });
  if (page === null) logger.warn('the page is not built: only the API is served');
  return {
    routes,
    // Without Redis nobody can be known: nothing is let through, wherever it may lead.
    gate: { under: '/api/', pass: () => orDown(sessions.reachable()) },
    ...(page === null ? {} : { mount: page }),
    health: { redis: redisToldOf(redis), changes: changesToldOf(feed) },
    async close() {
      await live.close();
      await feed.close();
      await Promise.all([alertCommands, remedyCommands, deskCommands].map((each) => each.close()));
      await Promise.all(all.map((service) => service.close()));
      await redis.close();
    },
  };
}

/** To whom people say something about alerts, about remedies, and about all remedies of a tenant. */
function openGateways({ config, log, codec, logger, metrics }: Foundation<BffConfig>) {
  const partitions = config.PLUMBLINE_PARTITIONS;
  const openGateway = (commandsTopic: string, outcomesTopic: string) =>
    createCommandGateway({
      ...{ log, codec, logger, metrics, partitions, source: '/plumbline/bff' },
      ...{ commandsTopic, outcomesTopic },
    });
  return Promise.all([
    openGateway(topics.alertsCommands.name, topics.alertsOutcomes.name),
    openGateway(topics.remediesCommands.name, topics.remediesOutcomes.name),
    openGateway(topics.desksCommands.name, topics.desksOutcomes.name),
  ]);
}

/** Beside this package, from its source as from its build. */
const pageFolder = fileURLToPath(new URL('../../console/dist/', import.meta.url));

/** What the page's router knows; what it does not know is no page. */
const pagePaths = [
  ...['/', '/orders', '/orders/:orderNo', '/search'],
  ...['/alerts', '/alerts/:alertId', '/incidents', '/incidents/:incidentId'],
  ...['/remedies', '/remedies/:remedyId'],
];

/** Told, and no reason to send nobody here: without Redis webhooks still go through. */
const redisToldOf = (redis: ReturnType<typeof openRedis>) => () => {
  const { ok, detail } = redis.health();
  return ok ? { ok } : { ok: true, detail: `away, /api answers 503: ${detail ?? ''}` };
};

/** Told as well: without changes pages show what they read last, and everything else goes on. */
const changesToldOf = (feed: Feed) => () => {
  const downForMs = Math.round(feed.downForMs());
  return downForMs === 0 ? { ok: true } : { ok: true, detail: `none read for ${downForMs} ms` };
};

/** The same sessions; who ends one here has its connections closed at once. */
const endingLive = (sessions: Sessions, live: Live): Sessions => ({
  ...sessions,
  async end(session) {
    await sessions.end(session);
    void live.checkNow();
  },
  async endAll(userId) {
    const ended = await sessions.endAll(userId);
    void live.checkNow();
    return ended;
  },
});

function servicesOf(config: BffConfig): Services {
  const serviceKey = serviceKeyOf(config);
  return {
    orders: openService({ name: 'orders', baseUrl: config.PLUMBLINE_ORDERS_URL, serviceKey }),
    // Webhooks go there as they come: what a gateway says is not said for anybody here.
    payments: openService({ name: 'payments', baseUrl: config.PLUMBLINE_PAYMENTS_URL }),
    inventory: openService({
      ...{ name: 'inventory', baseUrl: config.PLUMBLINE_INVENTORY_URL, serviceKey },
    }),
    accounts: openService({ name: 'accounts', baseUrl: config.PLUMBLINE_ACCOUNTS_URL, serviceKey }),
    queries: openService({ name: 'queries', baseUrl: config.PLUMBLINE_QUERIES_URL, serviceKey }),
  };
}
