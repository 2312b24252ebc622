import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayConnectionOptions } from './call-gateway.ts';
import { openGatewayConnection } from './call-gateway.ts';
import type { Exchange, GatewayHttpRequest } from './port.ts';
import type { SocketServer } from './testing/socket-server.ts';
import { openSocketServer, plainAnswer } from './testing/socket-server.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const open of opened.splice(0)) await open.close();
});

async function serve(
  answer: (socket: Socket, number: number) => void,
  onOpen?: (socket: Socket) => void,
): Promise<SocketServer> {
  const server = await openSocketServer(answer, onOpen);
  opened.push(server);
  return server;
}

/** Answers with what came, so that a test sees what an adapter would. */
const echo: Exchange<
  Partial<GatewayHttpRequest>,
  { kind: 'read'; status: number; body: string; headers: object }
> = {
  request: (input) => ({ method: 'POST', path: '/v1/pay', headers: {}, body: '{"a":1}', ...input }),
  read: ({ status, body, headers }) => ({ kind: 'read', status, body: body.toString(), headers }),
};

const context = { nowMs: 0, nonce: '0'.repeat(32) };

function connect(baseUrl: string, options: Partial<GatewayConnectionOptions> = {}) {
  const connection = openGatewayConnection({ baseUrl, callDeadlineMs: 2_000, ...options });
  opened.push(connection);
  return { ...connection, send: (input = {}) => connection.call(echo, input, context) };
}

const unknown = (code: string) => expect.objectContaining({ kind: 'unknown', code }) as unknown;
const notSent = (code: string, temporary = true) =>
  expect.objectContaining({ kind: 'not-sent', code, temporary }) as unknown;

describe('a call', () => {
  it('arrives as the adapter made it, below the base path, over one kept connection', async () => {
    const server = await serve((socket) => socket.write(plainAnswer('done', '201 Created')));
    const gateway = connect(`${server.baseUrl}/sit/`, { connectionsMax: 1 });
    const headers = { 'content-type': 'application/json', 'x-signature': 'AbC=' };
    for (let n = 0; n < 3; n += 1) {
      const answer = await gateway.send({ headers, body: '{"名":"茶"}' });
      expect(answer).toMatchObject({ kind: 'read', status: 201, body: 'done' });
    }
    await gateway.send({ method: 'GET', path: '/q?a=b', body: '' });
    expect(server.connections()).toBe(1);
    expect(server.requests[0]).toMatch(/^POST \/sit\/v1\/pay HTTP\/1\.1\r\n/);
    expect(server.requests[0]).toContain('content-type: application/json\r\n');
    expect(server.requests[0]).toContain('x-signature: AbC=\r\n');
    expect(Buffer.from(server.requests[0] ?? '', 'latin1').toString()).toMatch(
      /\r\n\r\n\{"名":"茶"\}$/,
    );
    expect(server.requests[3]).toMatch(/^GET \/sit\/q\?a=b HTTP\/1\.1\r\n/);
  });

  it.each([
    ['302 Found', 302],
    ['307 Temporary Redirect', 307],
    ['500 Internal Server Error', 500],
  ])('answered with %s is read as that, and nothing else is called', async (line, status) => {
    const other = await serve((socket) => socket.write(plainAnswer('elsewhere')));
    const location = `Location: ${other.baseUrl}/elsewhere\r\n`;
    const server = await serve((socket) => socket.write(plainAnswer('there', line, location)));
    expect(await connect(server.baseUrl).send()).toMatchObject({
      kind: 'read',
      status,
      body: 'there',
    });
    expect([server.requests.length, other.connections()]).toEqual([1, 0]);
  });

  it('ignores what an answer is announced by, and joins headers that stand twice', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nX-Mock-Signature: early\r\n\r\n';
    const twice = 'X-Mock-Signature: a\r\nx-mock-signature: b\r\n';
    const server = await serve((socket) => socket.write(hints + plainAnswer('x', '200 OK', twice)));
    expect(await connect(server.baseUrl).send()).toMatchObject({
      ...{ kind: 'read', status: 200, body: 'x', headers: { 'x-mock-signature': 'a, b' } },
    });
  });
});

describe('not sent, for certain, is', () => {
  it('what nobody listens for', async () => {
    const server = await openSocketServer(() => undefined);
    await server.close();
    expect(await connect(server.baseUrl).send()).toEqual(notSent('NOT_CONNECTED'));
  });

  it('what has no address', async () => {
    const gateway = connect('http://gateway.invalid', { connectTimeoutMs: 1_000 });
    const answer = await gateway.send();
    expect(answer.kind).toBe('not-sent');
  });

  it.each([
    ['hangs', () => undefined],
    ['speaks no TLS', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.once('data', () => socket.resetAndDestroy())],
  ])('what comes to a TLS handshake that %s', async (_, onOpen) => {
    const server = await serve(
      () => undefined,
      (socket) => void onOpen(socket),
    );
    const gateway = connect(`https://127.0.0.1:${server.port}`, { connectTimeoutMs: 500 });
    expect(await gateway.send()).toEqual(notSent('NOT_CONNECTED'));
    expect(server.connections()).toBe(1);
  });

  it('what waited for a free connection in vain, and it is not sent afterwards either', async () => {
    const server = await serve(() => undefined);
    const gateway = connect(server.baseUrl, { connectionsMax: 1, callDeadlineMs: 300 });
    const answers = await Promise.all([gateway.send(), gateway.send({ path: '/second' })]);
    expect(answers).toEqual([unknown('TIMED_OUT'), notSent('TIMED_OUT_WAITING')]);
    await sleep(200);
    expect(server.requests.map((text) => text.split(' ')[1])).toEqual(['/v1/pay']);
  });

  it('what an adapter cannot make, or HTTP cannot carry; trying again does not help', async () => {
    const server = await serve((socket) => socket.write(plainAnswer('x')));
    const gateway = connect(server.baseUrl);
    const throwing = {
      ...echo,
      request: () => {
        throw new Error('too long');
      },
    };
    const made = await gateway.call(throwing, {}, context);
    expect(made).toEqual({
      ...{ kind: 'not-sent', code: 'REQUEST_NOT_MADE', message: 'too long', temporary: false },
    });
    const carried = await gateway.send({ headers: { 'x-a': 'a\r\nb: c' } });
    expect(carried).toEqual(notSent('REQUEST_NOT_MADE', false));
    expect(server.connections()).toBe(0);
  });

  it('what comes after closing', async () => {
    const server = await serve((socket) => socket.write(plainAnswer('x')));
    const gateway = connect(server.baseUrl);
    await gateway.close();
    expect(await gateway.send()).toEqual(notSent('CLOSED'));
  });
});

