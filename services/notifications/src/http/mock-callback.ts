import type { Route } from '@plumbline/http';
import { defineRoute, intText, ok, okSchema } from '@plumbline/http';
import type { Clock } from '@plumbline/kafka';
import { z } from 'zod';
import * as limits from './limits.ts';

interface Call {
  readonly at: string;
  readonly webhookId: string | null;
  readonly contentType: string | null;
  readonly signature: string | null;
  readonly answered: number;
  readonly body: string;
}

const path = '/payment-retry/api/payment/callback/mock';

const callSchema = z.strictObject({
  at: z.string(),
  webhookId: z.string().nullable(),
  contentType: z.string().nullable(),
  signature: z.string().nullable(),
  answered: z.number(),
  body: z.string(),
});

const takenSchema = okSchema(z.strictObject({ received: z.literal(true) }));

/**
 * A merchant to try things out with, in the local stack only. It takes whatever comes with 200, or
 * fails as its own URL tells it to, and remembers what came.
 */
export function mockCallbackRoutes(of: {
  readonly clock: Clock;
  readonly nowMs: () => number;
}): readonly Route[] {
  const { clock, nowMs } = of;
  const calls: Call[] = [];
  const failuresLeft = new Map<string, number>();

  /** Whether this call of the notification is among the first so many, which fail. */
  function fails(webhookId: string | null, times: number | undefined): boolean {
    if (times === undefined) return true;
    const id = webhookId ?? '';
    const left = failuresLeft.get(id) ?? times;
    if (failuresLeft.size > limits.mockCallsMax) failuresLeft.clear();
    failuresLeft.set(id, Math.max(0, left - 1));
    return left > 0;
  }

  const take = defineRoute({
    method: 'post',
    path,
    summary: 'A mock merchant endpoint (local stack only)',
    description:
      'Answers 200. `?status=500` makes it fail, with `&times=2` only the first two calls of each ' +
      'notification; `?delayMs=` makes it slow.',
    request: {
      rawBody: true,
      headers: z.looseObject({
        'webhook-id': z.string().optional(),
        'webhook-signature': z.string().optional(),
        'content-type': z.string().optional(),
      }),
      query: z.strictObject({
        status: intText({ min: 200, max: 599 }).optional(),
        times: intText({ min: 1, max: 100 }).optional(),
        delayMs: intText({ min: 0, max: limits.mockDelayMsMax }).optional(),
      }),
    },
    responses: Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [
        200 + index,
        { description: 'As it was told', schema: takenSchema },
      ]),
    ),
    handler: async ({ query, rawBody, headers }) => {
      const webhookId = headers['webhook-id'] ?? null;
      const { status, times, delayMs = 0 } = query;
      if (delayMs > 0) await clock.sleep(delayMs);
      const answered = status !== undefined && fails(webhookId, times) ? status : 200;
      calls.push({
        ...{ at: new Date(nowMs()).toISOString(), webhookId, answered },
        contentType: headers['content-type'] ?? null,
        signature: headers['webhook-signature'] ?? null,
        body: rawBody.toString('utf8'),
      });
      if (calls.length > limits.mockCallsMax) calls.shift();
      return { status: answered, body: ok({ received: true }) };
    },
  });

  const look = defineRoute({
    method: 'get',
    path,
    summary: 'What the mock merchant endpoint got, newest first (local stack only)',
    request: {},
    responses: { 200: { description: 'The calls', schema: okSchema(z.array(callSchema)) } },
    handler: () => ({ status: 200, body: ok(calls.toReversed()) }),
  });
  return [take, look];
}
