import { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { dialTcp } from './connect.ts';
import { createBench, eventually, requestTo } from './testing/open-for-test.ts';
import { plainAnswer } from './testing/socket-server.ts';

const bench = createBench();
afterEach(() => bench.close());

const at = (server: { readonly port: number }, path = '/'): string =>
  `http://127.0.0.1:${server.port}${path}`;
const silent = (): void => undefined;

describe('an answer', () => {
  it('comes back with status, headers, body and what each part took', async () => {
    const server = await bench.serve({
      answer: (socket) => {
        const headers = 'X-One: a\r\nx-one: b\r\nRetry-After: 7\r\n';
        socket.write(plainAnswer('thanks', '201 Created', headers));
      },
    });
    const posted = await bench.outbound().post({
      ...requestTo(at(server, '/hooks?a=b%20c')),
      ...{ headers: { 'webhook-id': 'msg_1' }, body: Buffer.from('{"名":"茶"}') },
    });
    expect(posted).toMatchObject({ kind: 'answered', status: 201, bodyTruncated: false });
    expect(posted).toMatchObject({ body: Buffer.from('thanks') });
    expect(posted).toMatchObject({ headers: { 'x-one': 'a, b', 'retry-after': '7' } });
    const number = expect.any(Number) as unknown;
    expect(posted.timing).toEqual({
      ...{ dnsMs: null, connectMs: number, firstByteMs: number, totalMs: number },
    });
    const [request = ''] = server.requests;
    expect(request).toMatch(/^POST \/hooks\?a=b%20c HTTP\/1\.1\r\n/);
    expect(request.toLowerCase()).toContain(`host: 127.0.0.1:${server.port}\r\n`);
    expect(request).toContain('webhook-id: msg_1\r\n');
    expect(Buffer.from(request, 'latin1').toString()).toMatch(/\r\n\r\n\{"名":"茶"\}$/);
  });

  it.each([
    ['204 No Content', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
    ['an empty body', plainAnswer(''), 200, ''],
    ['a redirect', plainAnswer('', '307 Temporary Redirect', 'Location: /b\r\n'), 307, ''],
    ['an error', plainAnswer('no', '503 Service Unavailable'), 503, 'no'],
    ['gone', plainAnswer('', '410 Gone'), 410, ''],
    [
      'chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
      200,
      'ok',
    ],
    ['interim answers', `HTTP/1.1 103 Early Hints\r\n\r\n${plainAnswer('ok')}`, 200, 'ok'],
  ])('is read as it is: %s', async (_, text, status, body) => {
    const server = await bench.serve({ answer: (socket) => void socket.write(text) });
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'answered', status, bodyTruncated: false });
    expect(posted).toMatchObject({ body: Buffer.from(body) });
    expect(server.requests).toHaveLength(1);
  });

  it('of an HTTP/1.0 server ends with its connection', async () => {
    const server = await bench.serve({
      answer: (socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\nold'),
    });
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'answered', status: 200, bodyTruncated: false });
    expect(posted).toMatchObject({ body: Buffer.from('old') });
  });

  it('keeps bytes that are no UTF-8', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0xfe]);
    const server = await bench.serve({
      answer: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
        socket.write(bytes);
      },
    });
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'answered', body: bytes });
  });

  it('without end is read to 4 KiB, and its connection ends there', async () => {
    const server = await bench.serve({
      answer: (socket) => {
        const chunk = Buffer.alloc(65_536, 'a');
        const more = (): void => {
          while (socket.writable && socket.write(chunk));
        };
        socket.on('drain', more);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n');
        more();
      },
    });
    const outbound = bench.outbound();
    const posted = await outbound.post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'answered', status: 200, bodyTruncated: true });
    expect(posted).toMatchObject({ body: Buffer.alloc(4_096, 'a') });
    await eventually(() => server.open() === 0 && outbound.sockets() === 0);
  });

  it('of 10 MB that is not read does not keep the next one from its connection', async () => {
    const server = await bench.serve({
      answer: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n');
        socket.write(Buffer.alloc(10_000_000, 'a'));
      },
    });
    const outbound = bench.outbound({ connectionsPerOriginMax: 1 });
    const posts = Array.from({ length: 5 }, () => outbound.post(requestTo(at(server))));
    for (const posted of await Promise.all(posts))
      expect(posted).toMatchObject({ status: 200, bodyTruncated: true });
    expect(server.connections()).toBe(5);
  });

  it('of exactly as much as is read is whole', async () => {
    const server = await bench.serve({ answer: (s) => void s.write(plainAnswer('abcd')) });
    const outbound = bench.outbound({ bodyBytesMax: 4 });
    const posted = await outbound.post(requestTo(at(server)));
    expect(posted).toMatchObject({ body: Buffer.from('abcd'), bodyTruncated: false });
    expect(outbound.sockets()).toBe(1);
  });

  it('whose body drips counts as answered when the deadline passes, cut off there', async () => {
    const server = await bench.serve({
      answer: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
        const drip = setInterval(() => socket.write('a'), 20);
        socket.on('close', () => clearInterval(drip));
      },
    });
    const outbound = bench.outbound();
    const posted = await outbound.post({ ...requestTo(at(server)), deadlineMs: 400 });
    expect(posted).toMatchObject({ kind: 'answered', status: 200, bodyTruncated: true });
    expect(posted.timing.totalMs).toBeGreaterThan(350);
    await eventually(() => server.open() === 0 && outbound.sockets() === 0);
  });

  it.each(['200 OK', '500 Internal Server Error'])(
    'of %s that is reset in its body is an answer, cut off there',
    async (line) => {
      const server = await bench.serve({
        answer: (socket) => {
          socket.write(`HTTP/1.1 ${line}\r\nContent-Length: 100\r\n\r\nhalf`);
          setTimeout(() => socket.resetAndDestroy(), 50);
        },
      });
      const posted = await bench.outbound().post(requestTo(at(server)));
      expect(posted).toMatchObject({ kind: 'answered', status: Number(line.slice(0, 3)) });
      expect(posted).toMatchObject({ body: Buffer.from('half'), bodyTruncated: true });
    },
  );
});

