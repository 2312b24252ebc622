import { randomBytes, randomUUID } from 'node:crypto';
import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { systemClock } from '@plumbline/kafka';
import { openReadModels } from '@plumbline/postgres';
import type { Foundation, Parts } from '@plumbline/runtime';
import type { PaymentsConfig } from './config.ts';
import { callbackMaxAgeMsOf, callbackSecretOf } from './config.ts';
import { openGateways } from './gateways/open-gateways.ts';
import { createKnownPayNos } from './http/known-pay-nos.ts';
import { localTimeFormat } from './http/local-time.ts';
import { openRefusedCallbacks } from './http/refused-callbacks.ts';
import { paymentRoutes } from './http/routes.ts';
import { payNosRememberedMax } from './limits.ts';
import { createPaymentQueries } from './projections/payment-queries.ts';
import { paymentsProjection } from './projections/payments.ts';
import { refusedCallbacksProjection } from './projections/refused-callbacks.ts';
import { paymentsTopology } from './topology.ts';
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
import { gatewayTransactionsTopology } from './transactions/gateway-transactions.ts';
  });
  const gateways = openGateways(config);
  const worker = openCallWorker({
    ...{ gateways: gateways.callable, commands: gateway, clock: systemClock, logger, metrics },
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
  return {
    // Without a gateway nobody asks for calls, nothing is to follow, and no transaction is claimed.
    topologies: hasGateways
      ? [paymentsTopology, gatewayCallsTopology, gatewayTransactionsTopology]
      : [paymentsTopology],
    following: { [gatewayCallsTopology.name]: worker.following },
    routes: paymentRoutes({
      ...{ gateway, refused, queries: createPaymentQueries(models.readers) },
      known: createKnownPayNos(payNosRememberedMax),
      gateways: gateways.callable,
      policyOf: (channel) => gateways.policyOf(channel),
      tenant: config.PLUMBLINE_TENANT,
      lifetimeMs: config.PLUMBLINE_PAYMENT_TIMEOUT_MINUTES * 60_000,
      callbackSecret: callbackSecretOf(config),
      callbackMaxAgeMs: callbackMaxAgeMsOf(config),
      signatureEndpoint:
        config.PLUMBLINE_SIGNATURE_ENDPOINT_ENABLED ?? config.PLUMBLINE_LOCAL_STACK,
      formatTime: localTimeFormat(config.PLUMBLINE_TIME_ZONE),
      nowMs: Date.now,
    }),
    health: { outcomes: () => ({ ok: gateway.ready() }) },
    healthAtStart: models.health,
    async close() {
      // What it has begun is reported through the gateway of commands.
      await worker.close();
      await gateway.close();
      await gateways.close();
      await refused.close();
      await models.close();
    },
  };
}
