import { z } from 'zod';
import { httpTimeoutMs } from '../limits.ts';
import { CliFailure, unreachable } from './failure.ts';
import type { Session } from './session.ts';

/**
 * What the queries service answers under `data`. Errors: CliFailure when it cannot be reached, says
 * that there is none, or answers otherwise than it should.
 */
export async function askQueries<T>(
  { config, signal }: Pick<Session, 'config' | 'signal'>,
  path: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const base = config.PLUMBLINE_QUERIES_URL.replace(/\/+$/, '');
  const given = AbortSignal.any([signal, AbortSignal.timeout(httpTimeoutMs)]);
  const variable = 'PLUMBLINE_QUERIES_URL';
  const what = 'The queries service';
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}${path}`, { signal: given });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreachable({ what, address: base, variable, error });
  }
  const parsed = z.object({ data: schema }).safeParse(jsonOf(text));
  if (response.ok && parsed.success) return parsed.data.data;
  throw new CliFailure(
    `${what} at ${base} (${variable}) answers ${response.status}: ${text.slice(0, 300)}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
