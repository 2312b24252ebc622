import type { GatewayPolicy } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, derivedNumber, minorDigitsOf, rejected, unchanged } from '@plumbline/kernel';
import { callRequested, isLed } from './calls.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { PaymentEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { isMerchantRequest, requestAgain } from './merchant.ts';
import * as limits from './limits.ts';
import type { PaymentRejectionCode } from './rejections.ts';
import { paymentRejection } from './rejections.ts';
import type { Payment, PaymentState } from './state.ts';

/** Opens the payment of an order, once, and asks its gateway for it where somebody does that. */
export function createPayment(
  data: PaymentCommandOf<'CreatePayment'>,
  state: PaymentState,
  context: DecisionContext,
): Decision<PaymentEvent> {
  if (state.status !== 'none') {
    if (isMerchantRequest(data)) return requestAgain(data, state, context);
    // The payment number is left out: a repeat brings a new one and is answered with the old.
    const same =
      state.amountMinor === data.amountMinor &&
      state.currency === data.currency &&
      state.channel === data.channel;
    return same ? unchanged : rejected(paymentRejection('PAYMENT_PARAMETERS_DIFFER'));
  }
  const wrong = whatIsWrong(data);
  if (wrong !== null) return rejected(paymentRejection(wrong));
  const { atMs, offset, slot } = context;
  const { lifetimeMs } = data;
  const created: PaymentEvent = {
    type: 'PaymentCreated',
    data: {
      ...factsOf(data),
      id: derivedNumber(offset, slot),
      createdAt: atMs,
      expireAt: atMs + lifetimeMs,
    },
  };
  const payment = evolve(state, created) as Payment;
  if (!isLed(payment)) return accepted(created);
  return accepted(
    created,
    callRequested({ payment, kind: 'CREATE', callId: context.eventId(1), atMs }),
  );
}

/** What the payment keeps of the command. */
const factsOf = (data: PaymentCommandOf<'CreatePayment'>) => {
  const { payNo, orderNo, tenant, amountMinor, currency, channel, gateway, merchant } = data;
  return { payNo, orderNo, tenant, amountMinor, currency, channel, gateway, merchant };
};

function whatIsWrong(data: PaymentCommandOf<'CreatePayment'>): PaymentRejectionCode | null {
  if (data.channel === 'UNKNOWN') return 'CHANNEL_UNKNOWN';
  const minorDigits = minorDigitsOf(data.currency);
  if (minorDigits > limits.minorDigitsMax) return 'CURRENCY_NOT_SUPPORTED';
  const tooMuch = 10n ** BigInt(limits.majorDigitsMax + minorDigits);
  if (data.amountMinor <= 0n || data.amountMinor >= tooMuch) return 'AMOUNT_OUT_OF_RANGE';
  if (data.lifetimeMs <= 0) return 'LIFETIME_NOT_POSITIVE';
  return data.gateway === null || isPossible(data.gateway) ? null : 'POLICY_OUT_OF_RANGE';
}

const isPossible = ({ attemptsMax, queryIntervalMs }: GatewayPolicy): boolean =>
  attemptsMax >= 1 &&
  attemptsMax <= limits.attemptsMax &&
  queryIntervalMs >= limits.queryIntervalMs.min &&
  queryIntervalMs <= limits.queryIntervalMs.max;
