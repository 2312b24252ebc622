import { currentCorrelation } from '@plumbline/observability';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HttpAppOptions, Listening } from './index.ts';
import { defineRoute, detailErrors, problem, text } from './index.ts';
import { readPayment, serve as serveApp, simple } from './testing/serve.ts';

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

async function serve(options: Partial<HttpAppOptions> = {}) {
  const served = await serveApp(options);
  open.push(served.listening);
  return served;
}

describe('a route', () => {
  it('takes amounts by their text and answers in the envelope', async () => {
    const { post } = await serve();
    const answer = await post('{"orderNo":"A-1","amount":99.90}');
    expect(answer.status).toBe(200);
    expect(answer.raw).toBe(
      '{"code":"00000","message":"success","data":{"orderNo":"A-1","amount":99.90,"channel":"MOCK"}}',
    );
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('says all that is wrong with a request', async () => {
    const { post, call } = await serve();
    const answer = await post('{"amount":-1,"channel":"X","ordrNo":"A"}');
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      code: 'INVALID_PARAMETER',
      message:
        'orderNo: is required; amount: must not be negative; ' +
        'channel: Invalid option: expected one of "MOCK"|"ALIPAY"; unknown field "ordrNo"',
    });
    expect((await post('[]')).body).toMatchObject({ code: 'INVALID_PARAMETER' });
    expect((await post('{"orderNo":5,"amount":1}')).body).toMatchObject({
      message: 'orderNo: must be text',
    });
    expect((await call('GET', '/payments/generate-signature?payNo=a&nope=1')).body).toMatchObject({
      message: 'unknown field "nope"',
    });
    expect((await call('GET', '/payments/generate-signature?payNo=a&payNo=b')).status).toBe(400);
  });

  it('prefers fixed segments to parameters, whatever the order of definition', async () => {
    const { call } = await serve();
    expect((await call('GET', '/payments/generate-signature?payNo=P')).body).toEqual({
      signatureOf: 'P',
    });
    expect((await call('GET', '/payments/PAY1')).body).toMatchObject({ payNo: 'PAY1' });
  });

  it('leaves a path of fixed segments to the template that has them, whatever the method', async () => {
    const post = defineRoute({
      method: 'post',
      path: '/payments/mock-callback',
      summary: 'x',
      request: {},
      responses: {},
      handler: () => ({ status: 200, body: {} }),
    });
    const { call } = await serve({ routes: [readPayment, post] });
    const answer = await call('GET', '/payments/mock-callback');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await call('POST', '/payments/PAY1')).headers.get('allow')).toBe('GET, HEAD');
  });

  it('refuses objects that would let unknown fields pass', () => {
    const define = (body: z.ZodType) =>
      defineRoute({
        method: 'post',
        path: '/x',
        summary: 'x',
        request: { body },
        responses: {},
        handler: () => ({ status: 200 }),
      });
    expect(() => define(z.object({ a: z.string() }))).toThrow('POST /x body: use z.strictObject');
    expect(() => define(z.strictObject({ a: z.object({ b: z.string() }) }))).toThrow(
      'strictObject',
    );
    expect(() => define(z.strictObject({ a: z.looseObject({ b: z.string() }) }))).not.toThrow();
  });

  it('authenticates before it validates and tells the handler who it is', async () => {
    const guarded = defineRoute({
      method: 'post',
      path: '/guarded',
      summary: 'x',
      request: { body: z.strictObject({ a: text(3) }) },
      responses: { 200: { description: 'who' } },
      security: 'bearer',
      authenticate: async ({ headers, rawBody }) => {
        if (headers['authorization'] !== 'Bearer k') throw problem('UNAUTHENTICATED');
        return Promise.resolve({ actor: 'api:demo', principal: rawBody.length });
      },
      errorBody: detailErrors,
      handler: ({ context: { actor, principal } }) => ({ status: 200, body: { actor, principal } }),
    });
    const { call } = await serve({ routes: [guarded] });
    const send = (headers: Record<string, string>) =>
      call('POST', '/guarded', {
        body: '{"b":1}',
        headers: { 'Content-Type': 'application/json', ...headers },
      });
    const stranger = await send({});
    expect(stranger.status).toBe(401);
    expect(stranger.body).toEqual({
      code: 'UNAUTHENTICATED',
      detail: 'The credential or signature is missing or wrong.',
      param: null,
      doc_url: '/docs/errors/UNAUTHENTICATED',
      request_id: stranger.headers.get('x-request-id'),
    });
    const wrong = await send({ Authorization: 'Bearer k' });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject({
      ...{ code: 'INVALID_PARAMETER', param: 'a' },
      detail: 'a: is required; unknown field "b"',
    });
    const good = await call('POST', '/guarded', {
      body: '{"a":"x"}',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer k' },
    });
    expect(good.body).toEqual({ actor: 'api:demo', principal: 9 });
  });

  it('leaves signed bytes as they are where asked to', async () => {
    const webhook = defineRoute({
      method: 'post',
      path: '/hook',
      summary: 'x',
      request: { rawBody: true },
      responses: { 200: { description: 'bytes' } },
      handler: ({ rawBody }) => ({ status: 200, body: { hex: rawBody.toString('hex') } }),
    });
    const { call } = await serve({ routes: [webhook] });
    const answer = await call('POST', '/hook', {
      body: new Uint8Array([0xff, 0x00]),
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(answer.body).toEqual({ hex: 'ff00' });
  });
});

