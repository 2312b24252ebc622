import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { Topology } from '@plumbline/runtime';
import { processManagerTopology } from '@plumbline/runtime';
import type { FollowingCommand, OrderOrPaymentEvent } from './domain/checkout/checkout.ts';
import { checkoutManager } from './domain/checkout/checkout.ts';
import type { CheckoutState } from './domain/checkout/state.ts';

/** Payment facts become order commands; an order's end closes its payment and ends its checkout. */
export const checkoutTopology: Topology = processManagerTopology<
  CheckoutState,
  OrderOrPaymentEvent,
  FollowingCommand
>({
  name: 'checkout',
  manager: checkoutManager,
  events: [topics.ordersEvents.name, topics.paymentsEvents.name],
  topics: {
    changelog: topics.checkoutChangelog.name,
    deadLetters: topics.checkoutDeadLetters.name,
  },
  commands: [
    topics.ordersCommands.name,
    topics.paymentsCommands.name,
    topics.checkoutCommands.name,
  ],
  route: (command, key) => ({
    topic: topicOf(command).name,
    key,
    subject: command.data.orderNo,
  }),
});

function topicOf(command: FollowingCommand) {
  switch (command.type) {
    case 'AwaitPayment':
    case 'ConfirmPayment':
    case 'FailPayment':
    case 'RecordPaymentClosed':
      return topics.ordersCommands;
    case 'ClosePayment':
      return topics.paymentsCommands;
    case 'StartCheckout':
    case 'RecordOrderEnded':
      return topics.checkoutCommands;
    default:
      return unreachable(command);
  }
}
