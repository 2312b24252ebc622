import type { UpgradeAt, Upgraded } from '@plumbline/http';
import type { FeedPosition } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import { isRedisDown } from '@plumbline/redis';
import { WebSocketServer } from 'ws';
import type { Caller } from '../http/authorise.ts';
import { problem } from '../http/error-codes.ts';
import { tryAgain } from '../http/retry-after.ts';
import * as limits from '../limits.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';
import type { Feed } from './feed.ts';
import { closeCodes } from './protocol.ts';

/** Every client of this process that looks. */
export interface Live {
  /** Errors: RATE_LIMITED for a user with too many connections, OVERLOADED for a full process. */
  admit(caller: Caller): void;
  take(at: UpgradeAt, caller: Caller, from: FeedPosition | null): Upgraded;
  /** Looks at once whose session is over. */
  checkNow(): Promise<void>;
  close(): Promise<void>;
}

export interface LiveOptions {
  readonly feed: Feed;
  readonly sessions: Pick<Sessions, 'check' | 'reachable'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly heartbeatMs?: number;
  readonly checkMs?: number;
  readonly connectionsPerUserMax?: number;
  readonly connectionsMax?: number;
}

/**
 * Connections are checked and kept alive together, by two clocks a process: ten thousand timers would
 * cost more than what they do.
 */
export function createLive(options: LiveOptions): Live {
  const { feed } = options;
  const perUserMax = options.connectionsPerUserMax ?? limits.connectionsPerUserMax;
  const connectionsMax = options.connectionsMax ?? limits.liveConnectionsMax;
  const all = new Set<Connection>();
  const ofUser = new Map<string, number>();
  // Without compression: a message is a few hundred bytes, and a context of zlib's is 300 KiB.
  const server = new WebSocketServer({
    ...{ noServer: true, clientTracking: false, perMessageDeflate: false },
    maxPayload: limits.clientMessageBytesMax,
    // Who does not read does not read the farewell either. The library's types lack the option.
    ...{ closeTimeout: limits.farewellMs },
  });
  const open = options.metrics.gauge({
    name: 'plumbline_live_connections',
    help: 'WebSockets that are open',
  });
  open.set(0);
  const check = createSessionCheck({ ...options, all });

  function count(userId: string, by: 1 | -1): void {
    const left = (ofUser.get(userId) ?? 0) + by;
    if (left === 0) ofUser.delete(userId);
    else ofUser.set(userId, left);
  }

  const isFullFor = (userId: string): boolean => (ofUser.get(userId) ?? 0) >= perUserMax;

  function take({ request, socket, head }: UpgradeAt, caller: Caller, from: FeedPosition | null) {
    let connection: Connection | null = null;
    let going = false;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      const { id } = caller.user;
      const isFull = isFullFor(id);
      count(id, 1);
      const own = openConnection({
        ...{ socket: webSocket, caller, feed, from },
        onOver() {
          count(id, -1);
          all.delete(own);
          open.set(all.size);
        },
      });
      connection = own;
      all.add(own);
      open.set(all.size);
      // Several were admitted at the same time.
      if (isFull) own.close(closeCodes.tooMany, 'too many connections');
      else if (going) own.goAway();
    });
    return {
      goAway() {
        going = true;
        connection?.goAway();
      },
    };
  }

  const beats = setInterval(() => {
    for (const each of all) each.beat();
  }, options.heartbeatMs ?? limits.heartbeatMs);
  const checks = setInterval(() => void check(), options.checkMs ?? limits.sessionCheckMs);

  return {
    admit({ user }) {
      if (all.size >= connectionsMax) throw tryAgain('OVERLOADED');
      if (!isFullFor(user.id)) return;
      const headers = { 'Retry-After': String(limits.retryAfterSeconds) };
      throw problem('RATE_LIMITED', `a user has ${perUserMax} live connections at most`, {
        headers,
      });
    },
    take,
    checkNow: check,
    close() {
      clearInterval(beats);
      clearInterval(checks);
      for (const each of all) each.goAway();
      return Promise.resolve();
    },
  };
}

/**
 * A session that has ended ends its connections: at once where it ended in this process, within
 * seconds elsewhere. What a connection tells until then is only that an order changed; what it is now,
 * the API says, and that asks for the session each time. So nothing has to be announced among
 * processes, and no announcement can be lost.
 */
function createSessionCheck({
  all,
  sessions,
  logger,
  nowMs,
}: LiveOptions & { readonly all: ReadonlySet<Connection> }): () => Promise<void> {
  let downSinceMs: number | null = null;
  let running: Promise<void> | null = null;
  let asked = 0;

  const endAll = (of: readonly Connection[], code: number, reason: string): void => {
    for (const each of of) each.close(code, reason);
  };

  async function checkOne(key: string | null, of: readonly Connection[]): Promise<void> {
    if (key === null) await sessions.reachable();
    else if ((await sessions.check(key)) === null)
      endAll(of, closeCodes.sessionOver, 'the session is over');
  }

  async function checkAll(): Promise<void> {
    const bySession = new Map<string | null, Connection[]>();
    for (const each of all) {
      const { session, expiresAtMs } = each.caller;
      if (nowMs() >= expiresAtMs) {
        each.close(closeCodes.sessionOver, 'the session is over');
        continue;
      }
      const key = session?.key ?? null;
      const found = bySession.get(key);
      if (found === undefined) bySession.set(key, [each]);
      else found.push(each);
    }
    const left = [...bySession];
    while (left.length > 0) {
      const some = left.splice(0, limits.sessionChecksAtOnce);
      await Promise.all(some.map(([key, of]) => checkOne(key, of)));
    }
  }

  async function run(): Promise<void> {
    try {
      await checkAll();
      downSinceMs = null;
    } catch (error) {
      if (!isRedisDown(error)) logger.error('sessions cannot be checked', { error });
      downSinceMs ??= nowMs();
      if (nowMs() - downSinceMs < limits.sessionsUnknownMs) return;
      endAll([...all], closeCodes.sessionsUnknown, 'sessions cannot be checked; come back');
    }
  }

  async function runUntilDone(): Promise<void> {
    // What ended after a check began may have been looked at before.
    for (let begun = -1; begun !== asked;) {
      begun = asked;
      await run();
    }
    running = null;
  }

  return () => {
    asked += 1;
    running ??= runUntilDone();
    return running;
  };
}
