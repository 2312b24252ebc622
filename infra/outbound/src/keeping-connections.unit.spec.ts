import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBench, eventually, requestTo } from './testing/open-for-test.ts';
import { selfSigned } from './testing/self-signed.ts';
import { plainAnswer } from './testing/socket-server.ts';

const bench = createBench();
afterEach(async () => {
  vi.unstubAllEnvs();
  await bench.close();
});

const at = (server: { readonly port: number }): string => `http://127.0.0.1:${server.port}/`;

describe('a connection', () => {
  it('is kept and used again', async () => {
    const server = await bench.serve();
    const outbound = bench.outbound();
    for (let n = 0; n < 5; n += 1) {
      const posted = await outbound.post(requestTo(at(server)));
      expect(posted).toMatchObject({ kind: 'answered', status: 200 });
      expect(posted.timing.connectMs === null).toBe(n > 0);
    }
    expect(server.connections()).toBe(1);
    expect(outbound.sockets()).toBe(1);
    await outbound.close();
    await eventually(() => outbound.sockets() === 0 && server.open() === 0);
  });

  it('is made anew when the other end closed it while it idled', async () => {
    const server = await bench.serve({
      answer: (socket) => void socket.write(plainAnswer('ok'), () => socket.end()),
    });
    const outbound = bench.outbound();
    for (let n = 1; n <= 3; n += 1) {
      expect(await outbound.post(requestTo(at(server)))).toMatchObject({ status: 200 });
      await eventually(() => server.open() === 0);
    }
    expect(server.connections()).toBe(3);
  });

  it('is closed after the answer when the other end says so', async () => {
    const text = plainAnswer('ok', '200 OK', 'Connection: close\r\n');
    const server = await bench.serve({ answer: (socket) => void socket.write(text) });
    const outbound = bench.outbound();
    for (let n = 1; n <= 3; n += 1)
      expect(await outbound.post(requestTo(at(server)))).toMatchObject({ status: 200 });
    expect(server.connections()).toBe(3);
    await eventually(() => outbound.sockets() === 0);
  });

  it('takes no further request after a minute', async () => {
    let nowMs = 0;
    const server = await bench.serve();
    const outbound = bench.outbound({}, { nowMs: () => nowMs });
    for (const [atMs, connections] of [
      [0, 1],
      [59_000, 1],
      [60_001, 2],
    ] as const) {
      nowMs = atMs;
      expect(await outbound.post(requestTo(at(server)))).toMatchObject({ status: 200 });
      expect(server.connections()).toBe(connections);
    }
    await eventually(() => server.open() === 1);
  });

  it('that is open does not carry a request to a name that leads inside by now', async () => {
    let nowMs = 0;
    let address = '127.0.0.1';
    const server = await bench.serve();
    const policy = { allowLoopback: true, ports: [server.port], allowHttp: true };
    const resolve = () => Promise.resolve([{ address, family: 4 as const }]);
    const outbound = bench.outbound({ policy, resolve }, { nowMs: () => nowMs });
    const request = requestTo(`http://hooks.example:${server.port}/`);
    expect(await outbound.post(request)).toMatchObject({ status: 200 });
    address = '10.0.0.1';
    nowMs = 4_000;
    expect(await outbound.post(request)).toMatchObject({ status: 200 });
    nowMs = 5_001;
    expect(await outbound.post(request)).toMatchObject({ code: 'REFUSED_ADDRESS', notSent: true });
    expect(outbound.sockets()).toBe(1);
    expect(server.requests).toHaveLength(2);
  });

  it('is one of no more than an origin may have, and the rest wait their turn', async () => {
    const server = await bench.serve({
      answer: (socket) => void setTimeout(() => socket.write(plainAnswer('ok')), 20),
    });
    const outbound = bench.outbound({ connectionsPerOriginMax: 2 });
    const posts = Array.from({ length: 12 }, () => outbound.post(requestTo(at(server))));
    for (const posted of await Promise.all(posts)) expect(posted).toMatchObject({ status: 200 });
    expect(server.connections()).toBe(2);
    expect(server.requests).toHaveLength(12);
  });

  it('that hangs holds up no other origin', async () => {
    const hung = await bench.serve({ answer: () => undefined });
    const quick = await bench.serve();
    const outbound = bench.outbound({ connectionsPerOriginMax: 1 });
    const caller = new AbortController();
    const waiting = Array.from({ length: 50 }, () =>
      outbound.post({ ...requestTo(at(hung)), signal: caller.signal }),
    );
    for (let n = 0; n < 5; n += 1)
      expect(await outbound.post(requestTo(at(quick)))).toMatchObject({ status: 200 });
    caller.abort();
    for (const posted of await Promise.all(waiting))
      expect(posted).toMatchObject({ code: 'ABORTED' });
    expect(hung.requests).toHaveLength(1);
  });
});

describe('TLS', () => {
  const tls = selfSigned(['localhost', '127.0.0.1', 'hooks.example']);
  const names = { resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 as const }]) };
  const policyFor = (port: number) => ({ allowLoopback: true, ports: [port], allowHttp: false });

  it.each(['localhost', '127.0.0.1', 'hooks.example'])('to %s, by its own name', async (host) => {
    const server = await bench.serve({ tls });
    const policy = policyFor(server.port);
    const outbound = bench.outbound({ policy, ...names, tlsCa: tls.cert });
    for (let n = 0; n < 2; n += 1) {
      const posted = await outbound.post(requestTo(`https://${host}:${server.port}/`));
      expect(posted).toMatchObject({ kind: 'answered', status: 200 });
    }
    expect(server.connections()).toBe(1);
    expect(server.requests[0]?.toLowerCase()).toContain(`host: ${host}:${server.port}\r\n`);
  });

  it('with a certificate for another name fails', async () => {
    const server = await bench.serve({ tls });
    const policy = policyFor(server.port);
    const outbound = bench.outbound({ policy, ...names, tlsCa: tls.cert });
    const posted = await outbound.post(requestTo(`https://other.example:${server.port}/`));
    expect(posted).toMatchObject({ kind: 'failed', code: 'TLS_FAILED', notSent: true });
    expect(posted).toMatchObject({ message: expect.stringContaining('ALTNAME') as unknown });
    expect(server.requests).toHaveLength(0);
    await eventually(() => outbound.sockets() === 0);
  });

  it('with a certificate that nobody trusts fails, whatever the environment says', async () => {
    const server = await bench.serve({ tls });
    const outbound = bench.outbound();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const posted = await outbound.post(requestTo(`https://localhost:${server.port}/`));
    expect(posted).toMatchObject({ kind: 'failed', code: 'TLS_FAILED', notSent: true });
  });

  it('where plain HTTP is spoken fails', async () => {
    const server = await bench.serve({
      onOpen: (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    });
    const posted = await bench.outbound().post(requestTo(`https://127.0.0.1:${server.port}/`));
    expect(posted).toMatchObject({ kind: 'failed', code: 'TLS_FAILED', notSent: true });
  });
});

it('a redirect to the inside is an answer, and is not followed', async () => {
  const canary = await bench.serve();
  for (const status of ['301', '302', '303', '307', '308']) {
    const location = `Location: http://127.0.0.1:${canary.port}/\r\nRefresh: 0; url=${at(canary)}\r\n`;
    const server = await bench.serve({
      answer: (socket) => void socket.write(plainAnswer('', `${status} Moved`, location)),
    });
    const posted = await bench.outbound().post(requestTo(at(server)));
    expect(posted).toMatchObject({ kind: 'answered', status: Number(status) });
  }
  expect(canary.connections()).toBe(0);
});
