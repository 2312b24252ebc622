import type { Outbound, OutboundOptions, OutboundParts } from '../open-outbound.ts';
import { openOutboundWith } from '../open-outbound.ts';
import type { SocketServer, SocketServerOptions } from './socket-server.ts';
import { openSocketServer } from './socket-server.ts';

export interface Bench {
  serve(options?: SocketServerOptions): Promise<SocketServer>;
  /** May call loopback unless told otherwise. */
  outbound(options?: Partial<OutboundOptions>, parts?: OutboundParts): Outbound;
  /** Senders first, then servers. */
  close(): Promise<void>;
}

export function createBench(): Bench {
  const servers: SocketServer[] = [];
  const senders: Outbound[] = [];
  return {
    async serve(options) {
      const server = await openSocketServer(options);
      servers.push(server);
      return server;
    },
    outbound(options = {}, parts = {}) {
      const policy = { allowLoopback: true, ports: [], allowHttp: false };
      const sender = openOutboundWith({ policy, ...options }, parts);
      senders.push(sender);
      return sender;
    },
    async close() {
      for (const each of [...senders.splice(0), ...servers.splice(0)]) await each.close();
    },
  };
}

/** A request with an empty JSON object and plenty of time. */
export const requestTo = (url: string) => ({
  ...{ url, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') },
  deadlineMs: 10_000,
});

export async function eventually(holds: () => boolean): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error('it did not come to hold within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
