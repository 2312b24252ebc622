import { randomUUID } from 'node:crypto';
import type { RequestContext, Route } from '@plumbline/http';
import { defineRoute, ok, okSchema, outcomeToHttp, text } from '@plumbline/http';
import { z } from 'zod';
import { callbackIdOf, isSignature, signatureOf } from '../gateways/mock/callback-signature.ts';
import * as limits from '../limits.ts';
import type { PaymentsEdge } from './edge.ts';
import { fromDatabase } from './edge.ts';
import { paymentsErrorCodes, problem } from './error-codes.ts';
import { paymentStatuses } from './payment-view.ts';

const callbackStatuses = ['SUCCESS', 'FAILED'] as const;

const signed = {
  payNo: text(limits.payNoCharsMax),
  callbackStatus: z.enum(callbackStatuses, { error: 'must be SUCCESS or FAILED' }),
  timestamp: z
    .string({ error: 'must be text of epoch milliseconds' })
    .regex(/^\d{1,15}$/, 'must be epoch milliseconds, digits only'),
  nonce: text(limits.nonceCharsMax),
};

const request = z.strictObject({
  ...signed,
  channelTradeNo: text(limits.channelTradeNoCharsMax).nullish(),
  signature: text(limits.signatureCharsMax),
});

type Callback = z.output<typeof request>;

/** What the decider answers. */
const answered = z.object({
  result: z.enum(['PROCESSED', 'IGNORED', 'FAILED']),
  code: z.string().nullable(),
  message: z.string(),
  payNo: z.string(),
  currentStatus: z.enum(paymentStatuses).nullable(),
});

const answer = okSchema(
  z.strictObject({
    result: z.enum(['PROCESSED', 'IGNORED', 'FAILED']),
    message: z.string(),
    payNo: z.string(),
    currentStatus: z.enum(paymentStatuses),
  }),
);

export const mockCallback = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/payments/mock-callback',
    summary: 'Takes the callback of the simulated third party',
    description:
      'PROCESSED: it moved the payment. IGNORED: a repeat, or the payment had ended. FAILED: ' +
      'validly signed and not applicable.',
    request: { body: request, bodyBytesMax: limits.callbackBytesMax },
    responses: { 200: { description: 'What became of it', schema: answer } },
    handler: async ({ body, rawBody, context }) => {
      const { callbackSecret: secret } = edge;
      if (secret === null) throw problem('MOCK_CHANNEL_DISABLED');
      const rawPayload = await fromDatabase(() => edge.sealRaw('MOCK', rawBody.toString('utf8')));
      const code = refusalOf(edge, body, secret);
      if (code !== null) {
        await keepRefused(edge, { body, rawPayload, code, context });
        throw problem(code);
      }
      return report(edge, { body, rawPayload, context });
    },
  });

function refusalOf(
  edge: PaymentsEdge,
  body: Callback,
  secret: string,
): 'SIGNATURE_INVALID' | 'CALLBACK_EXPIRED' | null {
  if (!isSignature(body.signature, body, secret)) return 'SIGNATURE_INVALID';
  const distanceMs = Math.abs(edge.nowMs() - Number(body.timestamp));
  const { callbackMaxAgeMs } = edge;
  return callbackMaxAgeMs !== null && distanceMs > callbackMaxAgeMs ? 'CALLBACK_EXPIRED' : null;
}

/** Kept apart from the callbacks that count, or anyone could use up the id of the real one. */
const keepRefused = (
  edge: PaymentsEdge,
  refused: {
    readonly body: Callback;
    readonly rawPayload: string;
    readonly code: string;
    readonly context: RequestContext;
  },
): Promise<void> => {
  const { body, rawPayload, code, context } = refused;
  const { payNo, callbackStatus } = body;
  const receivedAt = edge.nowMs();
  return edge.refused.record(
    { payNo, callbackId: callbackIdOf(body), callbackStatus, rawPayload, code, receivedAt },
    context,
  );
};

async function report(
  edge: PaymentsEdge,
  verified: {
    readonly body: Callback;
    readonly rawPayload: string;
    readonly context: RequestContext;
  },
) {
  const { body, rawPayload, context } = verified;
  const { payNo, callbackStatus, timestamp, nonce } = body;
  const executed = await edge.gateway.execute({
    // All that a callback knows; the slot inside it leads to the partition of its order.
    ...{ key: payNo, id: randomUUID(), subject: payNo },
    payload: {
      type: 'ReportMockCallback',
      data: {
        ...{ payNo, callbackId: callbackIdOf(body), callbackStatus, timestamp, nonce, rawPayload },
        channelTradeNo: body.channelTradeNo ?? null,
      },
    },
    correlationId: context.correlationId,
    actor: 'gateway:MOCK',
    traceparent: context.traceparent,
  });
  return outcomeToHttp(executed, {
    decided: (json) => {
      const { code, ...data } = answered.parse(json);
      if (code === 'PAYMENT_NOT_FOUND') throw problem('PAYMENT_NOT_FOUND');
      return { status: 200, body: ok(data) };
    },
    codes: paymentsErrorCodes,
    pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
  });
}

export const generateSignature = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'get',
    path: '/payments/generate-signature',
    summary: 'Signs a callback, for tests',
    request: { query: z.strictObject(signed) },
    responses: { 200: { description: 'The signature', schema: okSchema(z.string()) } },
    handler: ({ query }) => {
      const { callbackSecret: secret, signatureEndpoint } = edge;
      if (!signatureEndpoint || secret === null) throw problem('SIGNATURE_ENDPOINT_DISABLED');
      return { status: 200, body: ok(signatureOf(query, secret)) };
    },
  });
