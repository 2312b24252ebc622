import type { Route } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { readRows } from '@plumbline/postgres';
import { z } from 'zod';
import type { OrderFields } from '../active-order.ts';
import { fieldsOf, soonestFirst } from '../active-order.ts';
import type { ClientScope } from '../keys/client-scope.ts';
import { isWithin } from '../keys/client-scope.ts';
import type { MonitorEdge } from './edge.ts';
import { readProblems } from './edge.ts';
import type { Caller } from './callers.ts';
import { callerOf, clientsAndInternal, scopeOf } from './callers.ts';
import { monitorErrors, problem } from './error-codes.ts';
import { idText } from './fields.ts';

const text = z.string();
const fields = {
  ...{ orderId: text, pid: text, aid: text, cid: text, type: text },
  expiresAt: text.describe('RFC 3339, UTC'),
  pattern: text.describe('Listening mode, 0 or 1'),
} satisfies Record<keyof OrderFields, z.ZodType>;

/** Which orders are shown: all, a merchant's, or those of some of its accounts. */
async function scopeFor(
  edge: MonitorEdge,
  caller: Caller,
  pid: string | undefined,
): Promise<ClientScope | null> {
  if (caller.kind === 'internal') return pid === undefined ? null : { pid, aids: [] };
  const scope = await scopeOf(edge, caller.clientId);
  if (pid !== undefined && pid !== scope.pid) throw problem('NOT_YOUR_ACCOUNT');
  return scope;
}

export const listActiveOrders = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/api/monitor/orders/active',
    summary: 'Lists the orders that wait for money, those that end first before the others',
    description:
      'A client is shown those of the accounts that it reports for; the platform itself all of them, ' +
      "or one merchant's. From the read model, some tens of milliseconds after the log.",
    request: { query: z.strictObject({ pid: idText().optional(), ...signatureFields() }) },
    responses: { 200: { description: 'The orders', schema: z.array(z.strictObject(fields)) } },
    authenticate: clientsAndInternal(edge),
    security: 'bearer',
    errorBody: monitorErrors,
    handler: async ({ query, context }) => {
      const scope = await scopeFor(edge, callerOf(context), query.pid);
      const { tenant } = edge;
      const of = { tenant, pid: scope?.pid ?? null, nowMs: edge.nowMs() };
      const orders = await readRows(() => edge.queries.active(of), readProblems);
      const seen = scope === null ? orders : orders.filter((order) => isWithin(scope, order));
      return { status: 200, body: soonestFirst(seen).map(fieldsOf) };
    },
  });

/** They may stand in the query, and were judged by then. */
function signatureFields() {
  const field = () => z.string().optional();
  return { signature: field(), timestamp: field(), nonce: field(), client: field() };
}
