import { randomBytes, randomUUID } from 'node:crypto';
import { isLoopbackHost } from '@plumbline/config';
import type { Channel } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway, internalCallers } from '@plumbline/http';
import { systemClock } from '@plumbline/kafka';
import type { Postgres } from '@plumbline/postgres';
import { openReadModels } from '@plumbline/postgres';
import type { Redis } from '@plumbline/redis';
import { createRateLimit, openRedis } from '@plumbline/redis';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { Vault } from '@plumbline/vault';
import { masterKeysOf, openVault, repeatErasures } from '@plumbline/vault';
import type { PaymentsConfig } from './config.ts';
import { callbackMaxAgeMsOf, callbackSecretOf } from './config.ts';
import type { Gateways } from './gateways/open-gateways.ts';
import { openGateways, personalAccountsOf } from './gateways/open-gateways.ts';
import { parseAccountName, subjectOfAccount } from './gateways/personal/account-name.ts';
import type { PaymentsEdge } from './http/edge.ts';
import { problem } from './http/error-codes.ts';
import { createKnownPayNos } from './http/known-pay-nos.ts';
import { localTimeFormat } from './http/local-time.ts';
import type { MoneyEdge } from './http/match-money.ts';
import type { RefusedCallbacks } from './http/refused-callbacks.ts';
import { openRefusedCallbacks } from './http/refused-callbacks.ts';
import { paymentRoutes } from './http/routes.ts';
import { createIdempotencyGuard } from './http/merchant/idempotency.ts';
import type { MerchantEdge } from './http/merchant/merchant-edge.ts';
import { createOrderCache } from './http/merchant/order-cache.ts';
import { merchantRoutes } from './http/merchant/routes.ts';
import * as limits from './limits.ts';
import { channelOfApp, currenciesOfApps } from './merchant-config.ts';
import { createMerchantQueries } from './projections/merchant-queries.ts';
import { createPaymentQueries } from './projections/payment-queries.ts';
import { paymentsProjection } from './projections/payments.ts';
import { refusedCallbacksProjection } from './projections/refused-callbacks.ts';
import { merchantResultsTopology } from './results/merchant-results.ts';
import { openResultStreams } from './results/open-result-streams.ts';
import { streamTimesOf } from './results/result-streams-config.ts';
import { createLingeringPayments } from './scan/lingering-payments.ts';
import type { MakeUpScan } from './scan/make-up-scan.ts';
import { openMakeUpScan } from './scan/make-up-scan.ts';
import { scanTimesOf } from './scan/scan-config.ts';
import { channelSweepsTopology } from './sweep/channel-sweeps.ts';
import type { Sweeper } from './sweep/sweeper.ts';
import { openSweeper } from './sweep/sweeper.ts';
import { purchasePaymentsTopology } from './purchases/purchase-payments.ts';
import { paymentsTopology } from './topology.ts';
import { gatewayTransactionsTopology } from './transactions/gateway-transactions.ts';
import { openCallWorker } from './worker/call-worker.ts';
import { gatewayCallsTopology } from './worker/waiting-calls.ts';

