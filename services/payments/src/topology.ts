import { topics } from '@plumbline/events';
import type { Topology } from '@plumbline/runtime';
import { aggregateTopology } from '@plumbline/runtime';
import { isOfMerchant, paymentOrderIdOf } from './domain/payment/merchant.ts';
import { paymentDecider } from './domain/payment/payment.ts';
import { tellCheckout } from './purchases/tell-checkout.ts';
import { upcastPayment } from './domain/payment/upcast.ts';

/**
 * Payments, one aggregate per order under the order's routing key. A callback knows nothing but the
 * payment number, and a merchant's refund nothing but the id of the payment order: both carry the
 * slot of that key and are names of the aggregate.
 */
export const paymentsTopology: Topology = aggregateTopology({
  name: 'payments',
  decider: paymentDecider,
  topics: {
    commands: topics.paymentsCommands.name,
    events: topics.paymentsEvents.name,
    outcomes: topics.paymentsOutcomes.name,
    changelog: topics.paymentsChangelog.name,
    deadLetters: topics.paymentsDeadLetters.name,
  },
  subjectOf: ({ data }) => data.payNo,
  upcastState: upcastPayment,
  asks: { topics: [topics.checkoutCommands.name], commandsOf: tellCheckout },
  namesOf: (state) => {
    if (state.status === 'none') return [];
    const { payNo, tenant, orderNo } = state;
    return isOfMerchant(state) ? [payNo, paymentOrderIdOf(tenant, orderNo)] : [payNo];
  },
});
