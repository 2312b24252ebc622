import type {
  Channel,
  GatewayTransactionClaimed,
  PaymentsCommand,
  TransactionsEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProcessManager, RoutingKey } from '@plumbline/kernel';
import { routingKey } from '@plumbline/kernel';
import { processManagerTopology } from '@plumbline/runtime';

/** Who claimed a transaction first. */
export type FirstClaim = GatewayTransactionClaimed | null;

type TellLater = Extract<PaymentsCommand, { readonly type: 'ReportTransactionConflict' }> & {
  /** The order of the later payment, beside what the command says. */
  readonly to: RoutingKey;
};

/**
 *     none ──claim──► claimed ──claim by the same payment──► claimed
 *                        └─────claim by another payment───► claimed, and the other one is told
 *
 * Which of two claims is the first is decided by the partition of their transaction: it has an order
 * that every reader and every replay shares, and rule Z needs no more than that both are named.
 */
const oneTransaction: ProcessManager<FirstClaim, TransactionsEvent, TellLater> = {
  initialState: null,
  react({ data: later }, first) {
    if (first === null || isSamePayment(first, later)) return [];
    const { payNo, gatewayTransactionId, tenant, orderNo } = later;
    return [
      {
        type: 'ReportTransactionConflict',
        data: {
          // Whoever claims has it from a payment, whose channel is one of these.
          ...{ payNo, gatewayTransactionId, channel: later.channel as Channel },
          ...{ otherPayNo: first.payNo, otherTenant: first.tenant, otherOrderNo: first.orderNo },
          otherEventId: first.paymentEventId,
        },
        to: routingKey(tenant, orderNo),
      },
    ];
  },
  evolve: (first, { data }) => first ?? data,
};

const isSamePayment = (one: GatewayTransactionClaimed, other: GatewayTransactionClaimed): boolean =>
  one.payNo === other.payNo && one.tenant === other.tenant && one.orderNo === other.orderNo;

/** Catches one transaction of a gateway on two payments: a task keyed by the transaction. */
export const gatewayTransactionsTopology = processManagerTopology<
  FirstClaim,
  TransactionsEvent,
  TellLater
>({
  name: 'gateway-transactions',
  manager: oneTransaction,
  events: [topics.transactionsEvents.name],
  topics: {
    changelog: topics.gatewayTransactionsChangelog.name,
    deadLetters: topics.gatewayTransactionsDeadLetters.name,
  },
  commands: [topics.paymentsCommands.name],
  route: ({ data, to }) => ({
    ...{ topic: topics.paymentsCommands.name, key: to, subject: data.payNo },
  }),
});
