import { randomUUID } from 'node:crypto';
import { childTraceparent, parseTraceparent } from '@plumbline/observability';
import { isSameText } from './same-text.ts';

/** Who and what a request is, for handlers, logs and the records it leads to. */
export interface RequestContext {
  /** Goes into `ce_correlationid` of everything that the request sets off. */
  readonly correlationId: string;
  /** A span of ours within the caller's trace, or a new trace. */
  readonly traceparent: string;
  /**
   * `api:<client>` once authenticated; `user:<id>` where another process of the platform says for
   * whom it asks; `api:anonymous` otherwise.
   */
  readonly actor: string;
  /** What the route's `authenticate` found, for its own handler; nothing where it found nothing. */
  readonly principal?: unknown;
}

export const anonymous = 'api:anonymous';

/** What we accept as a caller's id: it ends up in headers, log lines and record headers. */
const wellFormed = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The correlation id is `X-Correlation-Id`, else `X-Request-Id`, else the trace id of
 * `traceparent`, each only when well-formed, else a new UUID.
 */
export function contextOf(
  headers: IncomingHeaders,
  serviceKey: string | null = null,
): RequestContext {
  const incoming = single(headers['traceparent']);
  const correlationId =
    accepted(headers['x-correlation-id']) ??
    accepted(headers['x-request-id']) ??
    parseTraceparent(incoming)?.traceId ??
    randomUUID();
  const actor = actorFrom(headers, serviceKey) ?? anonymous;
  return { correlationId, traceparent: childTraceparent(incoming), actor };
}

/** Headers by which a process of the platform says for whom it asks, and shows that it may. */
export const actorHeader = 'plumbline-actor';
export const serviceKeyHeader = 'plumbline-service-key';

const userActor = /^user:[A-Za-z0-9_-]{1,64}$/;

function actorFrom(headers: IncomingHeaders, serviceKey: string | null): string | null {
  const actor = single(headers[actorHeader]);
  const shown = single(headers[serviceKeyHeader]);
  if (actor === undefined || shown === undefined || serviceKey === null) return null;
  return isSameText(shown, serviceKey) && userActor.test(actor) ? actor : null;
}

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function accepted(value: string | string[] | undefined): string | undefined {
  const text = single(value);
  return text !== undefined && wellFormed.test(text) ? text : undefined;
}