describe('every process', () => {
  it('has health, metrics and its own description', async () => {
    let up = true;
    const { call } = await serve({
      health: { kafka: () => ({ ok: up, detail: up ? 'reading' : 'disconnected' }) },
    });
    expect((await call('GET', '/livez')).status).toBe(200);
    expect(await call('GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { kafka: { ok: true, detail: 'reading' } } },
    });
    expect((await call('GET', '/actuator/health')).body).toEqual({ status: 'UP' });
    up = false;
    expect((await call('GET', '/livez')).status).toBe(200);
    expect((await call('GET', '/readyz')).status).toBe(503);
    expect(await call('GET', '/actuator/health')).toMatchObject({
      status: 503,
      body: { status: 'DOWN' },
    });
    await call('GET', '/payments/PAY1');
    expect((await call('GET', '/metrics')).raw).toMatch(
      /http_request_seconds_count\{service="payments",method="GET",route="\/payments\/:payNo",status="200"\} 1|http_request_seconds_count\{[^}]*route="\/payments\/:payNo"[^}]*\} 1/,
    );
  });

  it('takes a check that throws for one that failed', async () => {
    const { call } = await serve({
      health: {
        db: () => {
          throw new Error('gone');
        },
      },
    });
    expect((await call('GET', '/readyz')).body).toMatchObject({
      checks: { db: { ok: false, detail: 'gone' } },
    });
  });

  it('describes its routes as OpenAPI 3.1', async () => {
    const { call } = await serve();
    const { body } = await call('GET', '/openapi.json');
    const post = { summary: 'Creates a payment', requestBody: { required: true } };
    expect(body).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'payments', version: '1.2.3' },
      paths: {
        '/payments': { post },
        '/payments/{payNo}': { get: { summary: 'Reads a payment' } },
      },
    });
    const document = body as { paths: Record<string, Record<string, Record<string, unknown>>> };
    expect(document.paths['/payments']?.['post']?.['requestBody']).toMatchObject({
      content: {
        'application/json': {
          schema: {
            type: 'object',
            additionalProperties: false,
            required: ['orderNo', 'amount'],
            properties: { amount: { minimum: 0.01 }, orderNo: { maxLength: 32 } },
          },
        },
      },
    });
    expect(document.paths['/payments/{payNo}']?.['get']?.['parameters']).toMatchObject([
      { name: 'payNo', in: 'path', required: true },
    ]);
    expect(
      Object.keys(document.paths['/payments']?.['post']?.['responses'] as object).sort(),
    ).toEqual(['200', '400', '413', '415', '500', '503', 'default']);
  });

  it('takes a well-formed correlation id, and makes one otherwise', async () => {
    const { call } = await serve();
    const sent = async (headers: Record<string, string>) =>
      (await call('GET', '/payments/P', { headers })).headers.get('x-correlation-id');
    expect(await sent({ 'X-Correlation-Id': 'abc-1' })).toBe('abc-1');
    expect(await sent({ 'X-Request-Id': 'req.2' })).toBe('req.2');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(await sent({ traceparent })).toBe('0af7651916cd43dd8448eb211c80319c');
    for (const bad of ['a b', 'x'.repeat(129), '{"log":"forged"}'])
      expect(await sent({ 'X-Correlation-Id': bad })).toMatch(/^[0-9a-f-]{36}$/);
    const traced = await call('GET', '/payments/P', { headers: { traceparent } });
    expect(traced.headers.get('x-trace')).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
  });

  it('lets log lines know the request they belong to, after its body was read', async () => {
    const echo = defineRoute({
      method: 'post',
      path: '/echo',
      summary: 'x',
      request: { body: z.strictObject({}) },
      responses: { 200: { description: 'x' } },
      handler: () => ({ status: 200, body: currentCorrelation() }),
    });
    const { call } = await serve({ routes: [echo] });
    const headers = { 'Content-Type': 'application/json', 'X-Correlation-Id': 'abc-2' };
    const answer = await call('POST', '/echo', { body: '{}', headers });
    expect(answer.body).toMatchObject({ correlationId: 'abc-2' });
  });

  it('hardens its answers', async () => {
    const { call } = await serve();
    const { headers } = await call('GET', '/payments/P');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('refuses two routes of one shape', async () => {
    const twin = simple('/payments/:other', () => {
      throw new Error('never');
    });
    await expect(serve({ routes: [readPayment, twin] })).rejects.toThrow('defined twice');
  });
});
