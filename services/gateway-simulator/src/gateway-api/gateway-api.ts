import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway } from '../books/payment.ts';
import type { ApiAnswer, ApiRequest, Dialect } from '../dialects/dialect.ts';
import type { Engine } from '../engine/engine.ts';
import * as limits from '../limits.ts';

export interface GatewayApi {
  /** Answers calls to gateways, and passes on what is none. */
  readonly handler: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Breaks the calls that will never be answered. */
  close(): void;
}

/** The gateways' own APIs, each below its base path, in their own words and with their own errors. */
export function createGatewayApi(options: {
  readonly engine: Engine;
  readonly dialects: ReadonlyMap<Gateway, Dialect>;
  readonly nowMs: () => number;
  onFailure(error: unknown): void;
}): GatewayApi {
  const { engine, nowMs } = options;
  const waiting = new Map<ServerResponse, NodeJS.Timeout>();

  const later = (response: ServerResponse, ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      waiting.delete(response);
      work();
    }, ms);
    waiting.set(response, timer);
    response.once('close', () => {
      clearTimeout(timer);
      waiting.delete(response);
    });
  };

  async function serve(
    gateway: Gateway,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readBody(request);
    if (body === null) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    const reaction = await engine.handle(gateway, requestOf(request, body, nowMs()));
    switch (reaction.kind) {
      case 'answer':
        if (reaction.afterMs === 0) send(response, reaction.answer);
        else later(response, reaction.afterMs, () => send(response, reaction.answer));
        return;
      case 'hang':
        later(response, reaction.ms, () => response.destroy());
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
    }
  }

  return {
    handler: (request, response, next) => {
      const dialect = dialectAt(options.dialects, request.url ?? '/');
      if (!dialect) {
        next();
        return;
      }
      serve(dialect.gateway, request, response).catch((error: unknown) => {
        // No answer is better than one about something that may not have been kept.
        options.onFailure(error);
        response.destroy();
      });
    },
    close: () => {
      for (const [response, timer] of waiting) {
        clearTimeout(timer);
        response.destroy();
      }
      waiting.clear();
    },
  };
}

function dialectAt(dialects: ReadonlyMap<Gateway, Dialect>, url: string): Dialect | undefined {
  const [path = ''] = url.split('?');
  return [...dialects.values()].find(({ basePath }) => path.startsWith(`${basePath}/`));
}

function requestOf(request: IncomingMessage, body: Buffer, nowMs: number): ApiRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === 'string') headers[name] = value;
  return { method: request.method ?? '', target: request.url ?? '/', headers, body, nowMs };
}

/** `null` for more than a gateway takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const data = chunk as Buffer;
    bytes += data.length;
    if (bytes > limits.bodyBytesMax) return null;
    chunks.push(data);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(body, 'utf8');
  response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
}
