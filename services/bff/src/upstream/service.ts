import type { RequestContext } from '@plumbline/http';
import { serviceKeyHeader } from '@plumbline/http';
import { Agent, errors, request } from 'undici';
import * as limits from '../limits.ts';
import { ServiceDown } from './errors.ts';

export interface ServiceRequest {
  readonly method: 'GET' | 'POST';
  /** With its query; encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly context: RequestContext;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A service behind this one, over HTTP. */
export interface Service {
  readonly name: string;
  /** Sends once, follows nothing. Errors: {@link ServiceDown}. */
  call(request: ServiceRequest): Promise<ServiceAnswer>;
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly name: string;
  /** With the path that everything is below, if any. */
  readonly baseUrl: string;
  /** Shows the service that it may believe for whom we ask; `null` where nobody is believed. */
  readonly serviceKey?: string | null;
  readonly readDeadlineMs?: number;
  readonly writeDeadlineMs?: number;
}

export function openService(options: ServiceOptions): Service {
  const { name, serviceKey = null } = options;
  const base = new URL(options.baseUrl);
  const agent = new Agent({
    connections: limits.connectionsMax,
    pipelining: 1,
    connect: { timeout: limits.connectTimeoutMs },
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: limits.keepAliveMs,
    // The deadline is the whole call's.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: limits.answerBytesMax,
  });
  const deadlineMsOf = (method: ServiceRequest['method']): number =>
    method === 'GET'
      ? (options.readDeadlineMs ?? limits.readDeadlineMs)
      : (options.writeDeadlineMs ?? limits.writeDeadlineMs);
  return {
    name,
    async call({ method, path, headers = {}, body = null, context }) {
      try {
        const answer = await request(`${base.origin}${base.pathname.replace(/\/$/, '')}${path}`, {
          dispatcher: agent,
          method,
          body,
          signal: AbortSignal.timeout(deadlineMsOf(method)),
          headers: {
            ...headers,
            ...(serviceKey === null ? {} : { [serviceKeyHeader]: serviceKey }),
            'x-correlation-id': context.correlationId,
            traceparent: context.traceparent,
          },
        });
        return {
          status: answer.statusCode,
          headers: textHeaders(answer.headers),
          body: Buffer.from(await answer.body.arrayBuffer()),
        };
      } catch (cause) {
        throw down(name, cause);
      }
    },
    close: () => agent.destroy(),
  };
}

const textHeaders = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ServiceAnswer['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  );

/** Failures of the connection itself, by Node's codes and undici's. */
const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

function down(name: string, cause: unknown): ServiceDown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const notSent = notConnected.has(code) || cause instanceof errors.ConnectTimeoutError;
  const what = cause instanceof Error ? cause.message : String(cause);
  const message = `${name} does not answer: ${what}`;
  return new ServiceDown(notSent ? 'not-sent' : 'no-answer', message, { cause });
}
