import type { RequestContext } from '@plumbline/http';
import { parseJsonBody, renderJson } from '@plumbline/http';
import { z } from 'zod';
import type { BffErrorCode } from '../http/error-codes.ts';
import { problem } from '../http/error-codes.ts';
import { tryAgain } from '../http/retry-after.ts';
import { ServiceDown } from './errors.ts';
import type { Service, ServiceAnswer, ServiceRequest } from './service.ts';

export interface Asking<T> {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly context: RequestContext;
  /** Of the `data` of the answer. What it does not name is left out, so that services can grow. */
  readonly answer: z.ZodType<T>;
  /** Codes of the service's refusals, and what they are called here. Others are defects. */
  readonly refusals?: Readonly<Record<string, BffErrorCode>>;
  /** The code that means `null`, which the answer's schema takes then. */
  readonly absent?: string;
}

/**
 * Reads from a service. Errors are problems in this edge's own codes and words: the service's never
 * get through as they are.
 */
export const read = <T>(service: Service, asking: Asking<T>): Promise<T> =>
  ask(service, asking, { method: 'GET' });

/** Has a service decide something. No answer is `OUTCOME_UNKNOWN`: it may have been done. */
export const write = <T>(service: Service, asking: Asking<T>, body: unknown): Promise<T> =>
  ask(service, asking, { method: 'POST', body: renderJson(body) });

async function ask<T>(
  service: Service,
  asking: Asking<T>,
  how: Pick<ServiceRequest, 'method' | 'body'>,
): Promise<T> {
  const { context } = asking;
  const json = how.body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...json, 'plumbline-actor': context.actor, ...given(asking.headers) };
  const path = `${asking.path}${queryOf(asking.query)}`;
  const answer = await service.call({ ...how, path, headers, context }).catch((cause: unknown) => {
    if (!(cause instanceof ServiceDown)) throw cause;
    const unknown = how.method === 'POST' && cause.reason === 'no-answer';
    throw tryAgain(unknown ? 'OUTCOME_UNKNOWN' : 'DEPENDENCY_DOWN', cause);
  });
  const body = bodyOf(service, answer);
  const isAbsent = asking.absent !== undefined && codeOf(body) === asking.absent;
  if (answer.status !== 200 && !isAbsent) {
    throw refusal(service, answer.status, body, asking.refusals ?? {});
  }
  const parsed = z.object({ data: asking.answer }).safeParse(isAbsent ? { data: null } : body);
  if (parsed.success) return parsed.data.data;
  throw failed(service, `an answer of another form: ${parsed.error.message}`);
}

const given = (headers: Asking<unknown>['headers'] = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

function queryOf(query: Asking<unknown>['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

function bodyOf(service: Service, { status, body }: ServiceAnswer): unknown {
  try {
    return parseJsonBody(body);
  } catch (cause) {
    throw failed(service, `status ${status} without JSON`, cause);
  }
}

/** What says that trying again helps means the same here; it names nothing of the service's own. */
const passedOn = [
  'OVERLOADED',
  'OUTCOME_PENDING',
  'OUTCOME_UNKNOWN',
  'DEPENDENCY_DOWN',
  'READ_MODEL_BEHIND',
] as const satisfies readonly BffErrorCode[];

const codeOf = (body: unknown): string =>
  z.object({ code: z.string() }).safeParse(body).data?.code ?? '';

function refusal(
  service: Service,
  status: number,
  body: unknown,
  refusals: Readonly<Record<string, BffErrorCode>>,
): Error {
  const code = codeOf(body);
  const again = passedOn.find((each) => each === code);
  if (status === 503) return tryAgain(again ?? 'DEPENDENCY_DOWN', `${service.name}: ${code}`);
  const known = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  return known === undefined ? failed(service, `status ${status} ${code}`) : problem(known);
}

const failed = (service: Service, what: string, cause?: unknown): Error =>
  problem('SERVICE_FAILED', undefined, {
    cause: new Error(`${service.name} answered with ${what}`, { cause }),
  });
