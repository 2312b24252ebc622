import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { Course } from './course.ts';
import { withinCourse } from './course.ts';
import type { Step } from './failures.ts';
import { done, failed } from './failures.ts';
import * as limits from './limits.ts';

/** A connection for the time of one request. */
export interface Lease {
  readonly client: Client;
  /** It carried a request before. */
  readonly reused: boolean;
  /** Gives it back: to idle, or to its end where the request left it in the middle of something. */
  release(after: { readonly reusable: boolean }): void;
}

export interface Connections {
  /** One that idles, else a new one, else the first that comes free. */
  lease(asked: {
    readonly origin: string;
    readonly course: Course;
    /** Resolves to a connection that is ready for its first request. */
    readonly open: (tls: TlsMemory) => Promise<Step<Socket>>;
  }): Promise<Step<Lease>>;
  close(): Promise<void>;
}

/** The TLS session of an origin: a new connection takes it up and spares both ends the handshake's sums. */
export interface TlsMemory {
  session: Buffer | null;
}

interface Connection {
  readonly client: Client;
  readonly openedAtMs: number;
  readonly place: Place;
  gone: boolean;
}

interface Place {
  readonly origin: string;
  readonly tls: TlsMemory;
  /** The one used last at the end: those beyond need run out. */
  readonly idle: Connection[];
  readonly waiting: (() => void)[];
  inUse: number;
}

export interface ConnectionsOptions {
  readonly perOriginMax: number;
  readonly max: number;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
}

/**
 * Connections by origin, each with one request at a time.
 *
 *   opening ──► in use ◄──► idle ──► closed: after 4 s, by the other end, for room, or 60 s old
 *      │           └──────────────► closed: its request was broken off
 *      └► failed
 */
export function createConnections(options: ConnectionsOptions): Connections {
  const { nowMs } = options;
  const places = new Map<string, Place>();
  const idle = new Set<Connection>();
  let inUse = 0;

  const placeOf = (origin: string): Place => {
    const before = places.get(origin);
    if (before !== undefined) return before;
    const place: Place = { origin, tls: { session: null }, idle: [], waiting: [], inUse: 0 };
    places.set(origin, place);
    return place;
  };
  const forget = (connection: Connection): void => {
    idle.delete(connection);
    const { place } = connection;
    const at = place.idle.indexOf(connection);
    if (at >= 0) place.idle.splice(at, 1);
    tidy(place);
  };
  const tidy = (place: Place): void => {
    if (place.inUse + place.idle.length + place.waiting.length === 0) places.delete(place.origin);
  };
  const end = (connection: Connection): void => {
    connection.gone = true;
    forget(connection);
    void connection.client.destroy();
  };

  /** Waits for one of the origin's places; who is woken has one already. */
  async function enter(place: Place, course: Course): Promise<Step<null>> {
    if (place.inUse < options.perOriginMax) {
      place.inUse += 1;
      inUse += 1;
      return done(null);
    }
    if (place.waiting.length >= limits.waitingPerOriginMax)
      return failed('TOO_BUSY', `${place.waiting.length} requests wait for ${place.origin}`);
    let wake: () => void = () => undefined;
    const turn = new Promise<Step<null>>((resolve) => {
      wake = () => resolve(done(null));
      place.waiting.push(wake);
    });
    const step = await withinCourse(turn, course);
    if (step.ok) return step;
    const at = place.waiting.indexOf(wake);
    // Woken in the moment in which it gave up: it has a place, and passes it on.
    if (at < 0) leave(place);
    else place.waiting.splice(at, 1);
    return step;
  }

  function leave(place: Place): void {
    const next = place.waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    place.inUse -= 1;
    inUse -= 1;
    tidy(place);
  }

  const usable = (connection: Connection): boolean =>
    !connection.gone && nowMs() - connection.openedAtMs < limits.connectionAgeMs;

  const fromIdle = (place: Place): Connection | null => {
    for (let last = place.idle.at(-1); last !== undefined; last = place.idle.at(-1)) {
      forget(last);
      if (usable(last)) return last;
      end(last);
    }
    return null;
  };

  const leaseOf = (connection: Connection, reused: boolean): Lease => ({
    client: connection.client,
    reused,
    release({ reusable }) {
      if (reusable && usable(connection)) {
        connection.place.idle.push(connection);
        idle.add(connection);
      } else end(connection);
      leave(connection.place);
    },
  });

  return {
    async lease({ origin, course, open }) {
      const place = placeOf(origin);
      const entered = await enter(place, course);
      if (!entered.ok) return entered;
      const found = fromIdle(place);
      if (found !== null) return done(leaseOf(found, true));
      if (inUse + idle.size > options.max) {
        const [longest] = idle;
        if (longest === undefined) {
          leave(place);
          return failed('TOO_BUSY', `${inUse} connections are open, as many as may be`);
        }
        end(longest);
      }
      const opened = await open(place.tls);
      if (!opened.ok) {
        leave(place);
        return opened;
      }
      const connection: Connection = {
        ...{ client: clientOver(opened.value, origin), openedAtMs: nowMs(), place, gone: false },
      };
      const gone = (): void => {
        connection.gone = true;
        forget(connection);
      };
      connection.client.on('disconnect', gone).on('connectionError', gone);
      return done(leaseOf(connection, false));
    },
    async close() {
      const clients = [...idle].map(({ client }) => client);
      for (const connection of idle) end(connection);
      await Promise.all(clients.map((client) => client.destroy()));
    },
  };
}

/** The connection was closed while it idled, and nothing has been written to it since. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
  readonly code = 'CONNECTION_GONE';
}

/** HTTP over one socket that is open already, and over no other: it never connects by itself. */
function clientOver(socket: Socket, origin: string): Client {
  let given: Socket | null = socket;
  return new Client(origin, {
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytesMax,
    // The deadline is the whole request's.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (_, callback) => {
      const ready = given;
      given = null;
      // It may not call back before it has returned.
      queueMicrotask(() => {
        if (ready === null || ready.destroyed) callback(new ConnectionGone(), null);
        else callback(null, ready);
      });
    },
  });
}
