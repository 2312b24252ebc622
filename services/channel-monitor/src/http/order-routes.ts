import type { Route } from '@plumbline/http';
import { defineRoute, majorAmountOut, majorAmountOutSchema } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type { OrderView } from '../projections/receiving-queries.ts';
import { internal } from './callers.ts';
import type { MonitorEdge } from './edge.ts';
import { readProblems } from './edge.ts';
import { monitorErrors, problem } from './error-codes.ts';
import { orderId } from './fields.ts';

const attemptSchema = z.strictObject({
  ...{ reference: z.string(), payNo: z.string() },
  ...{ pid: z.string(), aid: z.string(), cid: z.string(), type: z.string() },
  status: z.enum(['ACTIVE', 'PAID', 'CLOSED', 'EXPIRED']),
  amount: majorAmountOutSchema(),
  payable: majorAmountOutSchema().describe('What is to be paid so that it is told apart'),
  currency: z.string(),
  payUrl: z.string().nullable(),
  platformOrder: z.string().nullable().describe('The money that paid it'),
  expiresAt: z.string().describe('RFC 3339, UTC'),
  activatedAt: z.string(),
  endedAt: z.string().nullable(),
});

const attemptOut = (view: OrderView): z.output<typeof attemptSchema> => ({
  ...{ reference: view.reference, payNo: view.payNo, pid: view.pid, aid: view.aid },
  ...{ cid: view.cid, type: view.type, status: view.status, currency: view.currency },
  amount: majorAmountOut(view.amountMinor, view.currency),
  payable: majorAmountOut(view.payableMinor, view.currency),
  ...{ payUrl: view.payUrl, platformOrder: view.platformOrder },
  expiresAt: new Date(view.expireAtMs).toISOString(),
  activatedAt: new Date(view.activatedAtMs).toISOString(),
  endedAt: view.endedAtMs === null ? null : new Date(view.endedAtMs).toISOString(),
});

export const readOrder = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/monitor/orders/:orderId',
    summary: 'Reads all attempts at the payment of an order on personal accounts, newest first',
    description: 'From the read model, some tens of milliseconds after the log.',
    request: { params: z.strictObject({ orderId: orderId() }) },
    responses: {
      200: {
        description: 'The attempts',
        schema: z.strictObject({ orderId: z.string(), attempts: z.array(attemptSchema) }),
      },
    },
    authenticate: internal(edge),
    errorBody: monitorErrors,
    handler: async ({ params: { orderId: order } }) => {
      const { queries, tenant } = edge;
      const attempts = await readRows(() => queries.attempts(tenant, order), readProblems);
      if (attempts.length === 0) throw problem('ORDER_NOT_FOUND');
      return { status: 200, body: { orderId: order, attempts: attempts.map(attemptOut) } };
    },
  });
