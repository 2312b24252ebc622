import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

const metadataKey = 3;
const loopback = Buffer.from('127.0.0.1');

/** https://kafka.apache.org/protocol#protocol_error_codes */
const notShown = { UNKNOWN_TOPIC_OR_PARTITION: 3, LEADER_NOT_AVAILABLE: 5 } as const;

/** A broker that does not show yet what it has made. */
export interface LateBroker {
  readonly address: string;
  /** How many answers were changed. */
  denied(): number;
  close(): Promise<void>;
}

/**
 * Stands before a real broker on 127.0.0.1. As often as it is told to, an answer about topics whose
 * names begin so says that there are none, or that they have no leader, as between making a topic and
 * showing it.
 */
export async function openLateBroker(options: {
  readonly broker: string;
  readonly prefix: string;
  readonly says: keyof typeof notShown;
  readonly denials: number;
}): Promise<LateBroker> {
  const { prefix, says, denials } = options;
  const brokerPort = Number(options.broker.split(':').at(-1));
  const sockets = new Set<Socket>();
  let denied = 0;
  let ownPort = 0;
  const deny = (frame: Buffer): void => {
    if (denied >= denials || !frame.includes(prefix)) return;
    denied += 1;
    // Before a name stand its length and the error of the topic, two bytes each.
    for (let at = frame.indexOf(prefix); at >= 0; at = frame.indexOf(prefix, at + 1))
      frame.writeInt16BE(notShown[says], at - 4);
  };
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: brokerPort });
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', cut);
    }
    const aboutTopics = new Set<number>();
    onFrames(client, (frame) => {
      if (frame.readInt16BE(4) === metadataKey) aboutTopics.add(frame.readInt32BE(8));
      upstream.write(frame);
    });
    const ports = { from: brokerPort, to: ownPort };
    onFrames(upstream, (frame) => {
      if (aboutTopics.delete(frame.readInt32BE(4))) deny(frame);
      client.write(withPort(frame, ports));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ownPort = (server.address() as AddressInfo).port;
  return {
    address: `127.0.0.1:${ownPort}`,
    denied: () => denied,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Clients stay here: the broker's own address in its answers becomes this one's. */
function withPort(frame: Buffer, { from, to }: { readonly from: number; readonly to: number }) {
  for (let at = frame.indexOf(loopback); at >= 0; at = frame.indexOf(loopback, at + 1)) {
    const portAt = at + loopback.length;
    if (portAt + 4 <= frame.length && frame.readInt32BE(portAt) === from)
      frame.writeInt32BE(to, portAt);
  }
  return frame;
}

/** Requests and answers begin with their length, in four bytes. */
function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
}
