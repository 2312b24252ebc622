import { userInfo } from 'node:os';
import { serviceKeyOf } from '@plumbline/config';
import { actorHeader, serviceKeyHeader } from '@plumbline/http';
import { z } from 'zod';
import { httpTimeoutMs } from '../limits.ts';
import { CliFailure, unreachable, usageFailure } from './failure.ts';
import type { Session } from './session.ts';

export interface NotificationsCall<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of what is answered under `data`. */
  readonly answer: z.ZodType<T>;
  readonly timeoutMs?: number;
  /** Whether Ctrl-C ends it; unless said otherwise it does. */
  readonly interruptible?: boolean;
}

const refusal = z.object({ code: z.string(), message: z.string() });

/**
 * What the notifications process answers. Asks as the app of PLUMBLINE_API_KEY where it is set, else
 * as somebody of the platform. Errors: CliFailure when it cannot be reached, refuses (exit code 2
 * for what was asked wrongly), or answers otherwise than it should.
 */
export async function askNotifications<T>(
  { config, signal }: Pick<Session, 'config' | 'signal'>,
  call: NotificationsCall<T>,
): Promise<T> {
  const base = config.PLUMBLINE_NOTIFICATIONS_URL.replace(/\/+$/, '');
  const variable = 'PLUMBLINE_NOTIFICATIONS_URL';
  const what = 'The notifications process';
  const timeout = AbortSignal.timeout(call.timeoutMs ?? httpTimeoutMs);
  const given = call.interruptible === false ? timeout : AbortSignal.any([signal, timeout]);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}/api/v1${call.path}${queryOf(call.query)}`, {
      ...{ method: call.method, signal: given, redirect: 'error' },
      headers: { ...callerOf(config), ...typeOf(call.body), ...call.headers },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    text = await response.text();
  } catch (error) {
    if (signal.aborted && call.interruptible !== false) throw error;
    throw unreachable({ what, address: base, variable, error });
  }
  const json = jsonOf(text);
  const parsed = z.object({ data: call.answer }).safeParse(json);
  if (response.ok && parsed.success) return parsed.data.data;
  const refused = refusal.safeParse(json);
  if (response.ok || !refused.success)
    throw new CliFailure(
      `${what} at ${base} (${variable}) answers ${response.status}: ${text.slice(0, 300)}`,
    );
  const { code, message } = refused.data;
  const said = `${code}: ${message}`;
  if (response.status === 401)
    throw usageFailure(`${said} (PLUMBLINE_API_KEY or PLUMBLINE_SERVICE_KEY)`);
  throw response.status === 400 ? usageFailure(said) : new CliFailure(said);
}

const typeOf = (body: object | undefined): Readonly<Record<string, string>> =>
  body === undefined ? {} : { 'Content-Type': 'application/json' };

function callerOf(config: Session['config']): Readonly<Record<string, string>> {
  const { PLUMBLINE_API_KEY: apiKey } = config;
  if (apiKey !== undefined) return { Authorization: `Bearer ${apiKey}` };
  const serviceKey = serviceKeyOf(config);
  if (serviceKey === null) return {};
  const name = userInfo().username.replace(/[^A-Za-z0-9_-]/g, '_');
  return { [actorHeader]: `user:${name.slice(0, 64)}`, [serviceKeyHeader]: serviceKey };
}

function queryOf(query: NotificationsCall<unknown>['query'] = {}): string {
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
