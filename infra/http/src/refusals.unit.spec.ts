import { connect } from 'node:net';
import type { LogFields, Logger } from '@plumbline/observability';
import { silentLogger } from '@plumbline/observability';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HttpAppOptions, Listening } from './index.ts';
import { defineRoute, detailErrors, listen, problem, tooManyCalls } from './index.ts';
import { serve as serveApp, simple } from './testing/serve.ts';

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

async function serve(options: Partial<HttpAppOptions> = {}) {
  const served = await serveApp(options);
  open.push(served.listening);
  return served;
}

describe('refusals', () => {
  it.each([
    ['{"orderNo":', 400, 'MALFORMED_JSON'],
    ['{"orderNo":"a","orderNo":"b","amount":1}', 400, 'MALFORMED_JSON'],
    [`{"orderNo":"${'x'.repeat(70_000)}"}`, 413, 'BODY_TOO_LARGE'],
  ])('answers %.30s with %i %s', async (body, status, code) => {
    const { post } = await serve();
    const answer = await post(body);
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([status, code]);
    expect(answer.raw).not.toContain('    at ');
  });

  it.each([
    { 'Content-Type': 'text/plain' },
    { 'Content-Type': 'application/json; charset=latin1' },
    { 'Content-Type': 'application/jsonp' },
    { 'Content-Encoding': 'gzip' },
  ])('answers 415 to %o', async (headers) => {
    const { post } = await serve();
    const answer = await post('{"orderNo":"A-1","amount":1}', headers);
    expect([answer.status, answer.body]).toMatchObject([415, { code: 'UNSUPPORTED_MEDIA_TYPE' }]);
  });

  it('answers 404, 405 with Allow, and OPTIONS', async () => {
    const { call } = await serve();
    for (const path of ['/nope', '/payments/', '/PAYMENTS', '/payments/a/b'])
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const wrong = await call('DELETE', '/payments');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect(wrong.body).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    expect((await call('PUT', '/payments/PAY1')).headers.get('allow')).toBe('GET, HEAD');
    expect((await call('POST', '/livez')).headers.get('allow')).toBe('GET, HEAD');
    expect((await call('OPTIONS', '/payments')).status).toBe(204);
    expect((await call('GET', '/payments/%zz')).body).toMatchObject({ code: 'INVALID_PARAMETER' });
    expect((await call('HEAD', '/payments/PAY1')).status).toBe(200);
  });

  it('says nothing about a defect to the client, and all to the log', async () => {
    const lines: { message: string; fields: LogFields }[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (message, fields = {}) => void lines.push({ message, fields }),
    };
    const broken = simple('/broken', () => {
      throw new Error('password is hunter2');
    });
    const { call } = await serve({ routes: [broken], logger });
    const answer = await call('GET', '/broken');
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ code: 'INTERNAL_ERROR', message: 'internal error' });
    expect(lines[0]?.fields['correlationId']).toBe(answer.headers.get('x-correlation-id'));
    expect(lines[0]?.fields['error']).toMatchObject({ message: 'password is hunter2' });
  });

  it('shows the details of a problem where the body has room', async () => {
    const conflict = simple('/conflict', () => {
      const extras = { details: { existing: 1 }, headers: { 'Retry-After': '1' } };
      throw problem('OVERLOADED', 'busy', extras);
    });
    const errorBody = (path: string) => {
      expect(path).toBe('/conflict');
      return detailErrors;
    };
    const { call } = await serve({
      routes: [conflict],
      errorBody: (path) => (path === '/' ? detailErrors : errorBody(path)),
    });
    const answer = await call('GET', '/conflict');
    expect(answer.body).toMatchObject({ existing: 1, detail: 'busy', code: 'OVERLOADED' });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it.each([
    [0, '1'],
    [1_000, '1'],
    [1_001, '2'],
  ])(
    'tells a caller over its limit for %i ms to come again after %s s',
    (retryAfterMs, seconds) => {
      expect(tooManyCalls(retryAfterMs)).toMatchObject({
        ...{ status: 429, code: 'RATE_LIMITED', headers: { 'Retry-After': seconds } },
      });
    },
  );

  it('fails loudly when an answer is not what was declared, where that is checked', async () => {
    const undeclared = defineRoute({
      method: 'get',
      path: '/undeclared',
      summary: 'x',
      request: {},
      responses: { 200: { description: 'x', schema: z.strictObject({ a: z.string() }) } },
      handler: () => ({ status: 200, body: { a: 1 } }),
    });
    const checked = await serve({ routes: [undeclared] });
    expect((await checked.call('GET', '/undeclared')).status).toBe(500);
    const unchecked = await serve({ routes: [undeclared], checkResponses: false });
    expect((await unchecked.call('GET', '/undeclared')).status).toBe(200);
  });
});

describe('listen', () => {
  it('names a port that is taken and the variable that changes it', async () => {
    const { listening } = await serve();
    const again = listen(() => undefined, { host: '127.0.0.1', port: listening.port });
    await expect(again).rejects.toThrow(`port ${listening.port} on 127.0.0.1 is taken`);
    await expect(again).rejects.toThrow('PLUMBLINE_HTTP_PORT');
  });

  it('finishes answers under way before it is closed', async () => {
    let finish = (): void => undefined;
    const slow = defineRoute({
      method: 'get',
      path: '/slow',
      summary: 'x',
      request: {},
      responses: { 200: { description: 'x' } },
      handler: async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        return { status: 200, body: { done: true } };
      },
    });
    const { call, listening } = await serve({ routes: [slow] });
    const answer = call('GET', '/slow');
    while (finish.toString().includes('undefined')) await new Promise((r) => setTimeout(r, 5));
    const closing = listening.close();
    await expect(call('GET', '/livez')).rejects.toThrow();
    const finishedAt = performance.now();
    finish();
    expect((await answer).body).toEqual({ done: true });
    await closing;
    // Not by cutting off after the grace of 10 s: the kept-alive connection is let go at once.
    expect(performance.now() - finishedAt).toBeLessThan(5_000);
  });

  it('survives a client that goes away in the middle of its body', async () => {
    const { listening, call } = await serve();
    await new Promise<void>((resolve) => {
      const socket = connect(listening.port, '127.0.0.1', () => {
        socket.write('POST /payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n');
        socket.write('Content-Length: 100\r\n\r\n{"a":');
        setTimeout(() => socket.destroy(), 20);
      });
      socket.on('close', () => resolve());
    });
    expect((await call('GET', '/livez')).status).toBe(200);
  });
});
