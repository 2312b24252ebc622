import { anonymous } from '@plumbline/http';
import type { RawRequest, Route } from '@plumbline/http';
import type { PaymentsEdge } from '../http/edge.ts';
import { createKnownPayNos } from '../http/known-pay-nos.ts';

/** An edge whose dependencies give what a test says; what it does not say must not be asked. */
export function fakeEdge(over: Partial<PaymentsEdge>): PaymentsEdge {
  const unasked = (): never => {
    throw new Error('this was not to be asked');
  };
  const unread = { calls: unasked, refunds: unasked };
  return {
    gateway: { execute: unasked, lastSeenVersion: () => null },
    queries: { byPayNo: unasked, byOrderNo: unasked, page: unasked, callbacks: unasked, ...unread },
    refused: { record: unasked },
    known: createKnownPayNos(10),
    sealRaw: (_channel, text) => Promise.resolve(`sealed ${text}`),
    tenant: 'main',
    gateways: {},
    policyOf: () => null,
    lifetimeMs: 1_800_000,
    callbackSecret: 'secret',
    callbackMaxAgeMs: null,
    signatureEndpoint: true,
    formatTime: (ms) => new Date(ms).toISOString().slice(0, 19),
    nowMs: () => 1_000,
    ...over,
  };
}

/** Runs a route as the application would, without one. */
export function runRoute(
  route: Route,
  request: {
    readonly params?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  },
) {
  const raw: RawRequest = {
    method: route.method,
    path: route.path,
    params: request.params ?? {},
    query: request.query ?? {},
    headers: {},
    rawBody: Buffer.from(JSON.stringify(request.body ?? {})),
    context: { correlationId: 'c', traceparent: '', actor: anonymous },
  };
  return route.run(raw);
}