describe('a deadline that passes', () => {
  const inTime = { deadlineMs: 150 };
  const timedOut = (notSent: boolean) => ({ kind: 'failed', code: 'TIMED_OUT', notSent });

  it('while the name server hangs', async () => {
    const hung = { resolve: () => new Promise<never>(silent) };
    const url = 'https://hooks.example/';
    const posted = await bench.outbound(hung).post({ ...requestTo(url), ...inTime });
    expect(posted).toMatchObject(timedOut(true));
    expect(posted.timing).toMatchObject({ connectMs: null, firstByteMs: null });
  });

  it('while the connection opens', async () => {
    const outbound = bench.outbound({}, { dial: () => new Socket() });
    const posted = await outbound.post({ ...requestTo('http://127.0.0.1:9/'), ...inTime });
    expect(posted).toMatchObject(timedOut(true));
    await eventually(() => outbound.sockets() === 0);
  });

  it('in the TLS handshake', async () => {
    const server = await bench.serve();
    const url = `https://127.0.0.1:${server.port}/`;
    const outbound = bench.outbound();
    const posted = await outbound.post({ ...requestTo(url), ...inTime });
    expect(posted).toMatchObject(timedOut(true));
    await eventually(() => outbound.sockets() === 0 && server.open() === 0);
  });

  it('before the headers of the answer', async () => {
    const server = await bench.serve({
      answer: (socket) => void socket.write('HTTP/1.1 200 OK\r\nX-Part'),
    });
    const outbound = bench.outbound();
    const posted = await outbound.post({ ...requestTo(at(server)), ...inTime });
    expect(posted).toMatchObject(timedOut(false));
    await eventually(() => outbound.sockets() === 0 && server.open() === 0);
  });

  it('while it waits for a connection', async () => {
    const server = await bench.serve({ answer: silent });
    const outbound = bench.outbound({ connectionsPerOriginMax: 1 });
    const first = outbound.post({ ...requestTo(at(server)), deadlineMs: 1_000 });
    await eventually(() => server.requests.length === 1);
    const second = await outbound.post({ ...requestTo(at(server)), ...inTime });
    expect(second).toMatchObject(timedOut(true));
    expect(await first).toMatchObject(timedOut(false));
    expect(server.requests).toHaveLength(1);
  });
});

