import { topics } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { Topology } from '@plumbline/runtime';
import { processManagerTopology } from '@plumbline/runtime';
import type { CheckoutCommand, CheckoutEvent } from './domain/checkout/checkout.ts';
import { checkoutManager } from './domain/checkout/checkout.ts';
import type { CheckoutState } from './domain/checkout/state.ts';

/** Payment facts become order commands, and an order's end closes its payment. */
export const checkoutTopology: Topology = processManagerTopology<
  CheckoutState,
  CheckoutEvent,
  CheckoutCommand
>({
  name: 'checkout',
  manager: checkoutManager,
  events: [topics.ordersEvents.name, topics.paymentsEvents.name],
  topics: {
    changelog: topics.checkoutChangelog.name,
    deadLetters: topics.checkoutDeadLetters.name,
  },
  commands: [topics.ordersCommands.name, topics.paymentsCommands.name],
  route: (command, key) => ({
    topic: topicOf(command).name,
    key,
    subject: command.data.orderNo,
  }),
});

function topicOf(command: CheckoutCommand) {
  switch (command.type) {
    case 'AwaitPayment':
    case 'ConfirmPayment':
    case 'FailPayment':
    case 'RecordPaymentClosed':
      return topics.ordersCommands;
    case 'ClosePayment':
      return topics.paymentsCommands;
    default:
      return unreachable(command);
  }
}
