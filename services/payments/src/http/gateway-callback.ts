import { randomUUID } from 'node:crypto';
import type { Channel } from '@plumbline/events';
import type { Executed, RequestContext, Route, RouteResponse } from '@plumbline/http';
import { defineRoute, outcomeToHttp } from '@plumbline/http';
import { slotOfPayNo } from '@plumbline/kernel';
import { z } from 'zod';
import type { CallbackReading, GatewayAdapter, RawCallback } from '../gateways/port.ts';
import * as limits from '../limits.ts';
import { recordOfReport } from '../worker/answer-record.ts';
import type { PaymentsEdge } from './edge.ts';
import { fromDatabase } from './edge.ts';
import { paymentsErrorCodes, problem } from './error-codes.ts';

/** A gateway whose callbacks come to an address of their own; MOCK's is contract 1's. */
interface Listening {
  readonly channel: Channel;
  readonly adapter: GatewayAdapter;
}

/**
 * A callback of a gateway, as it came.
 *
 *   signature holds ──► a command with the raw body, durable on Kafka before the answer
 *   gateway does not sign, or what it signs does not hold ──► worth a query, and kept as unverified
 *
 * It needs Kafka and nothing else. Whatever cannot be written down is answered 503, and the gateway
 * sends it again.
 */
export const gatewayCallback = (edge: PaymentsEdge): Route =>
  defineRoute({
    method: 'post',
    path: '/gateways/:gateway',
    summary: 'Takes the callback of a gateway',
    request: {
      params: z.strictObject({ gateway: z.string().regex(/^[a-z]{1,16}$/, 'is no gateway') }),
      rawBody: true,
      headers: z.record(z.string(), z.union([z.string(), z.array(z.string())]).optional()),
      bodyBytesMax: limits.gatewayCallbackBytesMax,
    },
    responses: { 200: { description: 'It is durable; what the gateway wants to hear' } },
    handler: async ({ params, rawBody, context, headers }) => {
      const found = listeningAs(edge, params.gateway);
      if (found === null) throw problem('GATEWAY_UNKNOWN');
      const callback = { headers: textHeaders(headers), body: rawBody, receivedAtMs: edge.nowMs() };
      const reading = found.adapter.readCallback(callback);
      if (reading.kind === 'verified') await report(edge, found, { reading, callback, context });
      else await takeHint(edge, found, { reading, callback, context });
      return answerOf(found.adapter);
    },
  });

function listeningAs({ gateways }: PaymentsEdge, gateway: string): Listening | null {
  const found = Object.entries(gateways).find(
    ([channel]) => channel.toLowerCase() === gateway && channel !== 'MOCK',
  );
  // The keys of that record are channels.
  return found === undefined ? null : { channel: found[0] as Channel, adapter: found[1].adapter };
}

const textHeaders = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): RawCallback['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** The payment's own number, which the reference of every attempt begins with. */
const payNoOf = (reference: string): string => reference.slice(0, limits.ownPayNoChars);

interface Read<Reading> {
  readonly reading: Reading;
  readonly callback: RawCallback;
  readonly context: RequestContext;
}

type Verified = Extract<CallbackReading, { readonly kind: 'verified' }>;

async function report(
  edge: PaymentsEdge,
  { channel }: Listening,
  { reading, callback, context }: Read<Verified>,
): Promise<void> {
  const rawPayload = await sealed(edge, channel, callback);
  const { reference, callbackId, merchantMatches } = reading;
  const payNo = payNoOf(reference);
  const data = {
    ...{ payNo, channel, reference, callbackId, merchantMatches },
    ...recordOfReport(reading.report),
    rawPayload,
  };
  const payload = { type: 'ReportGatewayCallback', data };
  mustBeWritten(await execute(edge, { payNo, payload, channel, context }));
}

const sealed = (edge: PaymentsEdge, channel: Channel, { body }: RawCallback): Promise<string> =>
  fromDatabase(() => edge.sealRaw(channel, body.toString('utf8')));

const execute = (
  edge: PaymentsEdge,
  of: {
    readonly payNo: string;
    readonly payload: { readonly type: string; readonly data: object };
    readonly channel: Channel;
    readonly context: RequestContext;
  },
): Promise<Executed> =>
  edge.gateway.execute({
    // All that a callback knows; the slot inside it leads to the partition of its order.
    ...{ key: of.payNo, id: randomUUID(), subject: of.payNo, payload: of.payload },
    correlationId: of.context.correlationId,
    actor: `gateway:${of.channel}`,
    traceparent: of.context.traceparent,
  });

/** Decided or only durable, the gateway has done its part; what the decision says is ours to know. */
function mustBeWritten(executed: Executed): void {
  if (executed.kind === 'pending' || executed.outcome.status !== 'DEAD_LETTERED') return;
  // It was not taken in: said to the gateway, so that nobody calls it done.
  outcomeToHttp(executed, {
    decided: () => ({ status: 200 }),
    codes: paymentsErrorCodes,
    pending: { kind: 'retry', afterSeconds: limits.retryAfterSeconds },
  });
}

async function takeHint(
  edge: PaymentsEdge,
  { channel }: Listening,
  { reading, callback, context }: Read<Exclude<CallbackReading, Verified>>,
): Promise<void> {
  const { reference } = reading;
  const payNo = reference === null ? null : payNoOf(reference);
  const code = reading.kind === 'invalid' ? reading.code : 'NOT_SIGNED';
  const rawPayload = await sealed(edge, channel, callback);
  const receivedAt = callback.receivedAtMs;
  const refused = { payNo, callbackId: null, callbackStatus: null, rawPayload, code, receivedAt };
  await edge.refused.record(refused, context);
  // A number that is none of ours has no payment to ask about, and must not choose a partition.
  if (payNo === null || slotOfPayNo(payNo) === null) return;
  const reason = `a callback: ${code}`;
  const data = { payNo, reason, unlessWithinMs: limits.hintEveryMs, isNews: true };
  const payload = { type: 'QueryPayment', data };
  mustBeWritten(await execute(edge, { payNo, payload, channel, context }));
}

const answerOf = ({ callbackAnswer }: GatewayAdapter): RouteResponse => ({
  status: callbackAnswer.status,
  body: Buffer.from(callbackAnswer.body),
  headers: { 'Content-Type': callbackAnswer.contentType },
});
