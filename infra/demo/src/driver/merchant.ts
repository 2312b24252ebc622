import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { deliveryBytesMax } from '../limits.ts';

/** A request as the merchant's server got and answered it. */
export interface Delivery {
  /** Of the endpoint. */
  readonly name: string;
  /** `webhook-id`: the same at each attempt. */
  readonly id: string;
  /** By the library that merchants are told to use (npm `standardwebhooks`). */
  readonly verified: boolean;
  readonly orderNo: string;
  readonly type: string;
  /** From what happened to its arrival here, ms. */
  readonly tookMs: number;
  readonly answered: number;
  /** Of this process's monotonic clock. */
  readonly arrivedAtMs: number;
  readonly answeredAtMs: number;
}

/** A merchant's server on a free port of this machine, which takes what it is sent. */
export interface Merchant {
  url(name: string): string;
  /** From now on requests to this endpoint are verified by its secret, and so many of them fail. */
  expect(name: string, of: { readonly secret: string; readonly failures: number }): void;
  readonly deliveries: readonly Delivery[];
  close(): Promise<void>;
}

export async function openMerchant(): Promise<Merchant> {
  const endpoints = new Map<string, { readonly webhook: Webhook; failuresLeft: number }>();
  const deliveries: Delivery[] = [];
  const server = createServer((incoming, response) => {
    take(incoming, response).catch(() => incoming.destroy());
  });

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { body, arrivedAtMs } = await bodyOf(incoming);
    const name = (incoming.url ?? '').slice(1);
    const endpoint = endpoints.get(name);
    const failed = endpoint !== undefined && endpoint.failuresLeft > 0;
    if (failed) endpoint.failuresLeft -= 1;
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([header, value]) => [header, String(value)]),
    );
    const answered = failed ? 503 : 200;
    const verified = isVerified(endpoint?.webhook, body, headers);
    const id = headers['webhook-id'] ?? '';
    const answeredAtMs = performance.now();
    deliveries.push({ name, id, ...told(body), verified, answered, arrivedAtMs, answeredAtMs });
    response.writeHead(answered).end();
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    expect: (name, { secret, failures }) =>
      void endpoints.set(name, { webhook: new Webhook(secret), failuresLeft: failures }),
    deliveries,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(incoming: IncomingMessage) {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes > deliveryBytesMax) throw new Error('a notification is larger than any can be');
  }
  return { body: Buffer.concat(parts).toString('utf8'), arrivedAtMs: performance.now() };
}

function isVerified(
  webhook: Webhook | undefined,
  body: string,
  headers: Readonly<Record<string, string>>,
): boolean {
  try {
    return webhook?.verify(body, { ...headers }) !== undefined;
  } catch {
    return false;
  }
}

/** What a body says; it is looked at whether its signature is right or not. */
function told(body: string): Pick<Delivery, 'orderNo' | 'type' | 'tookMs'> {
  const { type, timestamp, data } = JSON.parse(body) as {
    readonly type: string;
    readonly timestamp: string;
    readonly data: { readonly orderNo: string };
  };
  return { type, orderNo: data.orderNo, tookMs: Date.now() - Date.parse(timestamp) };
}
