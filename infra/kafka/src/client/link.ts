import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { Unavailable } from '../errors.ts';
import {
  createConnection,
  type KafkajsConnection,
  type SaslOptions,
  type VersionRange,
} from '../kafkajs-internals.ts';
import { ByteReader, ByteWriter } from '../wire/bytes.ts';
import { versions, type WireRequest } from '../wire/request.ts';

export interface LinkOptions {
  readonly clientId: string;
  readonly ssl: TlsOptions | null;
  readonly sasl: SaslOptions | null;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  onError(message: string): void;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Nothing was sent: the request has certainly not happened. */
export class NotSent extends Unavailable {}

/** Sent, and no answer came: the request may or may not have happened. */
export class ReplyLost extends Unavailable {}

const API_VERSIONS = { apiKey: 18, apiVersion: 2, apiName: 'ApiVersions' } as const;
const SASL_AUTHENTICATE = 36;

/** One connection to one broker. Requests are answered in the order in which they were sent. */
export class Link {
  readonly #connection: KafkajsConnection;
  readonly #name: string;
  #broken: string | null = null;

  private constructor(connection: KafkajsConnection, name: string) {
    this.#connection = connection;
    this.#name = name;
  }

  /**
   * Connects, authenticates, and checks that the broker speaks what this client sends.
   * {@link NotSent} when it cannot be reached; a plain error when it refuses us for good.
   */
  static async open(
    to: Address,
    options: LinkOptions,
    onStarted?: (link: Link) => void,
  ): Promise<Link> {
    const name = `${to.host}:${to.port}`;
    const connection = createConnection({ ...to, ...options });
    const link = new Link(connection, name);
    onStarted?.(link);
    try {
      await connection.connect();
      link.#failIfBroken();
      const supported = await link.call(apiVersionsRequest);
      checkVersions(supported, name);
      connection.setVersions(Object.fromEntries(supported));
      connection.setSupportAuthenticationProtocol(supported.has(SASL_AUTHENTICATE));
      await connection.authenticate();
      link.#failIfBroken();
    } catch (error) {
      link.abort('connecting failed');
      throw openFailure(error, name);
    }
    return link;
  }

  get usable(): boolean {
    return this.#broken === null && this.#connection.isConnected();
  }

  /** {@link NotSent} or {@link ReplyLost}; the link is of no use after either. */
  async call<Answer>(request: WireRequest<Answer>): Promise<Answer> {
    if (!this.usable) throw new NotSent(`${this.#name}: ${this.#broken ?? 'not connected'}`);
    try {
      const { answer } = await this.#connection.send(toKafkajs(request));
      return answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.abort(reason);
      throw new ReplyLost(`${request.apiName} to ${this.#name}: ${reason}`, { cause: error });
    }
  }

  /** Ends the connection now; what waits for an answer fails with {@link ReplyLost}. */
  abort(reason: string): void {
    if (this.#broken !== null) return;
    this.#broken = reason;
    this.#connection.requestQueue.rejectAll(new Error(reason));
    void this.#connection.disconnect().catch(() => undefined);
    this.#connection.socket?.destroy();
  }

  #failIfBroken(): void {
    if (this.#broken !== null) throw new NotSent(`${this.#name}: ${this.#broken}`);
  }
}

interface Wrapped<Answer> {
  readonly answer: Answer;
  readonly clientSideThrottleTime: number;
}

function toKafkajs<Answer>(request: WireRequest<Answer>) {
  return {
    request: {
      apiKey: request.apiKey,
      apiVersion: request.apiVersion,
      apiName: request.apiName,
      encode: () => {
        const writer = new ByteWriter();
        // The header of a flexible version ends in tagged fields, which kafkajs knows nothing of.
        if (request.flexible === true) writer.noTags();
        request.write(writer);
        const bytes = writer.bytes();
        return Promise.resolve({ buf: bytes, buffer: bytes });
      },
    },
    response: {
      decode: (payload: Buffer): Promise<Wrapped<Answer>> => {
        const reader = new ByteReader(payload);
        if (request.flexible === true) reader.skipTags();
        return Promise.resolve({ answer: request.read(reader), clientSideThrottleTime: 0 });
      },
      parse: (decoded: Wrapped<Answer>) => Promise.resolve(decoded),
    },
    ...(request.timeoutMs === undefined ? {} : { requestTimeout: request.timeoutMs }),
    logResponseError: false,
  };
}

const apiVersionsRequest: WireRequest<ReadonlyMap<number, VersionRange>> = {
  ...API_VERSIONS,
  write: () => undefined,
  read: (reader) => {
    reader.int16();
    return new Map(
      reader.array(() => {
        const apiKey = reader.int16();
        return [apiKey, { minVersion: reader.int16(), maxVersion: reader.int16() }] as const;
      }),
    );
  },
};

function checkVersions(supported: ReadonlyMap<number, VersionRange>, name: string): void {
  const missing = Object.entries(versions).filter(([, { apiKey, apiVersion }]) => {
    const range = supported.get(apiKey);
    return range === undefined || apiVersion < range.minVersion || apiVersion > range.maxVersion;
  });
  if (missing.length === 0) return;
  const list = missing.map(([api, { apiVersion }]) => `${api} v${apiVersion}`).join(', ');
  throw new Error(`The broker ${name} does not speak ${list}; Kafka 3.1 to 4.x do`);
}

const connectionErrors = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
]);

function openFailure(error: unknown, name: string): Error {
  if (error instanceof Unavailable) return new NotSent(error.message, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  const text = `Broker ${name}: ${reason}`;
  const unreachable = error instanceof Error && connectionErrors.has(error.name);
  return unreachable ? new NotSent(text, { cause: error }) : new Error(text, { cause: error });
}
