import { createHttpApp, defineRoute, HttpProblem, listen } from '@plumbline/http';
import type { Authenticated, Listening, RawRequest } from '@plumbline/http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuthentication } from './authenticate.ts';
import { createMemoryNonces } from './testing/memory-nonces.ts';
import type { Sent } from './testing/requests.ts';
import { nowMs, secret, sent, signed } from './testing/requests.ts';

/** That a request is taken apart by the real edge as its sender signed it. */
const authenticate = createAuthentication({
  keys: {
    keysOf: () => Promise.resolve([{ keyId: 'k', secret, isRevoked: false, expiresAtMs: null }]),
    token: () => Promise.resolve({ kind: 'unknown' }),
  },
  nonces: createMemoryNonces(),
  rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
  isKeyStoreDown: () => false,
  nowMs: () => nowMs,
});

async function asRoute(request: RawRequest): Promise<Authenticated> {
  const came = await authenticate(request);
  if (came.kind === 'refused') throw new HttpProblem(came);
  return { actor: `client:${came.clientId}/${came.keyId}`, principal: came };
}

const route = (method: 'get' | 'post', path: string) =>
  defineRoute({
    ...{ method, path, summary: 'Says who calls', authenticate: asRoute },
    request: method === 'post' ? { rawBody: true } : {},
    responses: { 200: { description: 'Who' } },
    handler: ({ context }) => ({ status: 200, body: { actor: context.actor } }),
  });

let listening: Listening;
beforeAll(async () => {
  const app = createHttpApp({
    ...{ service: 'test', version: '0', logger: silentLogger, health: {} },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    routes: [route('get', '/api/monitor/orders/:which'), route('post', '/api/monitor/records')],
  });
  listening = await listen(app, { port: 0, host: '127.0.0.1' });
});
afterAll(() => listening.close());

let calls = 0;
/** Signed with a nonce of its own; `arrives` is what is sent instead of what was signed. */
async function call(request: Partial<Sent>, arrives: Partial<Sent> = {}, inQuery = false) {
  calls += 1;
  const asked = sent({ nonce: `nonce-of-call-${calls}`, ...request });
  const fields = signed(asked).headers as Record<string, string>;
  const { method, url, body } = { ...asked, ...arrives };
  const query = new URLSearchParams(fields).toString();
  const whole = inQuery ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url;
  const answer = await fetch(`http://127.0.0.1:${listening.port}${whole}`, {
    ...{ method, headers: inQuery ? {} : fields },
    ...(body === '' ? {} : { body }),
  });
  return [answer.status, await answer.json()] as const;
}

const letIn = [200, { actor: 'client:1000/k' }];
const wrong = [401, { code: 'signature_wrong', message: expect.any(String) as unknown }];
const record = { method: 'POST', url: '/api/monitor/records', body: '{"pid":1000,"名":"二"}' };

it.each<Partial<Sent>>([
  {},
  record,
  { url: '/api/monitor/orders/active' },
  { url: '/api/monitor/orders/active?b=2&a=1&b=1&a=' },
  { url: '/api/monitor/orders/active?type=%E4%BA%8C&x=a+b%2Bc&marks=!*%27()~%7E' },
  { url: '/api/monitor/orders/a%20b%2Fc' },
  { url: '/api/monitor/orders/active?10=x&9=y&_=z' },
])('%j is let in, with its fields in headers or in the query', async (request) => {
  expect(await call(request)).toEqual(letIn);
  expect(await call(request, {}, true)).toEqual(letIn);
});

it.each<readonly [Partial<Sent>, Partial<Sent>]>([
  [{}, { url: '/api/monitor/orders/active?pid=1001' }],
  [{}, { url: '/api/monitor/orders/Active?pid=1000' }],
  [{}, { url: '/api/monitor/orders/active?pid=1000&x=1' }],
  [{ url: '/api/monitor/orders/active?a=1&a=2' }, { url: '/api/monitor/orders/active?a=2&a=1' }],
  [{ url: '/api/monitor/orders/a%20b' }, { url: '/api/monitor/orders/a+b' }],
  [record, { body: '{"pid":1000,"名":"三"}' }],
  [record, { body: '' }],
])('%j that arrives as %j is refused', async (request, arrives) => {
  expect(await call(request, arrives)).toEqual(wrong);
  expect(await call(request, arrives, true)).toEqual(wrong);
});
