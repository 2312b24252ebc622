import { createHash } from 'node:crypto';
import type { Logger, Metrics } from '@plumbline/observability';
import { registerSecret } from '@plumbline/observability';
import { Redis as Client } from 'ioredis';
import { isRedisDown, RedisDown } from './errors.ts';
import * as limits from './limits.ts';

/** ioredis's own, for its commands. */
export type RedisClient = Client;

/** A script that runs in Redis as one step. It names every key that it touches in `KEYS`. */
export interface Script {
  readonly lua: string;
}

export interface Redis {
  /** `host:port/database`, for messages. */
  readonly address: string;
  /**
   * For libraries that want a client of ioredis, and for pipelines. Errors are ioredis's own here.
   */
  readonly client: RedisClient;
  /**
   * `redis.run((client) => client.xadd(…))`: the same with errors in two kinds. Errors:
   * {@link RedisDown}; the server's own `ReplyError` for a command that is wrong. Whether a command
   * that ended with RedisDown was carried out is unknown.
   */
  run<T>(work: (client: RedisClient) => Promise<T>): Promise<T>;
  /** Sends the script by its hash, and itself when Redis does not have it (any more). Errors as {@link Redis.run}. */
  script(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown>;
  /** Resolves when a command was answered. */
  ping(): Promise<void>;
  /** For a process's health checks: `{ redis: redis.health }`. */
  health(): { readonly ok: boolean; readonly detail?: string };
  /** Waits a moment for the answers under way; afterwards every command fails. */
  close(): Promise<void>;
}

export interface RedisOptions {
  /** `redis://user:password@host:port/database`, `rediss://` for TLS; the password is never shown. */
  readonly url: string;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Longest command, ms. A connection that blocks (`XREADGROUP … BLOCK`) needs one of its own. */
  readonly commandTimeoutMs?: number;
  /** Shown in `CLIENT LIST`. */
  readonly connectionName?: string;
}

/**
 * One connection, made at once and again for ever: Redis may be away when this is called, and at
 * any time. Nothing is queued meanwhile: commands fail at once, and commands under way when the
 * connection breaks fail as well instead of being sent a second time.
 */
export function openRedis(options: RedisOptions): Redis {
  const { logger } = options;
  const address = addressOf(options.url);
  const client = clientOf(options);
  let problem: string | null = 'not connected yet';
  const connected = options.metrics?.gauge({
    name: 'plumbline_redis_connected',
    help: 'Whether the connection to Redis stands: 1 or 0',
  });
  connected?.set(0);
  client.on('ready', () => {
    connected?.set(1);
    if (problem !== null) logger.info('Redis answers', { address });
    problem = null;
  });
  // A listener must be there, or ioredis writes to the console.
  client.on('error', (error: Error) => lost(error.message));
  client.on('close', () => lost('the connection was closed'));

  function lost(why: string): void {
    connected?.set(0);
    // Once for each time that it goes away: attempts follow one another for ever.
    if (problem === null) logger.warn('Redis went away', { address, detail: why });
    if (problem === null || client.status !== 'reconnecting') problem = why;
  }

  // The first attempt is awaited by the first commands: a process that starts is not told "away".
  const begun = client.connect().catch(() => undefined);

  async function run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    await begun;
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof RedisDown || !isRedisDown(error)) throw error;
      const words = error instanceof Error ? error.message : String(error);
      const why = problem === null || problem === words ? words : `${words} (${problem})`;
      throw new RedisDown(`Redis at ${address} does not answer: ${why}`, { cause: error });
    }
  }

  return {
    address,
    client,
    run,
    script: (script, keys, args) => run(() => evaluate(client, script, keys, args)),
    ping: () => run(() => client.ping()).then(() => undefined),
    health: () =>
      client.status === 'ready' ? { ok: true } : { ok: false, detail: problem ?? client.status },
    async close() {
      if (client.status === 'ready') {
        const late = AbortSignal.timeout(limits.closeTimeoutMs);
        const given = new Promise((resolve) => late.addEventListener('abort', resolve));
        await Promise.race([client.quit().catch(() => undefined), given]);
      }
      client.disconnect();
      await begun;
    },
  };
}

function clientOf(options: RedisOptions): Client {
  const commandTimeout = options.commandTimeoutMs ?? limits.commandTimeoutMs;
  return new Client(options.url, {
    lazyConnect: true,
    // RESP2 is what every server speaks and every reply of ours needs.
    protocol: 2,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: limits.connectTimeoutMs,
    commandTimeout,
    socketTimeout: limits.silentTimeoutsMax * commandTimeout,
    connectionName: options.connectionName ?? 'plumbline',
    retryStrategy: (attempt) => reconnectWaitMs(attempt, Math.random()),
    // After a failover this server is the replica: the name leads to the new master by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
}

/** Doubled up to the longest, of which a random half is waited: processes do not return as one. */
export function reconnectWaitMs(attempt: number, random: number): number {
  const { first, max } = limits.reconnectMs;
  const fullMs = Math.min(first * 2 ** Math.min(attempt - 1, 20), max);
  return Math.ceil(fullMs / 2 + (fullMs / 2) * random);
}

async function evaluate(
  client: Client,
  { lua }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  const rest = [...keys, ...args];
  try {
    return await client.evalsha(sha1Of(lua), keys.length, ...rest);
  } catch (error) {
    // Redis forgets scripts at a restart and at SCRIPT FLUSH; nothing has run.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.eval(lua, keys.length, ...rest);
  }
}

const hashes = new Map<string, string>();

/** Scripts are constants of the code, so there are few. */
function sha1Of(lua: string): string {
  const known = hashes.get(lua);
  if (known !== undefined) return known;
  const made = createHash('sha1').update(lua).digest('hex');
  hashes.set(lua, made);
  return made;
}

function addressOf(url: string): string {
  if (!URL.canParse(url)) throw new Error('the Redis URL cannot be read (it is not shown)');
  const { hostname, port, pathname, password } = new URL(url);
  if (password !== '') registerSecret(decodeURIComponent(password));
  return `${hostname}:${port || '6379'}${pathname === '' || pathname === '/' ? '/0' : pathname}`;
}
