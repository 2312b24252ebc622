import { accountsProjection, accountsTopology } from '@plumbline/accounts';
import { alertDeskTopologiesOf } from '@plumbline/alert-desk';
import { receivingProjection, receivingTopology } from '@plumbline/channel-monitor';
import { checkoutSagaTopology, checkoutTopology } from '@plumbline/checkout';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { delaysTopology } from '@plumbline/delays';
import type { Catalogue } from '@plumbline/events';
import {
  allTopics,
  catalogue,
  defaultDelayPrefix,
  delayedRecords,
  delayTopicSpecs,
  topics,
} from '@plumbline/events';
import { inventoryProjection, inventoryTopology } from '@plumbline/inventory';
import {
  endpointsProjection,
  endpointsTopology,
  notificationsProjection,
  notificationsTopology,
} from '@plumbline/notifications';
import { ordersProjection, ordersTopology } from '@plumbline/orders';
import {
  channelSweepsTopology,
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  merchantResultsTopology,
  paymentsProjection,
  paymentsTopology,
  purchasePaymentsTopology,
  refusedCallbacksProjection,
} from '@plumbline/payments';
import type { Projection } from '@plumbline/postgres';
import { projections as queriesProjections } from '@plumbline/queries';
import type { Topology } from '@plumbline/runtime';
import type { SimulatedTopic } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import { endpointTenant } from '../plan/endpoints.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import { tally } from './tally.ts';

const topologies: readonly Topology[] = [
  ordersTopology,
  paymentsTopology,
  gatewayCallsTopology,
  gatewayTransactionsTopology,
  merchantResultsTopology,
  checkoutTopology,
  checkoutSagaTopology,
  inventoryTopology,
  accountsTopology,
  purchasePaymentsTopology({
    ...{ lifetimeMs: limits.deadlineMs.most, callbackSecret: 'of the simulation' },
    policyOf: () => ({
      ...{ attemptsMax: 1, queryIntervalMs: limits.queryIntervalMs, refundLateSuccess: true },
      ...{ subject: null, returnUrl: null, account: null },
    }),
  }),
  consistencyAlerts,
];

const delays = { prefix: defaultDelayPrefix, levelsMs: limits.delayLevelsMs };

const isTelling = ({ endpoints }: Pick<RunPlan, 'endpoints'>): boolean => endpoints.length > 0;

const received = ({ receiving }: Pick<RunPlan, 'receiving'>): readonly Topology[] =>
  receiving === null ? [] : [receivingTopology];

const alwaysThere = ({
  partitions,
  isListening,
  remedies,
}: Pick<RunPlan, 'partitions' | 'isListening' | 'remedies'>): readonly Topology[] => [
  ...(isListening && remedies !== null ? [channelSweepsTopology] : []),
  ...topologies,
  ...alertDeskTopologiesOf({
    ...{ partitions, tenant: endpointTenant },
    incidents: limits.incidents,
    ...(isListening ? { signals: limits.silence } : {}),
  }),
];

/**
 * The topology values of production, those that tell merchants only where somebody is told, and
 * that of accounts only where somebody pays into one.
 */
export const topologiesOf = (
  plan: Pick<RunPlan, 'endpoints' | 'partitions' | 'receiving' | 'isListening' | 'remedies'>,
): readonly Topology[] =>
  !isTelling(plan)
    ? [...alwaysThere(plan), ...received(plan)]
    : [
        ...alwaysThere(plan),
        ...received(plan),
        notificationsTopology({
          ...{ delayPrefix: delays.prefix, levelsMs: delays.levelsMs },
          ...{ intervalsMs: limits.intervalsMs, keepMs: limits.longLifeMs },
        }),
        endpointsTopology({
          ...{ partitions: plan.partitions, tenant: endpointTenant },
          alertAfterMs: limits.alertAfterMs,
        }),
        delaysTopology({ ...delays, target: topics.notificationsCommands.name }),
      ];

/** The projections of production, and one that counts, which would show a record folded twice. */
export const projectionsOf = (plan: RunPlan): readonly Projection[] => [
  ordersProjection,
  paymentsProjection,
  refusedCallbacksProjection,
  inventoryProjection,
  accountsProjection,
  ...queriesProjections,
  ...(isTelling(plan) ? [notificationsProjection, endpointsProjection] : []),
  ...(plan.receiving === null ? [] : [receivingProjection]),
  tally,
];

const delayTopics = delayTopicSpecs({ ...delays, records: delayedRecords });

/** Every topic there is, and those of the shorter waits here. */
export const topicsOf = ({ partitions }: RunPlan): readonly SimulatedTopic[] =>
  [...allTopics, ...delayTopics]
    .filter(({ name }, index, all) => all.findIndex((each) => each.name === name) === index)
    .map((spec) => ({
      name: spec.name,
      partitions: spec.partitions === 'shared' ? partitions : spec.partitions,
      isCompacted: spec.kind === 'changelog',
    }));

/** What a codec has to know: the delay topics are configured, and so in no catalogue. */
export const catalogueOfRuns: Catalogue = {
  ...catalogue,
  topics: [...catalogue.topics, ...delayTopics],
};
