import type { Decision, DecisionContext } from '@plumbline/kernel';
import { rejected } from '@plumbline/kernel';
import type { LedPayment } from './calls.ts';
import { isLed } from './calls.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { EventList, PaymentEvent } from './events.ts';
import { allOf, eventList } from './events.ts';
import { evolve } from './evolve.ts';
import { closedByTime, closeLed, proceed, request } from './lead.ts';
import { paymentRejection } from './rejections.ts';
import type { Payment } from './state.ts';
import { hasEnded } from './state.ts';

/**
 * Asks the gateway, and before that does what the timers of the payment should have done by now: who
 * asks about a payment that lingers must not rely on them.
 */
export function queryPayment(
  { payNo, reason, unlessWithinMs, isNews }: PaymentCommandOf<'QueryPayment'>,
  payment: Payment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  if (payment.payNo !== payNo) return rejected(paymentRejection('PAYMENT_NOT_FOUND'));
  if (!isLed(payment)) return rejected(paymentRejection('CHANNEL_BY_HAND'));
  const list = eventList(context);
  const isOver = context.atMs >= payment.expireAtMs && !hasEnded(payment);
  let now = payment;
  // Whose time is over is not sent anew first; a call that nobody reported is given up in any case.
  if (!isOver || payment.gateway.line.call !== null)
    now = after(payment, list, proceed(payment, context));
  if (isOver && !hasEnded(now))
    now = after(now, list, closeLed(now, closedByTime, following(list, context)));
  const { line, sent, askAtMs } = now.gateway;
  const { atMs } = context;
  // Before anything was sent there is nothing to ask about.
  if (!sent) return allOf(list);
  if (line.call === null && atMs >= line.sinceMs + unlessWithinMs) {
    request(now, 'QUERY', { list, context });
    return allOf(list);
  }
  // What is asked for in this very moment goes out after the news; what went out before may not know it.
  const knows = line.call?.kind === 'QUERY' && line.call.requestedAtMs >= atMs;
  if (isNews && askAtMs === null && !knows) {
    const askAt = (line.call === null ? line.sinceMs : atMs) + unlessWithinMs;
    const data = { payNo, orderNo: now.orderNo, reason, askAt, deferredAt: atMs };
    list.add({ type: 'GatewayQueryDeferred', data });
  }
  return allOf(list);
}

/** The payment after a part of the decision, which goes onto the list. */
function after(payment: LedPayment, list: EventList, decision: Decision<PaymentEvent>): LedPayment {
  if (decision.kind !== 'accepted') return payment;
  list.add(...decision.events);
  // No event takes a payment away from its gateway.
  return decision.events.reduce<Payment>((s, e) => evolve(s, e) as Payment, payment) as LedPayment;
}

/** For the next part of the decision: its events come after those on the list. */
const following = (
  { events: { length } }: EventList,
  context: DecisionContext,
): DecisionContext => ({
  ...context,
  eventId: (index) => context.eventId(length + index),
});