/** The payments process: decider, contract 1's edge and read models over one foundation. */
export async function openPayments(foundation: Foundation<PaymentsConfig>): Promise<Parts> {
  const { config, log, codec, logger, metrics } = foundation;
  const partitions = config.PLUMBLINE_PARTITIONS;
  const shared = { log, codec, logger, metrics, partitions };
  const gateway = await createCommandGateway({
    ...shared,
    source: '/plumbline/payments-edge',
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
  });
  // Money is matched by its account, whether or not payments are sent to one from here.
  const accounts = await createCommandGateway({
    ...shared,
    source: '/plumbline/payments-edge',
    commandsTopic: topics.receivingCommands.name,
    outcomesTopic: topics.receivingOutcomes.name,
  });
  const gateways = openGateways(config, { accounts });
  const redis = openRedis({ url: config.PLUMBLINE_REDIS_URL, logger, metrics });
  const vault = openVaultOf(foundation);
  const erasures = await repeatErasures({ log, codec, logger, partitions, keyRing: vault.keyRing });
  const worker = openCallWorker({
    ...{ gateways: gateways.callable, commands: gateway, clock: systemClock, logger, metrics },
    decrypt: (text) => vault.keyRing.decrypt(text),
    workerId: randomUUID(),
    newNonce: () => randomBytes(16).toString('hex'),
    wallClockMs: Date.now,
  });
  const hasGateways = Object.keys(gateways.callable).length > 0;
  const refused = await openRefusedCallbacks(shared);
  const models = openReadModels({
    ...{ ...foundation, partitions },
    projections: [paymentsProjection, refusedCallbacksProjection],
    url: config.PLUMBLINE_POSTGRES_URL,
  });
  const scan = openScanOf({ foundation, gateway, gateways, readers: models.readers });
  const sweeps = await openSweepsOf({ foundation, gateways, readers: models.readers });
  const results = openResultStreams({
    ...{ ...shared, ...streamTimesOf(config), redisUrl: config.PLUMBLINE_REDIS_URL },
    nowMs: Date.now,
  });
  return {
    // Without a gateway nobody asks for calls, nothing is to follow, and no transaction is claimed.
    topologies: [
      ...[paymentsTopology, merchantResultsTopology],
      purchasePaymentsTopology({
        lifetimeMs: config.PLUMBLINE_PAYMENT_TIMEOUT_MINUTES * 60_000,
        callbackSecret: callbackSecretOf(config),
        policyOf: (channel) => gateways.policyOf(channel),
      }),
      ...(hasGateways ? [gatewayCallsTopology, gatewayTransactionsTopology] : []),
      ...(sweeps === null ? [] : [channelSweepsTopology]),
    ],
    following: {
      [gatewayCallsTopology.name]: worker.following,
      ...(sweeps === null ? {} : { [channelSweepsTopology.name]: sweeps.following }),
    },
    routes: [
      ...merchantRoutes(
        merchantEdgeOf({ foundation, gateway, gateways, redis, vault, readers: models.readers }),
      ),
      ...paymentRoutes(
        paymentsEdgeOf({
          ...{ config, gateway, gateways, accounts, refused, vault, readers: models.readers },
        }),
      ),
    ],
    health: {
      outcomes: () => ({ ok: gateway.ready() }),
      'outcomes of accounts': () => ({ ok: accounts.ready() }),
      'result streams': () => results.health(),
    },
    healthAtStart: { ...models.health, vault: warmed(vault, subjectsAtStart(config, gateways)) },
    async close() {
      await scan?.close();
      await sweeps?.close();
      // What it has begun is reported through the gateway of commands.
      await worker.close();
      await gateway.close();
      await accounts.close();
      await gateways.close();
      await refused.close();
      await results.close();
      await models.close();
      await erasures.close();
      await vault.close();
      await redis.close();
    },
  };
}

/** Whose key protects what a gateway says in its callbacks. */
const subjectOfGateway = (channel: string): string => `gateway:${channel}`;

const openVaultOf = ({ config, logger, metrics }: Foundation<PaymentsConfig>): Vault =>
  openVault({
    ...{ url: config.PLUMBLINE_POSTGRES_URL, masterKeys: masterKeysOf(config), logger, metrics },
    ...{ tenant: config.PLUMBLINE_TENANT, localStack: config.PLUMBLINE_LOCAL_STACK },
    nowMs: Date.now,
  });

/** Whose keys are read at the start: of those who report here. */
function subjectsAtStart(config: PaymentsConfig, { listening }: Gateways): readonly string[] {
  const accounts = personalAccountsOf(config).flatMap((name) => parseAccountName(name) ?? []);
  const channels = ['MOCK', ...Object.keys(listening)];
  return [...new Set([...channels.map(subjectOfGateway), ...accounts.map(subjectOfAccount)])];
}

