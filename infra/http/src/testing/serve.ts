import { createMetrics, silentLogger } from '@plumbline/observability';
import { z } from 'zod';
import type { HttpAppOptions, Route } from '../index.ts';
import {
  createHttpApp,
  defineRoute,
  listen,
  majorAmount,
  majorAmountOut,
  majorAmountOutSchema,
  ok,
  okSchema,
  text,
} from '../index.ts';

/** A small payment edge, served on a free port, with a client that says what came back. */

export const createPayment = defineRoute({
  method: 'post',
  path: '/payments',
  summary: 'Creates a payment',
  request: {
    body: z.strictObject({
      orderNo: text(32),
      amount: majorAmount({ currency: 'CNY', maxMinor: 999_999_999_999n }),
      channel: z.enum(['MOCK', 'ALIPAY']).default('MOCK'),
    }),
  },
  responses: {
    200: {
      description: 'The payment',
      schema: okSchema(
        z.strictObject({
          orderNo: z.string(),
          amount: majorAmountOutSchema(),
          channel: z.string(),
        }),
      ),
    },
  },
  handler: ({ body }) => ({
    status: 200,
    body: ok({ ...body, amount: majorAmountOut(body.amount, 'CNY') }),
  }),
});

export const readPayment = defineRoute({
  method: 'get',
  path: '/payments/:payNo',
  summary: 'Reads a payment',
  request: { params: z.strictObject({ payNo: text(32) }) },
  responses: { 200: { description: 'Which route answered' } },
  handler: ({ params, context }) => ({
    status: 200,
    body: { payNo: params.payNo, actor: context.actor },
    headers: { 'X-Trace': context.traceparent },
  }),
});

const generate = defineRoute({
  method: 'get',
  path: '/payments/generate-signature',
  summary: 'A fixed path beside a parameter',
  request: { query: z.strictObject({ payNo: text(32), page: z.string().optional() }) },
  responses: { 200: { description: 'Which route answered' } },
  handler: ({ query }) => ({ status: 200, body: { signatureOf: query.payNo } }),
});

export const simple = (path: string, handler: () => never): Route =>
  defineRoute({
    method: 'get',
    path,
    summary: path,
    request: {},
    responses: { 200: { description: 'never' } },
    handler,
  });

export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly raw: string;
}

export async function serve(options: Partial<HttpAppOptions> = {}) {
  const app = createHttpApp({
    service: 'payments',
    version: '1.2.3',
    logger: silentLogger,
    metrics: createMetrics({ service: 'payments', processMetrics: false }),
    routes: [readPayment, generate, createPayment],
    health: {},
    checkResponses: true,
    ...options,
  });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  const call = async (method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${listening.url}${path}`, { method, ...init });
    const raw = await response.text();
    const body: unknown = raw === '' ? null : tryJson(raw);
    return { status: response.status, headers: response.headers, body, raw };
  };
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    call('POST', '/payments', {
      body,
      headers: { 'Content-Type': 'application/json', ...headers },
    });
  return { listening, call, post };
}

function tryJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
