/**
 * Everything of kafkajs that this package uses, by pinned deep imports, with types by hand: its
 * connection (socket, TLS, SASL, framing, request time-outs). Its consumer, producer and protocol
 * codecs are not used; docs/kafka-client.md says why.
 */
import { createRequire } from 'node:module';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';

const load = createRequire(import.meta.url);

const PINNED = '2.2.4';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

export interface SaslOptions {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

export interface KafkajsRequest<Answer> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    /** Only `buf` and `buffer` of the encoder are looked at. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    decode(payload: Buffer): Promise<Answer & { readonly clientSideThrottleTime: number }>;
    parse(decoded: Answer): Promise<Answer>;
  };
  readonly requestTimeout?: number;
  readonly logResponseError?: boolean;
}

export interface KafkajsConnection {
  readonly socket?: Socket;
  readonly requestQueue: {
    readonly pending: readonly unknown[];
    rejectAll(error: Error): void;
    scheduleCheckPendingRequests: (this: unknown) => void;
  };
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
  isConnected(): boolean;
  authenticate(): Promise<void>;
  setVersions(versions: Readonly<Record<number, VersionRange>>): void;
  setSupportAuthenticationProtocol(isSupported: boolean): void;
  send<Answer>(request: KafkajsRequest<Answer>): Promise<Answer>;
}

export interface VersionRange {
  readonly minVersion: number;
  readonly maxVersion: number;
}

interface KafkajsLogger {
  namespace(name: string): KafkajsLogger;
}

interface KafkajsLogEntry {
  readonly namespace: string;
  readonly log: { readonly message: string };
}

interface KafkajsConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly ssl: TlsOptions | null;
  readonly sasl: SaslOptions | null;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly logger: KafkajsLogger;
  readonly socketFactory: (to: {
    readonly host: string;
    readonly port: number;
    readonly ssl: TlsOptions | null;
    readonly onConnect: () => void;
  }) => Socket;
}

const loadConnection = () =>
  load('kafkajs/src/network/connection') as new (
    options: KafkajsConnectionOptions,
  ) => KafkajsConnection;

const loadLoggers = () =>
  load('kafkajs/src/loggers') as {
    readonly LEVELS: { readonly ERROR: number };
    readonly createLogger: (options: {
      level: number;
      logCreator: () => (entry: KafkajsLogEntry) => void;
    }) => KafkajsLogger;
  };

const { version } = load('kafkajs/package.json') as { readonly version: string };
if (version !== PINNED) {
  throw new Error(`kafkajs ${version} is installed; its internals are known only of ${PINNED}`);
}
const Connection = loadConnection();
const { createLogger, LEVELS } = loadLoggers();

const KEEP_ALIVE_DELAY_MS = 60_000;

/** An unconnected connection of kafkajs, with its request queue mended. */
export function createConnection(options: {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly ssl: TlsOptions | null;
  readonly sasl: SaslOptions | null;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  onError(message: string): void;
}): KafkajsConnection {
  const connection = new Connection({
    host: options.host,
    port: options.port,
    clientId: options.clientId,
    ssl: options.ssl,
    // kafkajs keeps its authenticator in this object, so each connection has a copy of its own.
    sasl: options.sasl === null ? null : { ...options.sasl },
    connectionTimeout: options.connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    enforceRequestTimeout: true,
    logger: createLogger({
      level: LEVELS.ERROR,
      logCreator: () => (entry) => options.onError(entry.log.message),
    }),
    socketFactory: openSocket,
  });
  // After its first answer kafkajs's queue checks for waiting requests every millisecond for ever,
  // on every connection, waiting requests or not (requestQueue/index.js).
  const queue = connection.requestQueue;
  const schedule = queue.scheduleCheckPendingRequests.bind(queue);
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0) schedule();
  };
  return connection;
}

function openSocket(to: {
  readonly host: string;
  readonly port: number;
  readonly ssl: TlsOptions | null;
  readonly onConnect: () => void;
}): Socket {
  const { host, port, ssl } = to;
  const serverName = isIP(host) === 0 ? { servername: host } : {};
  const socket =
    ssl === null
      ? connectTcp({ host, port }, to.onConnect)
      : connectTls({ host, port, ...serverName, ...ssl }, to.onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  // Small requests go out at once instead of waiting for an acknowledgement (Nagle).
  socket.setNoDelay(true);
  return socket;
}