/** Callbacks are taken with Postgres away: what encrypts them is read before the first comes. */
const warmed = (vault: Vault, subjects: readonly string[]) => async () => {
  try {
    await vault.keyRing.warm(subjects);
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
};

/** With what it speaks to remedies; `null` without a gateway. */
async function openSweepsOf(parts: {
  readonly foundation: Foundation<PaymentsConfig>;
  readonly gateways: Gateways;
  readonly readers: Postgres;
}): Promise<Sweeper | null> {
  const { config, log, codec, logger, metrics } = parts.foundation;
  // Its keys are those of the table of channels.
  const channels = Object.keys(parts.gateways.callable) as Channel[];
  if (channels.length === 0) return null;
  const remedies = await createCommandGateway({
    ...{ log, codec, logger, metrics, partitions: config.PLUMBLINE_PARTITIONS },
    source: '/plumbline/payments-sweeps',
    commandsTopic: topics.remediesCommands.name,
    outcomesTopic: topics.remediesOutcomes.name,
  });
  const sweeper = openSweeper({
    ...{ channels, logger, clock: systemClock, wallClockMs: Date.now, commands: remedies },
    lingering: createLingeringPayments(parts.readers),
  });
  return {
    ...sweeper,
    async close() {
      // It waits for what it has said.
      await sweeper.close();
      await remedies.close();
    },
  };
}

/** `null` without a gateway: there is nobody to ask. */
function openScanOf(parts: {
  readonly foundation: Foundation<PaymentsConfig>;
  readonly gateway: CommandGateway;
  readonly gateways: Gateways;
  readonly readers: Postgres;
}): MakeUpScan | null {
  const { config, logger, metrics } = parts.foundation;
  // Its keys are those of the table of channels.
  const channels = Object.keys(parts.gateways.callable) as Channel[];
  if (channels.length === 0) return null;
  return openMakeUpScan({
    ...{ ...scanTimesOf(config), channels, logger, metrics, clock: systemClock },
    commands: parts.gateway,
    lingering: createLingeringPayments(parts.readers),
    wallClockMs: Date.now,
  });
}

function paymentsEdgeOf(parts: {
  readonly config: PaymentsConfig;
  readonly gateway: CommandGateway;
  readonly gateways: Gateways;
  readonly accounts: CommandGateway;
  readonly refused: RefusedCallbacks;
  readonly vault: Vault;
  readonly readers: Postgres;
}): PaymentsEdge & MoneyEdge {
  const { config, gateway, gateways, accounts, refused, vault, readers } = parts;
  return {
    ...{ gateway, accounts, refused, queries: createPaymentQueries(readers) },
    sealRaw: (channel, text) => vault.keyRing.encrypt(subjectOfGateway(channel), text),
    sealMoney: (account, text) => vault.keyRing.encrypt(subjectOfAccount(account), text),
    callers: internalCallers({ isLoopback: isLoopbackHost(config.PLUMBLINE_HTTP_HOST), problem }),
    known: createKnownPayNos(limits.payNosRememberedMax),
    gateways: gateways.listening,
    policyOf: (channel) => gateways.policyOf(channel),
    tenant: config.PLUMBLINE_TENANT,
    lifetimeMs: config.PLUMBLINE_PAYMENT_TIMEOUT_MINUTES * 60_000,
    callbackSecret: callbackSecretOf(config),
    callbackMaxAgeMs: callbackMaxAgeMsOf(config),
    signatureEndpoint: config.PLUMBLINE_SIGNATURE_ENDPOINT_ENABLED ?? config.PLUMBLINE_LOCAL_STACK,
    formatTime: localTimeFormat(config.PLUMBLINE_TIME_ZONE),
    nowMs: Date.now,
  };
}

function merchantEdgeOf(parts: {
  readonly foundation: Foundation<PaymentsConfig>;
  readonly gateway: CommandGateway;
  readonly gateways: Gateways;
  readonly redis: Redis;
  readonly vault: Vault;
  readonly readers: Postgres;
}): MerchantEdge {
  const { gateway, gateways, redis, vault, readers } = parts;
  const { config, metrics } = parts.foundation;
  const perSecond = config.PLUMBLINE_MERCHANT_CALLS_PER_SECOND;
  const burst = config.PLUMBLINE_MERCHANT_CALLS_BURST;
  const currenciesOf = (channel: Channel) => gateways.currenciesOf(channel);
  return {
    ...{ gateway, apiKeys: vault.apiKeys, keyRing: vault.keyRing },
    queries: createMerchantQueries(readers),
    rateLimit: createRateLimit({ redis, perSecond, burst, name: 'merchant', metrics }),
    idempotency: createIdempotencyGuard(redis),
    cache: createOrderCache({
      ...{ max: limits.ordersCachedMax, freshMs: limits.orderFreshMs },
      nowMs: () => performance.now(),
    }),
    channelOf: channelOfApp(config),
    policyOf: (channel, of) => gateways.policyOf(channel, of),
    currenciesOf,
    currencies: currenciesOfApps(config, currenciesOf),
    lifetimeMs: config.PLUMBLINE_PAYMENT_TIMEOUT_MINUTES * 60_000,
    nowMs: Date.now,
  };
}
