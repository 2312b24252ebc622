import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A server of bytes on 127.0.0.1: what it answers is what the test writes. */
export interface SocketServer {
  readonly port: number;
  /** Whole requests that have come, over all connections, as latin1. */
  readonly requests: readonly string[];
  /** TCP connections that were ever opened. */
  connections(): number;
  /** Bytes that came over all of them, those of a TLS handshake included. */
  bytes(): number;
  /** TCP connections that are open. */
  open(): number;
  close(): Promise<void>;
}

export interface SocketServerOptions {
  /** Called for each whole request, with its number from 1. */
  readonly answer?: (socket: Socket, number: number) => void;
  readonly onOpen?: (socket: Socket) => void;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function openSocketServer(options: SocketServerOptions = {}): Promise<SocketServer> {
  const { answer = answerPlainly } = options;
  const requests: string[] = [];
  const seen = new Set<Socket>();
  const open = new Set<Socket>();
  let bytes = 0;
  const serve = (socket: Socket): void => {
    let waiting = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      waiting += chunk.toString('latin1');
      for (let end = endOfRequest(waiting); end !== null; end = endOfRequest(waiting)) {
        requests.push(waiting.slice(0, end));
        waiting = waiting.slice(end);
        answer(socket, requests.length);
      }
    });
    options.onOpen?.(socket);
  };
  const server =
    options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve);
  server.on('connection', (socket: Socket) => {
    seen.add(socket);
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      bytes += socket.bytesRead;
      open.delete(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, requests },
    connections: () => seen.size,
    bytes: () => [...open].reduce((sum, socket) => sum + socket.bytesRead, bytes),
    open: () => open.size,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function endOfRequest(text: string): number | null {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? '0';
  const end = head + 4 + Number(length);
  return text.length < end ? null : end;
}

/** A complete answer over a connection that stays open. */
export const plainAnswer = (body: string, status = '200 OK', headers = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

const answerPlainly = (socket: Socket): void => void socket.write(plainAnswer('ok'));
