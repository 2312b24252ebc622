import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MemorySession } from './memory-session.ts';
import { createMemorySession } from './memory-session.ts';

export interface AskedCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly body: unknown;
}

/** A server on a free port of loopback that keeps what it was asked and answers as a test says. */
export async function openFakeServer(answer: (call: AskedCall) => FakeAnswer | undefined) {
  const calls: AskedCall[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const text = Buffer.concat(parts).toString('utf8');
      const call = {
        ...{ method: request.method ?? '', path: request.url ?? '', headers: request.headers },
        body: text === '' ? null : jsonOf(text),
      };
      calls.push(call);
      const found = answer(call) ?? { status: 404, body: { code: 'NOT_FOUND', message: 'none' } };
      response.writeHead(found.status ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found.body));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    url: `http://127.0.0.1:${port}`,
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A session whose notifications process is at this address. */
export function sessionTo(
  url: string,
  config: Partial<MemorySession['config']> = {},
): MemorySession {
  const session = createMemorySession();
  return {
    ...session,
    config: { ...session.config, PLUMBLINE_NOTIFICATIONS_URL: url, ...config },
  };
}

export const endpointId = `ep_main_${'0a'.repeat(12)}`;

/** As the notifications process answers an endpoint. */
export const sampleEndpoint = {
  ...{ endpointId, tenant: 'main', status: 'ACTIVE', reason: null },
  ...{ url: 'https://shop.example/hook', events: ['*'], description: null, bodyStyle: 'EVENT' },
  ...{ bodyEncoding: 'JSON', signatureField: false, inOrder: false, everyTenant: false },
  ...{ intervals: null, timeoutSeconds: null, concurrency: null, ratePerSecond: 5, templates: [] },
  ...{ settingsVersion: 1, secretId: 'es_1', createdAt: null },
  health: {
    ...{ failingSince: null, failingCode: null, waiting: 3, retryFailed: 1 },
    incidents: [
      { kind: 'FAILING', detail: 'HTTP_500', openedAt: '2026-11-22T10:00:00.000Z', endedAt: null },
      { kind: 'GONE', detail: 'long ago', openedAt: null, endedAt: '2026-11-21T10:00:00.000Z' },
    ],
  },
};

/** As it answers a notification. */
export const sampleNotification = {
  ...{ notificationId: 'n-1', type: 'payment.succeeded', orderNo: 'O-1', paymentId: 'P-1' },
  ...{ notificationStatus: 'RETRY_FAILED', endpointId, callbackUrl: null, attemptCount: 6 },
  ...{ maxAttempts: 6, nextRetryAt: null, reason: null, createdAt: '2026-11-22T10:00:00.000Z' },
  request: { url: 'https://shop.example/hook', headers: { 'webhook-id': 'n-1' }, body: '{"a":1}' },
  attempts: [
    {
      ...{ attempt: 1, trigger: 'FIRST', startedAt: '2026-11-22T10:00:00.000Z', code: 'HTTP_500' },
      ...{ outcome: 'FAILED', httpStatus: 500, message: null, durationMs: 7, response: 'oh no' },
    },
  ],
};

export const okBody = (data: unknown): FakeAnswer => ({ body: { code: '00000', data } });
export const refused = (status: number, code: string, message: string): FakeAnswer => ({
  ...{ status, body: { code, message } },
});
