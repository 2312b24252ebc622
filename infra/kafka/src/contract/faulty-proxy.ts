import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What happens to a request:
 *
 *   pass           nothing
 *   lose request   the connection breaks before it
 *   lose reply     the connection breaks after the broker has done it
 *   stall          silence, the connection stays
 *   hold           the connection breaks, and the request reaches the broker when it is released
 *   corrupt …      a bit near its end, or near its answer's end, is flipped
 */
export type Fate =
  'pass' | 'lose request' | 'lose reply' | 'stall' | 'hold' | 'corrupt request' | 'corrupt reply';

/** A broker behind a wire that can be cut at a chosen request. */
export interface FaultyProxy {
  readonly address: string;
  /** Decides over every request from now on, by its API key. */
  decide(fate: (apiKey: number) => Fate): void;
  /** The next request of this kind meets its fate; what comes after passes. */
  once(apiKey: number, fate: Fate): void;
  /** How many requests are held back. */
  held(): number;
  /** Sends what is held back, in order. The broker's answers, without their header. */
  release(): Promise<readonly Buffer[]>;
  close(): Promise<void>;
}

interface Held {
  readonly frame: Buffer;
  readonly upstream: Socket;
}

/** Length and correlation id stand before an answer. */
const answerHeaderBytes = 8;

/**
 * Forwards to one broker on 127.0.0.1. Where the broker's own address stands in an answer
 * (metadata, coordinators) the proxy's takes its place, so that clients stay on this wire.
 */
export async function openFaultyProxy(broker: string): Promise<FaultyProxy> {
  const brokerPort = Number(broker.split(':').at(-1));
  let fate: (apiKey: number) => Fate = () => 'pass';
  const sockets = new Set<Socket>();
  const held: Held[] = [];
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: brokerPort });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    const ports = { broker: brokerPort, proxy: portOf(server) };
    forward({ client, upstream, ports, held, decide: (apiKey) => fate(apiKey) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const decide = (next: (apiKey: number) => Fate): void => {
    fate = next;
  };
  return {
    address: `127.0.0.1:${portOf(server)}`,
    decide,
    once: (apiKey, chosen) => {
      decide((each) => {
        if (each !== apiKey) return 'pass';
        decide(() => 'pass');
        return chosen;
      });
    },
    held: () => held.length,
    release: async () => {
      const answers: Buffer[] = [];
      for (const each of held.splice(0)) answers.push(await deliver(each));
      return answers;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Wire {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly ports: { readonly broker: number; readonly proxy: number };
  readonly held: Held[];
  readonly decide: (apiKey: number) => Fate;
}

function forward({ client, upstream, ports, held, decide }: Wire): void {
  const loseReplyTo = new Set<number>();
  const corruptReplyTo = new Set<number>();
  let holding = false;
  const cut = (): void => {
    client.destroy();
    // The broker must not see the end of a connection that is to bring one more request.
    if (!holding) upstream.destroy();
  };
  for (const socket of [client, upstream]) {
    socket.on('error', cut);
    socket.on('close', cut);
  }
  onFrames(client, (frame) => {
    const correlationId = frame.readInt32BE(8);
    switch (decide(frame.readInt16BE(4))) {
      case 'stall':
        return;
      case 'lose request':
        cut();
        return;
      case 'hold':
        holding = true;
        held.push({ frame, upstream });
        cut();
        return;
      case 'lose reply':
        loseReplyTo.add(correlationId);
        break;
      case 'corrupt reply':
        corruptReplyTo.add(correlationId);
        break;
      case 'corrupt request':
        flipBit(frame);
        break;
      case 'pass':
        break;
    }
    upstream.write(frame);
  });
  onFrames(upstream, (frame) => {
    const correlationId = frame.readInt32BE(4);
    if (loseReplyTo.has(correlationId)) cut();
    else if (!client.destroyed) {
      if (corruptReplyTo.delete(correlationId)) flipBit(frame);
      client.write(withPort(frame, ports.broker, ports.proxy));
    }
  });
}

function deliver({ frame, upstream }: Held): Promise<Buffer> {
  const correlationId = frame.readInt32BE(8);
  return new Promise((resolve, reject) => {
    upstream.once('close', () => reject(new Error('The broker hung up on a late request')));
    onFrames(upstream, (answer) => {
      if (answer.readInt32BE(4) !== correlationId) return;
      resolve(answer.subarray(answerHeaderBytes));
      upstream.destroy();
    });
    upstream.write(frame);
  });
}

/** Sixteen bytes before the end: inside the last record of a Produce request or a Fetch answer. */
function flipBit(frame: Buffer): void {
  const at = frame.length - 16;
  frame[at] = (frame[at] ?? 0) ^ 0x04;
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
