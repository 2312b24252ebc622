import type { Route } from '@plumbline/http';
import {
  defineRoute,
  majorAmountOut,
  majorAmountOutSchema,
  ok,
  okSchema,
  text,
} from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import type { StoredCall, StoredRefund } from '../projections/gateway-queries.ts';
import type { PaymentsEdge } from './edge.ts';
import { fromDatabase } from './edge.ts';
import { localTime, paymentStatuses } from './payment-view.ts';
import { byPayNo } from './read-payments.ts';

const payNoParam = z.strictObject({ payNo: text(limits.payNoCharsMax) });

const audit = okSchema(
  z.strictObject({
    calls: z.array(
      z.strictObject({
        id: z.string(),
        callId: z.string(),
        refundId: z.string().nullable(),
        action: z
          .string()
          .describe('CREATE, QUERY, CLOSE, REFUND, QUERY_REFUND; NOTIFY: what was asked ended it'),
        beforeStatus: z.enum(paymentStatuses),
        afterStatus: z.enum(paymentStatuses),
        queryResult: z.string().describe('What the gateway said; NOT_SENT: it was never asked'),
        code: z.string().nullable(),
        message: z.string().nullable(),
        reportedAt: localTime,
      }),
    ),
  }),
);

const callOut = (call: StoredCall, time: (ms: number) => string) => ({
  ...{ id: call.id, callId: call.callId, refundId: call.refundId, action: call.action },
  ...{ beforeStatus: call.beforeStatus, afterStatus: call.afterStatus },
  ...{ queryResult: call.queryResult, code: call.code, message: call.message },
  reportedAt: time(call.reportedAtMs),
});

export const readAudit = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments/:payNo/audit',
    summary: 'Lists what the gateway was asked about a payment and what it said, newest first',
    request: { params: payNoParam },
    responses: { 200: { description: 'The audit of the payment', schema: audit } },
    handler: async ({ params: { payNo } }) => {
      const calls = await fromDatabase(() => edge.queries.calls(payNo));
      // For the wait, and for the 404 of a number that nobody has heard of.
      if (calls.length === 0) await byPayNo(edge, payNo);
      return { status: 200, body: ok({ calls: calls.map((c) => callOut(c, edge.formatTime)) }) };
    },
  });

const refunds = okSchema(
  z.strictObject({
    refunds: z.array(
      z.strictObject({
        refundId: z.string(),
        amount: majorAmountOutSchema(),
        currency: z.string(),
        status: z.enum(['pending', 'processing', 'succeeded', 'failed']),
        gatewayRefundId: z.string().nullable(),
        automatic: z.boolean().describe('Nobody asked for it: it was paid after its end'),
        reason: z.string().nullable(),
        failureCode: z.string().nullable(),
        failureReason: z.string().nullable(),
        requestedAt: localTime,
        endedAt: localTime.nullable(),
      }),
    ),
  }),
);

const refundOut = (refund: StoredRefund, time: (ms: number) => string) => ({
  refundId: refund.refundId,
  amount: majorAmountOut(refund.amountMinor, refund.currency),
  currency: refund.currency,
  status: refund.status,
  gatewayRefundId: refund.gatewayRefundId,
  automatic: refund.automatic,
  reason: refund.reason,
  failureCode: refund.failureCode,
  failureReason: refund.failureReason,
  requestedAt: time(refund.requestedAtMs),
  endedAt: refund.endedAtMs === null ? null : time(refund.endedAtMs),
});

export const readRefunds = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments/:payNo/refunds',
    summary: 'Lists the refunds of a payment, newest first',
    request: { params: payNoParam },
    responses: { 200: { description: 'The refunds of the payment', schema: refunds } },
    handler: async ({ params: { payNo } }) => {
      const found = await fromDatabase(() => edge.queries.refunds(payNo));
      if (found.length === 0) await byPayNo(edge, payNo);
      const shown = found.map((refund) => refundOut(refund, edge.formatTime));
      return { status: 200, body: ok({ refunds: shown }) };
    },
  });
