import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';

export interface LiveMessage {
  readonly type: string;
  readonly position: string;
  readonly how?: string;
  readonly orderNo?: string;
  readonly kind?: string;
  readonly eventType?: string;
  readonly place?: string;
}

export interface LiveClient {
  readonly socket: WebSocket;
  readonly messages: readonly LiveMessage[];
  /** The status of an upgrade that was refused, and its body. */
  readonly refused: Promise<{ readonly status: number; readonly code: unknown }>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** Order numbers of the changes so far. */
  orders(): readonly string[];
  position(): string;
}

/** As a browser, and one that remembers. */
export function openLiveClient(
  url: string,
  options: ClientOptions & { readonly position?: string } = {},
): LiveClient {
  const { position, ...rest } = options;
  const query = position === undefined ? '' : `?position=${encodeURIComponent(position)}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/live${query}`, rest);
  const messages: LiveMessage[] = [];
  socket.on('message', (data: Buffer) =>
    messages.push(JSON.parse(data.toString('utf8')) as LiveMessage),
  );
  socket.on('error', () => undefined);
  const refused: LiveClient['refused'] = new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      response.on('end', () => {
        const { code } = JSON.parse(text) as { code: unknown };
        resolve({ status: response.statusCode ?? 0, code });
      });
    });
  });
  const closed: LiveClient['closed'] = new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
  });
  return {
    ...{ socket, messages, refused, closed },
    orders: () => messages.flatMap(({ orderNo }) => (orderNo === undefined ? [] : [orderNo])),
    position: () => messages.at(-1)?.position ?? '',
  };
}
