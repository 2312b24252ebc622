import type { Route, RouteResponse } from '@plumbline/http';
import {
  amountBeside,
  currencyBranches,
  currencyCode,
  defineRoute,
  HttpProblem,
} from '@plumbline/http';
import { jsonSchemaOf, majorAmount } from '@plumbline/http';
import { formatMajor, invariant } from '@plumbline/kernel';
import { z } from 'zod';
import { amountMinorMax as maxMinor } from '../domain/receiving/limits.ts';
import { isWithin } from '../keys/client-scope.ts';
import { callerOf, monitorClients, scopeOf } from './callers.ts';
import type { MonitorEdge } from './edge.ts';
import { monitorErrorCodes, monitorErrors, problem } from './error-codes.ts';
import { id, name, platformOrder } from './fields.ts';
import * as limits from './limits.ts';
import type { PaymentSideAnswer } from './payment-side.ts';

const schemaOfPrice = (currency: string) =>
  jsonSchemaOf(majorAmount({ currency, maxMinor }), 'input');

const rawPayload = () =>
  z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be text') })
    .describe(`What the client saw, as it came; ${limits.rawPayloadBytesMax} bytes at most`);

/** Contract 0's record. The amount is read from its digits, never through a float. */
const recordBody = z
  .strictObject({
    ...{ pid: id(), aid: id(), payway: name(), channel: name() },
    price: z.unknown().meta({ type: ['number', 'string'], description: 'in major units' }),
    currency: currencyCode(),
    ...{ platformOrder: platformOrder(), rawPayload: rawPayload() },
  })
  .meta(
    currencyBranches((currency) => ({ price: schemaOfPrice(currency) }), {
      digitsMax: limits.priceDigitsMax,
    }),
  )
  .transform(({ price, ...body }, context) => {
    const { currency } = body;
    const amountMinor = amountBeside(currency, price, { maxMinor, path: ['price'], context });
    return { ...body, price: formatMajor(amountMinor, currency) };
  });

export const recordAnswer = z.strictObject({
  result: z.enum(['MATCHED', 'DUPLICATE', 'UNMATCHED', 'AMBIGUOUS']),
  was: z
    .enum(['MATCHED', 'UNMATCHED', 'AMBIGUOUS', 'SET_ASIDE'])
    .describe('What stands of this money now; the same as result but for DUPLICATE'),
  orderId: z.string().nullable().describe('The order that it is matched to'),
  payNo: z.string().nullable(),
  platformOrder: z.string(),
});

export const takeRecord = (edge: MonitorEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/api/monitor/records',
    summary: 'Takes a report of money that came in, and matches it to an order',
    description:
      'Answered 200 once it is kept, matched or not; a repeat of the same platformOrder changes ' +
      'nothing and is a DUPLICATE. Whatever is not 200 was not kept, or nobody knows: send it again.',
    request: { body: recordBody, bodyBytesMax: limits.recordBytesMax },
    responses: { 200: { description: 'It is kept', schema: recordAnswer } },
    authenticate: monitorClients(edge),
    security: 'bearer',
    errorBody: monitorErrors,
    handler: async ({ body, context }) => {
      const caller = callerOf(context);
      invariant(caller.kind === 'client', 'records are taken from clients only');
      const scope = await scopeOf(edge, caller.clientId);
      if (!isWithin(scope, body)) throw problem('NOT_YOUR_ACCOUNT');
      if (Buffer.byteLength(body.rawPayload) > limits.rawPayloadBytesMax)
        throw problem(
          'BODY_TOO_LARGE',
          `rawPayload: has ${limits.rawPayloadBytesMax} bytes at most`,
        );
      const record = { ...body, reportedBy: caller.clientId };
      const answer = await edge.paymentSide.match(record, context).catch((cause: unknown) => {
        throw unavailable(null, cause);
      });
      return answerOf(answer);
    },
  });

const matched = z.object({ code: z.literal('00000'), data: z.object(recordAnswer.shape) });
const refused = z.object({ code: z.string().min(1), message: z.string() });

/** What a client is told that repeats of its own cannot mend; all else it keeps and sends again. */
const passedOn: ReadonlySet<number> = new Set([400, 409, 413, 422]);

function answerOf({ status, retryAfter, body }: PaymentSideAnswer): RouteResponse {
  if (status === 200) {
    const { success, data } = matched.safeParse(body);
    if (success) return { status: 200, body: data.data };
    throw unavailable(
      retryAfter,
      new Error('the payment side answered 200 and not what came of it'),
    );
  }
  const { data: said } = refused.safeParse(body);
  const isAbsent = status === 404 && said?.code.toUpperCase() === 'ACCOUNT_NOT_FOUND';
  // A person can mend it, and whoever sends it again later is taken.
  if (status === 503 && said?.code === 'TOO_MUCH_UNMATCHED')
    throw problem('TOO_MUCH_UNMATCHED', said.message, {
      headers: { 'Retry-After': retryAfter ?? String(limits.paymentSideRetryAfterSeconds) },
    });
  if (said === undefined || !(isAbsent || passedOn.has(status)))
    // Its own troubles, and who may not ask it, are nothing that a client could mend.
    throw unavailable(retryAfter, new Error(`the payment side answered ${status}`));
  throw new HttpProblem({ status, code: said.code.toLowerCase(), message: said.message });
}

const unavailable = (retryAfter: string | null, cause: unknown): HttpProblem =>
  problem('PAYMENT_SIDE_UNAVAILABLE', monitorErrorCodes.PAYMENT_SIDE_UNAVAILABLE.description, {
    headers: { 'Retry-After': retryAfter ?? String(limits.paymentSideRetryAfterSeconds) },
    cause,
  });
