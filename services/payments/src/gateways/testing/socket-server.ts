import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

/** A server of bytes: what it answers is what the test writes. */
export interface SocketServer {
  readonly port: number;
  readonly baseUrl: string;
  /** Whole requests that have come, over all connections, as text. */
  readonly requests: readonly string[];
  /** Connections that were ever opened. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * `answer` is called for each whole request (headers, and the body that Content-Length announces),
 * with its number from 1; `onOpen` as soon as a connection is there.
 */
export async function openSocketServer(
  answer: (socket: Socket, number: number) => void,
  onOpen: (socket: Socket) => void = () => undefined,
): Promise<SocketServer> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    let waiting = '';
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1');
      for (let end = endOfRequest(waiting); end !== null; end = endOfRequest(waiting)) {
        requests.push(waiting.slice(0, end));
        waiting = waiting.slice(end);
        answer(socket, requests.length);
      }
    });
    onOpen(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, baseUrl: `http://127.0.0.1:${port}`, requests },
    connections: () => connections,
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