describe('unknown is', () => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"paid":';
  it.each<[string, (socket: Socket) => unknown]>([
    ['a reset before an answer', (socket) => socket.resetAndDestroy()],
    ['a hang-up before an answer', (socket) => socket.end()],
    [
      'a reset in the middle of the headers',
      (socket) => socket.write('HTTP/1.1 200 O', () => socket.resetAndDestroy()),
    ],
    ['half an answer', (socket) => socket.end(half)],
    ['half an answer and a reset', (socket) => socket.write(half, () => socket.resetAndDestroy())],
    [
      'half an answer in chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
    ],
    ['garbage', (socket) => socket.end('\u0000\u0001SSH-2.0-gateway\r\n\r\n')],
    [
      'headers without an end',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`),
    ],
  ])('%s', async (_, misbehave) => {
    const server = await serve((socket) => void misbehave(socket));
    for (const method of ['POST', 'GET'] as const) {
      expect(await connect(server.baseUrl).send({ method, body: '' })).toEqual(
        unknown('CONNECTION_LOST'),
      );
    }
    expect(server.requests.length, 'each sent once').toBe(2);
  });

  it('a reset on a connection that was used before; it is not sent again', async () => {
    const server = await serve((socket, number) => {
      if (number === 1) socket.write(plainAnswer('first'));
      else socket.resetAndDestroy();
    });
    const gateway = connect(server.baseUrl, { connectionsMax: 1 });
    expect(await gateway.send({ method: 'GET', body: '' })).toMatchObject({ body: 'first' });
    expect(await gateway.send({ method: 'GET', body: '' })).toEqual(unknown('CONNECTION_LOST'));
    expect([server.requests.length, server.connections()]).toEqual([2, 1]);
  });

  it('silence after the request, when the deadline is over', async () => {
    const server = await serve(() => undefined);
    const startedAt = performance.now();
    const answer = await connect(server.baseUrl, { callDeadlineMs: 300 }).send();
    expect(answer).toEqual(unknown('TIMED_OUT'));
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });

  it('an answer that drips beyond the deadline of the whole call', async () => {
    const drips = new Set<NodeJS.Timeout>();
    const server = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      drips.add(setInterval(() => socket.write('.'), 20));
    });
    const startedAt = performance.now();
    const answer = await connect(server.baseUrl, { callDeadlineMs: 400 }).send();
    for (const drip of drips) clearInterval(drip);
    expect(answer).toEqual(unknown('TIMED_OUT'));
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('a body without an end, of which no more than the limit is kept', async () => {
    let written = 0;
    const server = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', pour);
      pour();
    });
    const gateway = connect(server.baseUrl, { answerBytesMax: 100_000 });
    expect(await gateway.send()).toEqual(unknown('ANSWER_TOO_LARGE'));
    const writtenThen = written;
    await sleep(100);
    expect(written).toBe(writtenThen);
  });

  it('an answer that is announced as larger than the limit, and one at the limit is read', async () => {
    const server = await serve((socket, number) =>
      socket.write(plainAnswer('x'.repeat(999 + number))),
    );
    const gateway = connect(server.baseUrl, { answerBytesMax: 1_000 });
    expect(await gateway.send()).toMatchObject({ kind: 'read', body: 'x'.repeat(1_000) });
    expect(await gateway.send()).toEqual(unknown('ANSWER_TOO_LARGE'));
  });

  it('what is under way when the connections are closed', async () => {
    const server = await serve(() => undefined);
    const gateway = connect(server.baseUrl);
    const answer = gateway.send();
    while (server.requests.length === 0) await sleep(5);
    await gateway.close();
    expect(await answer).toEqual(unknown('CONNECTION_LOST'));
  });

  it('an answer that an adapter fails to read', async () => {
    const server = await serve((socket) => socket.write(plainAnswer('x')));
    const throwing = {
      ...echo,
      read: () => {
        throw new Error('a defect');
      },
    };
    const answer = await connect(server.baseUrl).call(throwing, {}, context);
    expect(answer).toEqual(unknown('UNREADABLE'));
  });
});

it('a base URL with another scheme, with credentials or with a query is refused at once', () => {
  for (const baseUrl of ['ftp://h', 'http://u:p@h', 'http://h/?q', 'http://h/#f', 'h']) {
    expect(() => openGatewayConnection({ baseUrl })).toThrow();
  }
});