describe('no answer', () => {
  it('where nobody listens', async () => {
    const server = await bench.serve();
    await server.close();
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'failed', code: 'CONNECT_REFUSED', notSent: true });
    expect(posted).toMatchObject({ message: 'the connection was not made: ECONNREFUSED' });
  });

  it.each([
    ['nothing', '', 'CONNECTION_LOST'],
    ['half a head', 'HTTP/1.1 200 OK\r\nX-', 'CONNECTION_LOST'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.7\r\n\r\n', 'ANSWER_MALFORMED'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', 'ANSWER_MALFORMED'],
    ['large headers', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 'ANSWER_MALFORMED'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na',
      'ANSWER_MALFORMED',
    ],
  ])('when %s comes back', async (_, text, code) => {
    const server = await bench.serve({ answer: (socket) => void socket.end(text) });
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'failed', code, notSent: false });
    expect(server.requests).toHaveLength(1);
  });

  it('when the connection is reset before one', async () => {
    const server = await bench.serve({ answer: (socket) => void socket.resetAndDestroy() });
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'failed', code: 'CONNECTION_LOST', notSent: false });
    expect(server.requests).toHaveLength(1);
  });

  it('when the caller aborts, before or on the way', async () => {
    const server = await bench.serve({ answer: silent });
    const outbound = bench.outbound();
    const aborted = { ...requestTo(at(server)), signal: AbortSignal.abort() };
    expect(await outbound.post(aborted)).toMatchObject({ code: 'ABORTED', notSent: true });
    expect(server.connections()).toBe(0);
    const caller = new AbortController();
    const posted = outbound.post({ ...requestTo(at(server)), signal: caller.signal });
    await eventually(() => server.requests.length === 1);
    caller.abort();
    expect(await posted).toMatchObject({ code: 'ABORTED', notSent: false });
    await eventually(() => outbound.sockets() === 0);
  });

  it('when the sender is closed', async () => {
    const server = await bench.serve({ answer: silent });
    const outbound = bench.outbound();
    const posted = outbound.post(requestTo(at(server)));
    await eventually(() => server.requests.length === 1);
    await outbound.close();
    expect(await posted).toMatchObject({ code: 'ABORTED', notSent: false });
    expect(await outbound.post(requestTo(at(server)))).toMatchObject({
      code: 'ABORTED',
      notSent: true,
    });
    await eventually(() => outbound.sockets() === 0);
  });

  it.each([
    ['a line break', { 'x-a': 'b\r\nHost: inside' }],
    ['a NUL', { 'x-a': 'b\u0000' }],
    ['a sign beyond latin1', { 'x-a': '茶' }],
    ['a line break in a name', { 'x-a\r\nx-b': 'c' }],
    ['an empty name', { '': 'c' }],
    ['a host of its own', { Host: 'inside' }],
    ['a length of its own', { 'content-length': '1' }],
    ['chunks', { 'Transfer-Encoding': 'chunked' }],
    ['too much', { 'x-a': 'a'.repeat(8_192) }],
  ])('to a request whose headers have %s', async (_, headers) => {
    const server = await bench.serve();
    const posted = await bench.outbound().post({ ...requestTo(at(server)), headers });
    expect(posted).toMatchObject({ kind: 'failed', code: 'REFUSED_HEADER', notSent: true });
    expect(server.connections()).toBe(0);
  });
});

describe('several addresses', () => {
  const names = (...addresses: string[]) => ({
    resolve: () => Promise.resolve(addresses.map((address) => ({ address, family: 4 as const }))),
  });
  const policyFor = (port: number) => ({ allowLoopback: true, ports: [port], allowHttp: true });

  it('are tried one after the other', async () => {
    const server = await bench.serve();
    const policy = policyFor(server.port);
    const outbound = bench.outbound({ policy, ...names('127.0.0.2', '127.0.0.1') });
    const posted = await outbound.post(requestTo(`http://hooks.example:${server.port}/`));
    expect(posted).toMatchObject({ kind: 'answered', status: 200 });
    expect(server.requests[0]?.toLowerCase()).toContain(`host: hooks.example:${server.port}\r\n`);
  });

  it('are tried further where one hangs', async () => {
    const server = await bench.serve();
    const outbound = bench.outbound(
      { policy: policyFor(server.port), ...names('127.0.0.2', '127.0.0.1') },
      { dial: (to) => (to.address === '127.0.0.2' ? new Socket() : dialTcp(to)) },
    );
    const posted = await outbound.post(requestTo(`http://hooks.example:${server.port}/`));
    expect(posted).toMatchObject({ kind: 'answered', status: 200 });
  });
});
