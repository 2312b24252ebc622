import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request as a merchant's server got it. */
export interface MerchantRequest {
  /** The last part of its path: one for each endpoint. */
  readonly name: string;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
}

/** What an endpoint does with a request: `hang` answers nothing at all. */
export type Behaviour = (
  request: MerchantRequest,
  before: number,
) => { readonly status: number; readonly afterMs?: number } | 'hang';

/** Merchants' servers, all of them in one, on a free port of this machine. */
export interface MerchantServer {
  url(name: string): string;
  /** From now on the endpoint of this name does so. */
  behave(name: string, behaviour: Behaviour): void;
  /** Everything that came, in order. */
  readonly requests: readonly MerchantRequest[];
  of(name: string): readonly MerchantRequest[];
  /** Whether its answer has left. */
  isAnswered(request: MerchantRequest): boolean;
  /** Does something once, right when the next answer of this endpoint has left. */
  onceAnswered(name: string, act: () => void): void;
  close(): Promise<void>;
}

export async function openMerchantServer(): Promise<MerchantServer> {
  const requests: MerchantRequest[] = [];
  const behaviours = new Map<string, Behaviour>();
  const answered = new Set<MerchantRequest>();
  const waiting = new Map<string, () => void>();
  const server = createServer((incoming, response) => {
    void take(incoming, response).catch(() => incoming.destroy());
  });

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const request: MerchantRequest = {
      ...{ name: (incoming.url ?? '').slice(1), id: headers['webhook-id'] ?? '', headers },
      ...{ body: Buffer.concat(chunks).toString('utf8'), atMs: Date.now() },
    };
    const before = requests.filter(({ name, id }) => name === request.name && id === request.id);
    requests.push(request);
    const does = behaviours.get(request.name)?.(request, before.length) ?? { status: 200 };
    if (does === 'hang') return;
    if (does.afterMs !== undefined) await sleep(does.afterMs);
    response.writeHead(does.status).end(() => {
      answered.add(request);
      waiting.get(request.name)?.();
      waiting.delete(request.name);
    });
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    behave: (name, behaviour) => void behaviours.set(name, behaviour),
    requests,
    of: (name) => requests.filter((each) => each.name === name),
    isAnswered: (request) => answered.has(request),
    onceAnswered: (name, act) => void waiting.set(name, act),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
