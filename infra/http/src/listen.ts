import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  connectionsMax,
  headerBytesMax,
  headersTimeoutMs,
  keepAliveTimeoutMs,
  requestTimeoutMs,
  shutdownGraceMs,
} from './limits.ts';
import { serveStreams } from './event-stream.ts';
import { serveUpgrades } from './upgrade.ts';

export interface Listening {
  /** `http://127.0.0.1:8083` */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections and waits for the answers under way, and for those to go whose
   * connections were taken over or who are streamed to, at most 10 s.
   */
  close(): Promise<void>;
}

/** Errors: a port that is taken is named, with the variable that changes it. */
export async function listen(
  app: RequestListener,
  at: { readonly host: string; readonly port: number },
): Promise<Listening> {
  let closing = false;
  const streams = serveStreams();
  const server = createServer({ maxHeaderSize: headerBytesMax }, (request, response) => {
    if (closing) response.setHeader('Connection', 'close');
    streams.noteRequest(request);
    app(request, response);
  });
  const upgrades = serveUpgrades(server, app);
  server.maxConnections = connectionsMax;
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, at)));
    server.listen(at.port, at.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = at.host.includes(':') ? `[${at.host}]` : at.host;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      // A connection that was busy when the closing began stays open after its answer.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const impatient = setTimeout(() => {
        server.closeAllConnections();
        upgrades.destroy();
      }, shutdownGraceMs);
      upgrades.goAway();
      streams.goAway();
      server.close(() => {
        clearInterval(idle);
        clearTimeout(impatient);
        resolve();
      });
    });
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () => {
      closing = true;
      closed ??= stop();
      return closed;
    },
  };
}

function listenError(error: Error, at: { readonly host: string; readonly port: number }): Error {
  const code = 'code' in error ? error.code : undefined;
  const where = `${at.host}:${at.port}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${at.port} on ${at.host} is taken by another process`,
    EACCES: `this process may not listen on ${where}`,
    EADDRNOTAVAIL: `${at.host} is not an address of this machine`,
  };
  const reason = reasons[String(code)] ?? `cannot listen on ${where}: ${error.message}`;
  const fix = 'set PLUMBLINE_HTTP_PORT (or PLUMBLINE_HTTP_HOST) to another, or stop what has it';
  return new Error(`${reason}; ${fix}`, { cause: error });
}
