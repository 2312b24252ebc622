import type { RecordPaymentAnswer } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Decided, RoutedCommand } from '@plumbline/runtime';
import { isRoutingKey } from '@plumbline/kernel';
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
  const { replyTo, orderNo } = command.data;
  if (replyTo === null || !isRoutingKey(replyTo)) return [];
  const data: RecordPaymentAnswer = {
    orderNo,
    payNo: state.status === 'none' ? null : state.payNo,
    accepted: decision.kind !== 'rejected',
    code: decision.kind === 'rejected' ? decision.rejection.code : null,
  };
  const payload = { type: 'RecordPaymentAnswer', data };
  return [{ topic: topics.checkoutCommands.name, key: replyTo, subject: orderNo, payload }];
}
