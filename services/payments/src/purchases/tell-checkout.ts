import type { RecordPaymentAnswer } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Decided, RoutedCommand } from '@plumbline/runtime';
import { answerTo } from '@plumbline/runtime';
import type { PaymentCommand } from '../domain/payment/commands.ts';
import type { PaymentEvent } from '../domain/payment/events.ts';
import type { PaymentState } from '../domain/payment/state.ts';

/** What became of a payment that a checkout asked for. */
export function tellCheckout({
  command,
  decision,
  state,
}: Decided<PaymentState, PaymentCommand, PaymentEvent>): readonly RoutedCommand[] {
  if (command.type !== 'CreatePayment') return [];
  return answerTo<RecordPaymentAnswer>({
    ...{ replyTo: command.data.replyTo, decision, topic: topics.checkoutCommands.name },
    type: 'RecordPaymentAnswer',
    about: { payNo: state.status === 'none' ? null : state.payNo },
  });
}
