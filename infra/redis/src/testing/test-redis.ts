import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/**
 * Redis for the tests of this package, which fail without it: a database of their own, which they
 * may empty.
 */
export function testRedisUrl(database = 13): string {
  const url = process.env['PLUMBLINE_TEST_REDIS'];
  if (url === undefined || url === '') {
    throw new Error('PLUMBLINE_TEST_REDIS is not set: redis://host:port');
  }
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

export interface Switch {
  /** Leads to Redis while the switch is on. */
  readonly url: string;
  /** Listens; what comes passes. */
  on(): Promise<void>;
  /** Cuts what is connected and refuses what comes, as a server that was stopped. */
  off(): Promise<void>;
  /** What is connected stays so, and nothing passes on it any more, as when a machine is gone. */
  freeze(): void;
}

/** Stands between a client and Redis, so that one test's Redis can go away and come back. */
export function createSwitch(): Switch {
  const redis = new URL(testRedisUrl());
  const sockets = new Set<Socket>();
  let port = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(redis.port || '6379'), redis.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.pipe(to);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  return {
    get url() {
      return Object.assign(new URL(redis), { host: `127.0.0.1:${port}` }).href;
    },
    async on() {
      server.listen(port, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      port = (server.address() as AddressInfo).port;
    },
    async off() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}

/** The switch's port with nobody behind it, until it is on. */
export async function createSwitchedOff(): Promise<Switch> {
  const made = createSwitch();
  await made.on();
  await made.off();
  return made;
}
