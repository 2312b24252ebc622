import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** What happens to a request, and to the connection that it came on. */
export type Fate = 'pass' | 'lose request' | 'lose reply' | 'stall';

/** A broker behind a wire that can be cut at a chosen request. */
export interface FaultyProxy {
  readonly address: string;
  /** Decides over every request from now on, by its API key. */
  decide(fate: (apiKey: number) => Fate): void;
  close(): Promise<void>;
}

/**
 * Forwards to one broker on 127.0.0.1. Where the broker's own address stands in an answer
 * (metadata, coordinators) the proxy's takes its place, so that clients stay on this wire.
 */
export async function openFaultyProxy(broker: string): Promise<FaultyProxy> {
  const brokerPort = Number(broker.split(':').at(-1));
  let fate: (apiKey: number) => Fate = () => 'pass';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: brokerPort });
    const both = [client, upstream];
    const cut = (): void => both.forEach((socket) => socket.destroy());
    const loseReplyTo = new Set<number>();
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    onFrames(client, (frame) => {
      const decided = fate(frame.readInt16BE(4));
      if (decided === 'stall') return;
      if (decided === 'lose request') {
        cut();
        return;
      }
      if (decided === 'lose reply') loseReplyTo.add(frame.readInt32BE(8));
      upstream.write(frame);
    });
    onFrames(upstream, (frame) => {
      if (loseReplyTo.has(frame.readInt32BE(4))) cut();
      else client.write(withPort(frame, brokerPort, portOf(server)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${portOf(server)}`,
    decide: (next) => {
      fate = next;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    while (rest.length >= 4) {
      const end = 4 + rest.readInt32BE(0);
      if (rest.length < end) return;
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}

function withPort(frame: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from('127.0.0.1');
  for (let at = frame.indexOf(host); at >= 0; at = frame.indexOf(host, at + 1)) {
    const portAt = at + host.length;
    if (portAt + 4 > frame.length || frame.readInt32BE(portAt) !== from) continue;
    frame.writeInt32BE(to, portAt);
  }
  return frame;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
