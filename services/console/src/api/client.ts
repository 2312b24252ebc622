import { answerTimeoutMs } from '../limits.ts';
import { parseExactly } from './exact-json.ts';
import { createPlaces } from './places.ts';
import { ApiProblem, kindOf } from './problem.ts';

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Those without a value are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Talks to the API of this origin; the cookie goes along by itself. */
export interface Client {
  /** The answer, numbers by their digits; `null` without a body. Errors: ApiProblem alone. */
  ask(asking: Ask): Promise<unknown>;
  /** For unsafe calls, from the session. */
  setCsrfToken(token: string | null): void;
  /** Reads from now on are to show what stands there, as the read models come to it. */
  show(place: string): void;
  /** Forgets token and places: whoever comes next may be somebody else. */
  forget(): void;
}

export interface ClientOptions {
  readonly fetch: typeof fetch;
  /** A call was answered 401. */
  readonly onLoggedOut: () => void;
}

/**
 * Reads show at least what was written here and heard of last: where that stands goes with the next
 * call. A CSRF token of a session that another tab has replaced is fetched anew, once a call.
 */
export function createClient({ fetch, onLoggedOut }: ClientOptions): Client {
  let csrfToken: string | null = null;
  const places = createPlaces(() => Date.now());

  async function send(asking: Ask): Promise<Response> {
    const { method = 'GET', path, query = {}, body, headers = {}, signal } = asking;
    const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
    const position = places.text();
    const late = AbortSignal.timeout(answerTimeoutMs);
    try {
      return await fetch(`${path}${search}`, {
        method,
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(method === 'GET' || csrfToken === null ? {} : { 'X-CSRF-Token': csrfToken }),
          ...(position === null ? {} : { 'Plumbline-Position': position }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        credentials: 'same-origin',
        cache: 'no-store',
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      });
    } catch (error) {
      throw new ApiProblem('offline', error instanceof Error ? error.message : String(error));
    }
  }

  async function renewCsrfToken(): Promise<boolean> {
    const answer = await send({ path: '/api/session' });
    if (!answer.ok) return false;
    const fresh = stringIn(await valueOf(answer), 'csrfToken');
    if (fresh === null || fresh === csrfToken) return false;
    csrfToken = fresh;
    return true;
  }

  async function ask(asking: Ask, isRepeat = false): Promise<unknown> {
    const answer = await send(asking);
    const value = await valueOf(answer);
    if (answer.ok) {
      places.note(answer.headers.get('Plumbline-Position') ?? '');
      return value;
    }
    const code = stringIn(value, 'code');
    if (code === 'CSRF_REFUSED' && !isRepeat && (await renewCsrfToken())) return ask(asking, true);
    const kind = kindOf(answer.status);
    if (kind === 'logged-out') onLoggedOut();
    const message = stringIn(value, 'message') ?? stringIn(value, 'detail') ?? '';
    throw new ApiProblem(kind, message, { code, requestId: answer.headers.get('X-Request-Id') });
  }

  return {
    ask: (asking) => ask(asking),
    setCsrfToken: (token) => (csrfToken = token),
    show: (place) => places.note(place),
    forget() {
      csrfToken = null;
      places.clear();
    },
  };
}

/** An error of a proxy in front is no JSON; an answer of ours always is. */
async function valueOf(answer: Response): Promise<unknown> {
  let text: string;
  try {
    text = await answer.text();
  } catch (error) {
    throw new ApiProblem('offline', error instanceof Error ? error.message : String(error));
  }
  if (text === '') return null;
  try {
    return parseExactly(text);
  } catch {
    if (!answer.ok) return null;
    throw new ApiProblem('failed', 'the answer is not JSON');
  }
}

function stringIn(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const found = (value as Readonly<Record<string, unknown>>)[key];
  return typeof found === 'string' ? found : null;
}
