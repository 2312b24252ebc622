import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook, webhookRefusals } from '@plumbline/notifications';
import {
  deliveriesRememberedMax,
  deliveryBytesMax,
  forwardedBytesMax,
  forwardMs,
} from '../limits.ts';
import { firstLine } from '../session/failure.ts';

/** One delivery that came, and what became of it. */
export interface Delivery {
  /** Epoch ms. */
  readonly atMs: number;
  readonly webhookId: string | null;
  /** Of the event; `null` for a body that does not say. */
  readonly type: string | null;
  /** How often this id came to this listener, from 1. */
  readonly time: number;
  /** What was answered. */
  readonly status: number;
  readonly durationMs: number;
  /** Why the signature is not right; `null` where it is. */
  readonly signatureProblem: string | null;
  /** Why it could not be forwarded. */
  readonly forwardProblem: string | null;
  readonly body: string;
}

export interface ReceiverOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** Where deliveries go on to; `null`: they are answered with 200 here. */
  readonly forwardTo: string | null;
  /** Of the endpoint, once it is known. */
  readonly secret: () => string | null;
  readonly onDelivery: (delivery: Delivery) => void;
}

export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

/** They belong to the connection, and `fetch` sets its own. */
const ofConnection = new Set([
  ...['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect', 'te'],
  ...['upgrade', 'trailer', 'proxy-authorization', 'proxy-connection', 'accept-encoding'],
]);

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly problem: string | null;
}

const plain = (status: number, text: string, problem: string | null = null): Answer => ({
  ...{ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, problem },
  body: Buffer.from(text),
});

/**
 * Listens on loopback for deliveries and forwards each as it came, bytes and headers. What the
 * receiver answers is given back, so that the platform retries as it would with that receiver.
 *
 * Errors: those of `listen`.
 */
export async function openReceiver(options: ReceiverOptions): Promise<Receiver> {
  const times = new Map<string, number>();

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = Date.now();
    const startMs = performance.now();
    const bytes = await bodyOf(request);
    if (bytes === null) {
      send(response, plain(413, 'too large'));
      return;
    }
    const webhookId = headerOf(request, 'webhook-id') ?? null;
    const time = countOf(times, webhookId ?? '');
    const signatureProblem = problemOf(request, bytes, options.secret());
    const { forwardTo } = options;
    const answer =
      forwardTo === null ? plain(200, 'taken') : await forwarded(forwardTo, request, bytes);
    send(response, answer);
    options.onDelivery({
      ...{ atMs, webhookId, type: typeOf(bytes), time, status: answer.status, signatureProblem },
      durationMs: Math.round(performance.now() - startMs),
      ...{ forwardProblem: answer.problem, body: bytes.toString('utf8') },
    });
  }

  const server = createServer((request, response) => {
    void take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The whole body, `null` when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= deliveryBytesMax) parts.push(part);
  }
  return bytes > deliveryBytesMax ? null : Buffer.concat(parts);
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function countOf(times: Map<string, number>, id: string): number {
  const time = (times.get(id) ?? 0) + 1;
  if (times.size >= deliveriesRememberedMax) times.clear();
  times.set(id, time);
  return time;
}

function problemOf(request: IncomingMessage, body: Buffer, secret: string | null): string | null {
  if (secret === null) return null;
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const headers = Object.fromEntries(names.map((name) => [name, headerOf(request, name)]));
  const verdict = verifyWebhook({ secrets: [secret], headers, body, nowMs: Date.now() });
  return verdict.ok ? null : webhookRefusals[verdict.code];
}

function typeOf(body: Buffer): string | null {
  try {
    const event: unknown = JSON.parse(body.toString('utf8'));
    const isEvent = typeof event === 'object' && event !== null && 'type' in event;
    return isEvent && typeof event.type === 'string' ? event.type : null;
  } catch {
    return null;
  }
}

async function forwarded(url: string, request: IncomingMessage, bytes: Buffer): Promise<Answer> {
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    ofConnection.has(name) || value === undefined ? [] : [[name, String(value)]],
  );
  try {
    const answer = await fetch(url, {
      ...{ method: 'POST', headers, body: new Uint8Array(bytes), redirect: 'manual' },
      signal: AbortSignal.timeout(forwardMs),
    });
    const body = Buffer.from(await answer.arrayBuffer()).subarray(0, forwardedBytesMax);
    const kept = ['content-type', 'retry-after'].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    return { status: answer.status, headers: Object.fromEntries(kept), body, problem: null };
  } catch (error) {
    const why = firstLine(error);
    return plain(502, `plumbline listen could not forward it: ${why}`, why);
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const isBodiless = status === 204 || status === 304;
  response.writeHead(status, { ...headers, 'content-length': isBodiless ? 0 : body.length });
  response.end(isBodiless ? undefined : body);
}
