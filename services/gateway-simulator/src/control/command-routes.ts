import { randomUUID } from 'node:crypto';
import type { Route } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { z } from 'zod';
import { refundsOf } from '../books/books.ts';
import type { Payment } from '../books/payment.ts';
import { callbackSubjects } from '../books/records.ts';
import { minorText, webUrl } from '../dialects/fields.ts';
import type { Engine } from '../engine/engine.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import { callbackFaults, garbles } from '../misbehaviour/rule.ts';
import { problem } from './error-codes.ts';
import { paymentAt, paymentPath, reference } from './fields.ts';
import { ruleOf } from './rule-routes.ts';
import { paymentView, refundView, showPayment, showRefund } from './views.ts';

export interface CommandEdge {
  readonly engine: Engine;
  readonly payUrl: (payment: Payment) => string;
}

const none = z.strictObject({});

/** What payers, banks and operators of a gateway do, by hand. */
export const commandRoutes = (edge: CommandEdge): readonly Route[] => [
  move(edge, 'pay', 'Pays a payment, as its payer would', (payment) => edge.engine.pay(payment)),
  move(edge, 'decline', 'Declines a payment, as its payer would', (payment) =>
    edge.engine.decline(payment),
  ),
  move(edge, 'close', 'Closes a payment under the feet of its merchant', (payment) =>
    edge.engine.close(payment),
  ),
  refund(edge),
  callback(edge),
  notifyUrls(edge),
  defineRoute({
    method: 'post',
    path: '/control/reset',
    summary: 'Empties the books and forgets rules, seed, autopayer and all that waits to be sent',
    request: { body: none },
    responses: { 200: { description: 'Done', schema: z.strictObject({ done: z.literal(true) }) } },
    handler: async () => {
      await edge.engine.reset();
      return { status: 200, body: { done: true } };
    },
  }),
];

const move = (
  { engine, payUrl }: CommandEdge,
  verb: string,
  summary: string,
  act: (payment: Payment) => Promise<boolean>,
): Route =>
  defineRoute({
    method: 'post',
    path: `/control/payments/:gateway/:reference/${verb}`,
    summary,
    request: { params: paymentPath, body: none },
    responses: {
      200: { description: 'The payment as it is now', schema: paymentView },
      404: { description: 'SIMULATED_PAYMENT_NOT_FOUND' },
      409: { description: 'PAYMENT_NOT_PENDING' },
    },
    handler: async ({ params }) => {
      if (!(await act(paymentAt(engine, params)))) throw problem('PAYMENT_NOT_PENDING');
      const payment = paymentAt(engine, params);
      return { status: 200, body: showPayment(payment, payUrl(payment)) };
    },
  });

const refund = ({ engine }: CommandEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/control/payments/:gateway/:reference/refund',
    summary: 'Refunds a payment from the side of the gateway',
    request: {
      params: paymentPath,
      body: z.strictObject({
        amountMinor: minorText().optional(),
        refundReference: reference().optional(),
      }),
    },
    responses: {
      200: { description: 'The refund', schema: refundView },
      404: { description: 'SIMULATED_PAYMENT_NOT_FOUND' },
      409: { description: 'REFUND_REFUSED' },
    },
    handler: async ({ params, body }) => {
      const payment = paymentAt(engine, params);
      const leftMinor =
        payment.status === 'SUCCESS'
          ? payment.amountMinor - payment.refundedMinor - payment.reservedMinor
          : 0n;
      const amountMinor = body.amountMinor ?? leftMinor;
      if (amountMinor === 0n) throw problem('REFUND_REFUSED');
      const refundReference = body.refundReference ?? randomUUID().replaceAll('-', '');
      const outcome = await engine.refund(payment, { refundReference, amountMinor });
      if (outcome.kind !== 'refund') throw problem('REFUND_REFUSED');
      return { status: 200, body: showRefund(outcome.refund) };
    },
  });

const callbackBody = z.strictObject({
  about: z.enum(callbackSubjects),
  refundReference: reference().optional(),
  what: z.enum(callbackFaults).optional(),
  garble: z.enum(garbles).optional(),
});

const callback = ({ engine }: CommandEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/control/payments/:gateway/:reference/callbacks',
    summary: 'Sends a callback now, whether or not what it says is true',
    request: { params: paymentPath, body: callbackBody },
    responses: {
      200: { description: 'It is on its way', schema: z.strictObject({ sent: z.literal(true) }) },
      404: { description: 'SIMULATED_PAYMENT_NOT_FOUND or SIMULATED_REFUND_NOT_FOUND' },
      409: { description: 'NO_SUCH_CALLBACK' },
    },
    handler: async ({ params, body }) => {
      const payment = paymentAt(engine, params);
      const { about, refundReference, what, garble } = body;
      const found = refundsOf(engine.books(), payment).find(
        (one) => refundReference === undefined || one.refundReference === refundReference,
      );
      const isRefund = about === 'refunded' || about === 'refund-failed';
      if (isRefund && !found) throw problem('SIMULATED_REFUND_NOT_FOUND');
      const rule: Rule | null =
        what === undefined
          ? null
          : ruleOf('by-hand', { on: 'callback', what, params: { garble: garble ?? 'body' } });
      const command = { about, refund: isRefund ? (found ?? null) : null, rule };
      if (!(await engine.sendCallback(payment, command))) throw problem('NO_SUCH_CALLBACK');
      return { status: 200, body: { sent: true } };
    },
  });

const urls = z.strictObject({ paypay: webUrl().nullable() });

const notifyUrls = ({ engine }: CommandEdge): Route =>
  defineRoute({
    method: 'put',
    path: '/control/notify-urls',
    summary: 'Says where gateways send to whose merchants set the address in a panel',
    request: { body: urls },
    responses: { 200: { description: 'The addresses', schema: urls } },
    handler: async ({ body: { paypay } }) => {
      await engine.set({ type: 'notify-url-set', gateway: 'paypay', url: paypay });
      return { status: 200, body: { paypay } };
    },
  });
