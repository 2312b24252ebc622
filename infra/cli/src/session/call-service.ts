import { userInfo } from 'node:os';
import { serviceKeyOf } from '@plumbline/config';
import { actorHeader, serviceKeyHeader } from '@plumbline/http';
import { z } from 'zod';
import { httpTimeoutMs } from '../limits.ts';
import { CliFailure, unreachable, usageFailure } from './failure.ts';
import type { Session } from './session.ts';

/** A process of the platform: how it is called in messages, and which variable says where it is. */
export interface Service {
  readonly what: string;
  readonly variable: string;
  readonly address: string;
  /** What to look at where it does not let us in. */
  readonly keyVariables: string;
}

export interface ServiceCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the whole answer. */
  readonly answer: z.ZodType<T>;
  readonly timeoutMs?: number | undefined;
  /** Whether Ctrl-C ends it; unless said otherwise it does. */
  readonly interruptible?: boolean | undefined;
}

const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * What a process answers over HTTP. Errors: CliFailure when it cannot be reached, refuses (exit code
 * 2 for what was asked wrongly), or answers otherwise than it should.
 */
export async function callService<T>(
  { signal }: Pick<Session, 'signal'>,
  service: Service,
  call: ServiceCall<T>,
): Promise<T> {
  const base = service.address.replace(/\/+$/, '');
  const { what, variable } = service;
  const timeout = AbortSignal.timeout(call.timeoutMs ?? httpTimeoutMs);
  const given = call.interruptible === false ? timeout : AbortSignal.any([signal, timeout]);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}${call.path}${queryOf(call.query)}`, {
      ...{ method: call.method, signal: given, redirect: 'error' },
      headers: { ...typeOf(call.body), ...call.headers },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    text = await response.text();
  } catch (error) {
    if (signal.aborted && call.interruptible !== false) throw error;
    throw unreachable({ what, address: base, variable, error });
  }
  const json = jsonOf(text);
  const parsed = call.answer.safeParse(json);
  if (response.ok && parsed.success) return parsed.data;
  const refused = refusal.safeParse(json);
  if (response.ok || !refused.success)
    throw new CliFailure(
      `${what} at ${base} (${variable}) answers ${response.status}: ${text.slice(0, 300)}`,
    );
  const said = `${refused.data.code}: ${refused.data.message}`;
  if (response.status === 401) throw usageFailure(`${said} (${service.keyVariables})`);
  throw response.status === 400 ? usageFailure(said) : new CliFailure(said);
}

/** Shows that somebody of the platform asks, and who; nothing without a service key. */
export function platformHeaders(config: Session['config']): Readonly<Record<string, string>> {
  const serviceKey = serviceKeyOf(config);
  if (serviceKey === null) return {};
  const name = userInfo().username.replace(/[^A-Za-z0-9_-]/g, '_');
  return { [actorHeader]: `user:${name.slice(0, 64)}`, [serviceKeyHeader]: serviceKey };
}

const typeOf = (body: object | undefined): Readonly<Record<string, string>> =>
  body === undefined ? {} : { 'Content-Type': 'application/json' };

function queryOf(query: ServiceCall<unknown>['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
