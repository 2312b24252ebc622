import type { RequestContext, Route, RouteResponse } from '@plumbline/http';
import { defineRoute } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { ServiceDown } from '../upstream/errors.ts';
import type { Service, ServiceAnswer } from '../upstream/service.ts';
import { problem } from './error-codes.ts';
import { tryAgain } from './retry-after.ts';

/** What payments answers to a callback. */
const statuses = [200, 400, 401, 403, 404, 409, 413, 415, 422, 500, 503];

/**
 * A gateway's webhook, passed on to the payments service as it came: bytes and headers. That service
 * alone verifies and stores it, and what it answers is what the gateway hears. Whatever goes wrong in
 * between is 503, and the gateway sends it again. Needs neither a session nor Redis.
 */
export const webhookRoute = (payments: Service): Route =>
  defineRoute({
    method: 'post',
    path: '/webhooks/:gateway',
    summary: 'Takes the webhook of a gateway',
    request: {
      params: z.strictObject({ gateway: z.string().regex(/^[a-z]{1,16}$/, 'is no gateway') }),
      rawBody: true,
      headers: z.record(z.string(), z.union([z.string(), z.array(z.string())]).optional()),
      bodyBytesMax: limits.webhookBytesMax,
    },
    responses: Object.fromEntries(
      statuses.map((status) => [status, { description: 'As payments answers it' }]),
    ),
    handler: async ({ params, rawBody, headers, context }) => {
      const asked = { path: intakeOf(params.gateway), headers: passedOn(headers), body: rawBody };
      return answerOf(await call(payments, asked, context));
    },
  });

/** The mock channel's callbacks are contract 1's, at an address of their own. */
const intakeOf = (gateway: string): string =>
  gateway === 'mock' ? '/payments/mock-callback' : `/gateways/${gateway}`;

async function call(
  payments: Service,
  asked: {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
  },
  context: RequestContext,
): Promise<ServiceAnswer> {
  try {
    return await payments.call({ method: 'POST', ...asked, context });
  } catch (cause) {
    throw cause instanceof ServiceDown ? tryAgain('DEPENDENCY_DOWN', cause) : cause;
  }
}

/** RFC 9110, section 7.6.1, and what belongs to this connection or to another's session here. */
const ownHeaders = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['host', 'content-length', 'expect', 'cookie', 'x-correlation-id', 'traceparent'],
]);

function passedOn(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const textOf = (value: string | string[] | undefined) =>
    Array.isArray(value) ? value.join(', ') : (value ?? '');
  const named = textOf(headers['connection'])
    .split(',')
    .map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name, value]) => value !== undefined && !ownHeaders.has(name))
      // Ours are between our services alone: nobody outside says who acts.
      .filter(([name]) => !named.includes(name) && !name.startsWith('plumbline-'))
      .map(([name, value]) => [name, textOf(value)]),
  );
}

function answerOf({ status, headers, body }: ServiceAnswer): RouteResponse {
  if (!statuses.includes(status)) throw problem('SERVICE_FAILED');
  const kept: Record<string, string> = {};
  for (const name of ['content-type', 'retry-after']) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return { status, body, headers: kept };
}
