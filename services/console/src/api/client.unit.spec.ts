import { describe, expect, it, vi } from 'vitest';
import { createClient } from './client.ts';
import { ApiProblem } from './problem.ts';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client of a server that gives these answers, one after the other. */
function clientOf(...answers: readonly (Response | Error)[]) {
  const sent: Sent[] = [];
  const onLoggedOut = vi.fn();
  const client = createClient({
    onLoggedOut,
    fetch: (url, { method = 'GET', headers } = {}) => {
      sent.push({ url: url as string, method, headers: headers as Sent['headers'] });
      const answer = answers[sent.length - 1] ?? new Error('no answer is left');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  return { client, sent, onLoggedOut };
}

const json = (value: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(value), init);

const problemOf = async (work: Promise<unknown>): Promise<ApiProblem> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApiProblem) return error;
  throw new Error('it was not refused');
};

describe('a call of the API', () => {
  it('leaves out what was not asked for and keeps digits as they came', async () => {
    const { client, sent } = clientOf(new Response('{"amount":10.00}'));
    const query = { cursor: undefined, id: 'a b&c' };
    expect(await client.ask({ path: '/api/orders', query })).toEqual({ amount: '10.00' });
    expect(sent[0]?.url).toBe('/api/orders?id=a+b%26c');
  });

  it('carries the CSRF token when it changes something, and only then', async () => {
    const { client, sent } = clientOf(json({}), new Response(null, { status: 204 }));
    client.setCsrfToken('t1');
    await client.ask({ path: '/api/items' });
    expect(await client.ask({ method: 'DELETE', path: '/api/session' })).toBeNull();
    expect(sent.map(({ headers }) => headers['X-CSRF-Token'])).toEqual([undefined, 't1']);
  });

  it('is made again with a fresh CSRF token after another tab logged in', async () => {
    const { client, sent } = clientOf(
      json({ code: 'CSRF_REFUSED', message: '' }, { status: 403 }),
      json({ csrfToken: 't2' }),
      json({ done: true }),
    );
    client.setCsrfToken('t1');
    const headers = { 'Idempotency-Key': 'k' };
    const answer = await client.ask({ method: 'POST', path: '/api/purchases', body: {}, headers });
    expect(answer).toEqual({ done: true });
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST']);
    expect(sent[2]?.headers).toMatchObject({ 'X-CSRF-Token': 't2', 'Idempotency-Key': 'k' });
  });

  it('is made again once at most', async () => {
    const refused = () => json({ code: 'CSRF_REFUSED' }, { status: 403 });
    const { client, sent } = clientOf(refused(), json({ csrfToken: 't2' }), refused());
    const problem = await problemOf(client.ask({ method: 'POST', path: '/api/x', body: {} }));
    expect(problem.kind).toBe('forbidden');
    expect(sent).toHaveLength(3);
  });

  it('asks to be shown what was written last, until another person comes', async () => {
    const { client, sent } = clientOf(
      json({}, { headers: { 'Plumbline-Position': 'orders:1:7' } }),
      json({}),
      json({}),
    );
    await client.ask({ method: 'POST', path: '/api/purchases', body: {} });
    await client.ask({ path: '/api/purchases' });
    client.forget();
    await client.ask({ path: '/api/purchases' });
    const positions = sent.map(({ headers }) => headers['Plumbline-Position']);
    expect(positions).toEqual([undefined, 'orders:1:7', undefined]);
  });
});

describe('what goes wrong', () => {
  it.each([
    [401, 'logged-out'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'refused'],
    [429, 'unavailable'],
    [500, 'failed'],
    [502, 'unavailable'],
    [503, 'unavailable'],
  ] as const)('is, by an answer of %i, %s', async (status, kind) => {
    const { client } = clientOf(
      json({ code: 'SOME_CODE', message: 'why' }, { status, headers: { 'X-Request-Id': 'r1' } }),
    );
    const problem = await problemOf(client.ask({ path: '/api/x' }));
    expect(problem).toMatchObject({ kind, code: 'SOME_CODE', message: 'why', requestId: 'r1' });
  });

  it('says once that nobody is logged in, for a 401 and nothing else', async () => {
    const { client, onLoggedOut } = clientOf(
      json({}, { status: 503 }),
      json({ code: 'UNAUTHENTICATED' }, { status: 401 }),
    );
    await problemOf(client.ask({ path: '/api/x' }));
    expect(onLoggedOut).not.toHaveBeenCalled();
    await problemOf(client.ask({ path: '/api/x' }));
    expect(onLoggedOut).toHaveBeenCalledOnce();
  });

  it('is offline without an answer, and unavailable by the page of a proxy', async () => {
    const { client } = clientOf(
      new TypeError('Failed to fetch'),
      new Response('<html>Bad gateway</html>', { status: 502 }),
    );
    expect((await problemOf(client.ask({ path: '/api/x' }))).kind).toBe('offline');
    expect((await problemOf(client.ask({ path: '/api/x' }))).kind).toBe('unavailable');
  });

  it('is a defect when a good answer is no JSON', async () => {
    const { client } = clientOf(new Response('<html></html>'));
    expect((await problemOf(client.ask({ path: '/api/x' }))).kind).toBe('failed');
  });
});
