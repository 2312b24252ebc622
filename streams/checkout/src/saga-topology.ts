import { topics } from '@plumbline/events';
import { routingKey, unreachable } from '@plumbline/kernel';
import type { Decided, RoutedCommand, Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import type { SagaCommand } from './domain/saga/commands.ts';
import { reserveBeyondDeadlineMs } from './domain/saga/limits.ts';
import type { SagaEvent, SagaEventOf } from './domain/saga/events.ts';
import { sagaDecider } from './domain/saga/saga.ts';
import type { Saga, SagaState } from './domain/saga/state.ts';

/**
 * Checkouts, one saga an order under the order's routing key. What it asks of inventory, accounts and
 * the order goes out with the event that says so; payments reads that event itself, since it alone
 * knows on what terms payments are opened.
 */
export const checkoutSagaTopology: Topology = aggregateTopology({
  name: 'checkout-saga',
  decider: sagaDecider,
  topics: {
    commands: topics.checkoutCommands.name,
    events: topics.checkoutEvents.name,
    outcomes: topics.checkoutOutcomes.name,
    changelog: topics.checkoutSagaChangelog.name,
    deadLetters: topics.checkoutSagaDeadLetters.name,
  },
  subjectOf: ({ data }) => data.orderNo,
  asks: {
    topics: [
      topics.inventoryCommands.name,
      topics.accountsCommands.name,
      topics.ordersCommands.name,
    ],
    commandsOf: askOthers,
  },
});

function askOthers({
  key,
  decision,
  state,
}: Decided<SagaState, SagaCommand, SagaEvent>): readonly RoutedCommand[] {
  // Whoever asks has not ended: the end is the last thing that is said.
  if (decision.kind !== 'accepted' || state.status !== 'open') return [];
  return decision.events.flatMap((event): readonly RoutedCommand[] => {
    if (event.type === 'CheckoutStockRequested') return askInventory(event.data, state, key);
    if (event.type === 'CheckoutFundsRequested') return askAccount(event.data, state, key);
    return event.type === 'CheckoutOrderRequested' ? askOrder(event.data, state, key) : [];
  });
}

/**
 * How long things are put aside. What is missing for an order that was paid long ago is asked for
 * until it comes, and must not be over by then.
 */
const untilMs = ({ reserveUntilMs }: Saga, requestedAtMs: number): number =>
  Math.max(reserveUntilMs, requestedAtMs + reserveBeyondDeadlineMs);

function askInventory(
  { step, reservationIds, orderNo, requestedAt }: SagaEventOf<'CheckoutStockRequested'>,
  saga: Saga,
  replyTo: string,
): readonly RoutedCommand[] {
  const { tenant, lines } = saga;
  const expireAt = untilMs(saga, requestedAt);
  return reservationIds.flatMap((reservationId) => {
    const line = lines.find((each) => each.reservationId === reservationId);
    if (line === undefined) return [];
    const { sku, quantity } = line;
    const ids = { tenant, sku, reservationId, replyTo };
    const to = (type: string, data: object): readonly RoutedCommand[] => [
      {
        ...{ topic: topics.inventoryCommands.name, key: routingKey(tenant, sku), subject: sku },
        payload: { type, data },
      },
    ];
    switch (step) {
      case 'RESERVE':
        return to('ReserveStock', { ...ids, orderNo, quantity, expireAt });
      case 'CONFIRM':
        return to('ConfirmStock', ids);
      case 'RELEASE':
        return to('ReleaseStock', { ...ids, reason: `order ${orderNo} ended unpaid` });
      case 'UNKNOWN':
        return [];
      default:
        return unreachable(step);
    }
  });
}

function askAccount(
  { step, holdId, orderNo, requestedAt }: SagaEventOf<'CheckoutFundsRequested'>,
  saga: Saga,
  replyTo: string,
): readonly RoutedCommand[] {
  const { tenant, buyer: account, balanceMinor, currency } = saga;
  const ids = { tenant, account, holdId, replyTo };
  const to = (type: string, data: object): readonly RoutedCommand[] => [
    {
      topic: topics.accountsCommands.name,
      ...{ key: routingKey(tenant, account), subject: account, payload: { type, data } },
    },
  ];
  switch (step) {
    case 'HOLD': {
      const money = { amountMinor: balanceMinor, currency };
      const expireAt = untilMs(saga, requestedAt);
      return to('HoldFunds', { ...ids, orderNo, ...money, expireAt });
    }
    case 'CAPTURE':
      return to('CaptureHold', ids);
    case 'RELEASE':
      return to('ReleaseHold', { ...ids, reason: `order ${orderNo} ended unpaid` });
    case 'UNKNOWN':
      return [];
    default:
      return unreachable(step);
  }
}

function askOrder(
  { step, orderNo, reason }: SagaEventOf<'CheckoutOrderRequested'>,
  { holdId, amountMinor, currency }: Saga,
  key: string,
): readonly RoutedCommand[] {
  const to = (type: string, data: object): readonly RoutedCommand[] => [
    { topic: topics.ordersCommands.name, key, subject: orderNo, payload: { type, data } },
  ];
  switch (step) {
    case 'SETTLE':
      return to('SettleOrder', { orderNo, holdId, amountMinor, currency });
    case 'FAIL':
      return to('FailOrder', { orderNo, reason });
    case 'UNKNOWN':
      return [];
    default:
      return unreachable(step);
  }
}
