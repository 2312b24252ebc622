import { randomInt, randomUUID } from 'node:crypto';
import type { Route } from '@plumbline/http';
import {
  currencyBranches,
  currencyCode,
  defineRoute,
  jsonSchemaOf,
  majorAmount,
  ok,
  outcomeToHttp,
  text,
} from '@plumbline/http';
import { minorDigitsOf, payNo, routingKey, slotOf } from '@plumbline/kernel';
import { z } from 'zod';
import { minorDigitsMax } from '../domain/payment/limits.ts';
import { accountNameForm } from '../gateways/personal/account-name.ts';
import * as limits from '../limits.ts';
import { channelRefusal } from '../offered-channels.ts';
import type { PaymentsEdge } from './edge.ts';
import { paymentsErrorCodes, problem } from './error-codes.ts';
import { channels, createdAnswer, createdOut, paymentOfAnswer } from './payment-view.ts';

/** Ten digits before the point, whatever stands behind it. */
function amountIn(currency: string) {
  const unit = 10n ** BigInt(minorDigitsOf(currency));
  return majorAmount({ currency, maxMinor: (limits.majorMax + 1n) * unit - 1n });
}

/** For the description: JSON Schema's way to say that one field needs another. */
const accountOnlyForPersonal = {
  anyOf: [
    { not: { required: ['account'] } },
    { required: ['channel'], properties: { channel: { const: 'PERSONAL' } } },
  ],
};

const request = z
  .strictObject({
    orderNo: text(limits.orderNoCharsMax),
    amount: z.unknown().meta({
      type: ['number', 'string'],
      description:
        'In major units with at most the decimals of the currency: 0.01 to 9999999999.99',
    }),
    channel: z.enum(channels, { error: `must be one of ${channels.join(', ')}` }).default('MOCK'),
    currency: currencyCode().describe('Beyond the contract, which knows one currency'),
    account: z
      .string({ error: 'must be text' })
      .regex(accountNameForm, { error: 'must be pid.aid or pid.aid.cid' })
      .optional()
      .describe('Personal account that is paid into; with PERSONAL only, which else has its own'),
  })
  .meta({
    ...currencyBranches((currency) => ({ amount: jsonSchemaOf(amountIn(currency), 'input') }), {
      digitsMax: minorDigitsMax,
    }),
    allOf: [accountOnlyForPersonal],
  })
  .transform(({ orderNo, amount, channel, currency, account = null }, context) => {
    if (account !== null && channel !== 'PERSONAL')
      context.addIssue({ code: 'custom', path: ['account'], message: 'is for PERSONAL only' });
    const parsed = amountIn(currency).safeParse(amount);
    if (parsed.success) return { orderNo, amountMinor: parsed.data, channel, currency, account };
    const message = parsed.error.issues[0]?.message ?? 'must be an amount';
    context.addIssue({ code: 'custom', path: ['amount'], message });
    return z.NEVER;
  });

export const createPayment = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/payments',
    summary: 'Creates the payment of an order',
    description:
      'Idempotent by orderNo: a repeat answers the existing payment. With another amount or ' +
      'channel, or into another account than it names, it is refused and nothing changes.',
    request: { body: request },
    responses: { 200: { description: 'The payment', schema: createdAnswer } },
    handler: async ({ body, context }) => {
      const { orderNo, amountMinor, channel, currency, account } = body;
      const refusal = channelRefusal(channel, edge);
      if (refusal !== null) throw problem(refusal);
      const policy = edge.policyOf(channel);
      const key = routingKey(edge.tenant, orderNo);
      const number = payNo({
        ...{ atMs: edge.nowMs(), slot: slotOf(key) },
        random: randomInt(1_000_000_000),
      });
      const executed = await edge.gateway.execute({
        ...{ key, id: randomUUID(), subject: number },
        payload: {
          type: 'CreatePayment',
          data: {
            ...{ payNo: number, orderNo, tenant: edge.tenant, amountMinor, currency, channel },
            lifetimeMs: edge.lifetimeMs,
            gateway: policy && { ...policy, account: account ?? policy.account },
            merchant: null,
            replyTo: null,
          },
        },
        correlationId: context.correlationId,
        actor: context.actor,
        traceparent: context.traceparent,
      });
      return outcomeToHttp(executed, {
        decided: (answer) => {
          const payment = paymentOfAnswer(answer);
          // Only who names an account asks for it: the usual one may be another since the first time.
          if (account !== null && payment.account !== account)
            throw problem('PAYMENT_PARAMETERS_DIFFER');
          edge.known.add(payment.payNo, payment.orderNo);
          return { status: 200, body: ok(createdOut(payment, edge.formatTime)) };
        },
        codes: paymentsErrorCodes,
        pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
      });
    },
  });
