import type { GatewayTransactionClaimed } from '@plumbline/events';
import type { KeyedPaymentsEvent } from './check-books.ts';
import type { Violation } from './violation.ts';
import { violation } from './violation.ts';

/**
 * Of each payment that a gateway took, the transaction is claimed once, under its own key, and no
 * transaction by two payments: the simulated gateways give each its own number.
 */
export function checkClaims(
  payments: readonly KeyedPaymentsEvent[],
  claims: readonly GatewayTransactionClaimed[],
): readonly Violation[] {
  const led = new Map<string, string>();
  const paid = new Map<string, string>();
  const found: Violation[] = [];
  for (const { event } of payments) {
    const { payNo } = event.data;
    if (event.type === 'PaymentCreated' && event.data.gateway !== null)
      led.set(payNo, event.data.channel);
    const channel = led.get(payNo);
    if (event.type === 'PaymentSucceeded' && channel !== undefined)
      paid.set(payNo, `${channel}:${event.data.channelTradeNo}`);
    if (event.type === 'PaymentTransactionConflicted')
      found.push(
        violation('I3', `${payNo} was paid by the transaction of ${event.data.otherPayNo}`),
      );
  }
  const claimed = new Map<string, string[]>();
  for (const { channel, gatewayTransactionId, payNo } of claims)
    claimed.set(payNo, [...(claimed.get(payNo) ?? []), `${channel}:${gatewayTransactionId}`]);
  for (const [payNo, transaction] of paid) {
    const all = claimed.get(payNo) ?? [];
    if (all.length !== 1 || all[0] !== transaction)
      found.push(violation('I3', `${payNo} claims ${all.join(', ') || 'nothing'}: ${transaction}`));
  }
  for (const payNo of claimed.keys())
    if (!led.has(payNo))
      found.push(violation('I2', `${payNo} claims a transaction, and is nobody`));
  return found;
}
