import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a service behind the BFF was asked. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface FakeAnswer {
  readonly status: number;
  /** A Buffer as it is, a string as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeService {
  readonly url: string;
  /** Everything that came, the oldest first. */
  readonly asked: Asked[];
  /** What it answers from now on; `null` for no answer at all. */
  answer: (asked: Asked) => FakeAnswer | null;
  close(): Promise<void>;
}

/** A success in the envelope of our services. */
export const fine = (data: unknown): FakeAnswer => ({
  status: 200,
  body: { code: '00000', message: 'success', data },
});

export const refused = (status: number, code: string): FakeAnswer => ({
  status,
  body: { code, message: `inner words about ${code}` },
});

/** A service at the port of HTTP: answers what a test says. */
export async function openFakeService(): Promise<FakeService> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks) };
      asked.push(one);
      const answer = fake.answer(one);
      if (answer === null) return;
      response.writeHead(answer.status, {
        'Content-Type': 'application/json',
        ...answer.headers,
      });
      const isRaw = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
      response.end(isRaw ? answer.body : JSON.stringify(answer.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: FakeService = {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer: () => refused(500, 'INTERNAL_ERROR'),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return fake;
}
