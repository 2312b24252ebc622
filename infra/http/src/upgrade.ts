import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { invariant } from '@plumbline/kernel';

/** A connection on which another protocol goes on, and what came with its request. */
export interface UpgradeAt {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Bytes of the new protocol that came already. */
  readonly head: Buffer;
}

/** Who has taken a connection over. */
export interface Upgraded {
  /** The server stops: the client is told, in the new protocol, to go elsewhere. */
  goAway(): void;
}

interface Pending {
  readonly at: UpgradeAt;
  taken(by: Upgraded): void;
}

const pending = new WeakMap<IncomingMessage, Pending>();

export interface Upgrades {
  /** Tells all who are connected. */
  goAway(): void;
  /** Cuts those who have not gone. */
  destroy(): void;
}

/**
 * A request for a WebSocket goes through the application like any other: it is named, authenticated,
 * refused and measured by the same code. Either its route takes the connection over (`upgrade` of a
 * RouteResponse), or it is answered like a call, and the connection ends.
 *
 * Whoever asks for another protocol is served as if it had not, which a server may do (RFC 9110,
 * section 7.8): Java's HTTP client asks for h2c with every first call, and Node, once it has a
 * listener for upgrades, reads no bodies of such calls.
 */
export function serveUpgrades(server: Server, app: RequestListener): Upgrades {
  const open = new Map<Socket, Upgraded | null>();
  let going = false;
  server.on('upgrade', (request, duplex, head) => {
    invariant(duplex instanceof Socket, 'a server that listens on a port has sockets');
    const socket = duplex;
    if (!asksForWebSocket(request)) {
      readAgain(server, { request, socket, head });
      return;
    }
    // Whoever goes before an answer is nobody's problem; Node takes its own listener away.
    socket.on('error', () => socket.destroy());
    open.set(socket, null);
    socket.once('close', () => open.delete(socket));
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => {
      response.detachSocket(socket);
      response.emit('close');
      socket.end();
    });
    const taken = (by: Upgraded): void => {
      open.set(socket, by);
      if (going) by.goAway();
    };
    pending.set(request, { at: { request, socket, head }, taken });
    app(request, response);
  });
  return {
    goAway() {
      going = true;
      for (const by of open.values()) by?.goAway();
    },
    destroy() {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}

/** RFC 6455, section 4.1. With a body it would be something else. */
const asksForWebSocket = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

/** Puts the request back in front of what follows it, without its wish. */
function readAgain(server: Server, { request, socket, head }: UpgradeAt): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!wishes.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1] ?? ''}`);
  }
  // Header bytes are Latin-1 to Node (RFC 9110, section 5.5).
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

const wishes: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings']);

/**
 * Gives a request's connection to whoever takes it. False when the request asked for no upgrade; then
 * nothing has happened.
 */
export function handOver(
  request: IncomingMessage,
  response: ServerResponse,
  take: (at: UpgradeAt) => Upgraded,
): boolean {
  const found = pending.get(request);
  if (found === undefined) return false;
  pending.delete(request);
  response.statusCode = 101;
  response.detachSocket(found.at.socket);
  found.taken(take(found.at));
  // The call is over, for whoever counts and measures calls; the connection is not.
  response.emit('close');
  return true;
}
