import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import type { DialTarget } from '../connect.ts';
import { isLoopback } from '../judge-address.ts';
import type { ResolvedAddress, Resolver } from '../look-up.ts';
import type { OutboundAnswer, OutboundParts } from '../open-outbound.ts';
import { openOutboundWith } from '../open-outbound.ts';
import type { Hostile, Scheme } from './hostile.ts';
import type { SocketServer } from './socket-server.ts';

/** What nobody may call: one server for each scheme, on 127.0.0.1. */
export type Canary = Readonly<Record<Scheme, SocketServer>>;

export interface Attempt {
  readonly answers: readonly OutboundAnswer[];
  /** Addresses that a connection was begun to. */
  readonly dialled: readonly string[];
  /** What the canary saw of it. */
  readonly connections: number;
  readonly bytes: number;
}

export interface AttemptOptions {
  readonly canary: Canary;
  readonly scheme: Scheme;
  /**
   * Where connections lead: loopback to itself and all else to nobody; or everything to the canary,
   * as if it stood at every address of the world.
   */
  readonly network: 'real' | 'canary-everywhere';
  /** Layers that are taken out. */
  readonly without?: Pick<OutboundParts, 'judgeUrl' | 'vet' | 'judgePeer'>;
}

export async function attempt(entry: Hostile, options: AttemptOptions): Promise<Attempt> {
  const { canary, scheme, network } = options;
  const { port } = canary[scheme];
  const before = { connections: canary[scheme].connections(), bytes: canary[scheme].bytes() };
  const dialled: string[] = [];
  const addressOf = new Map<Socket, string>();
  let atMs = 0;
  const outbound = openOutboundWith(
    {
      policy: { allowLoopback: false, ports: [port], allowHttp: true },
      resolve: resolverOf(entry),
    },
    {
      nowMs: () => atMs,
      dial(target: DialTarget) {
        const { address, family } = target;
        dialled.push(address);
        const toCanary = entry.comesOutAt !== null || network === 'canary-everywhere';
        const host = toCanary ? '127.0.0.1' : isLoopback(address) ? address : null;
        if (host === null) return deadEnd();
        const socket = connectTcp(toCanary ? { host, port } : { host, port: target.port, family });
        addressOf.set(socket, entry.comesOutAt ?? address);
        return socket;
      },
      peerOf: (socket) => addressOf.get(socket),
      ...options.without,
    },
  );
  const url = entry.url.replace('SCHEME', scheme).replace('PORT', String(port));
  const answers: OutboundAnswer[] = [];
  for (let n = 0; n < entry.posts; n += 1) {
    answers.push(
      await outbound.post({ url, headers: {}, body: Buffer.from('{}'), deadlineMs: 5_000 }),
    );
    atMs += 6_000;
  }
  await outbound.close();
  await allClosed(canary[scheme]);
  return {
    ...{ answers, dialled },
    connections: canary[scheme].connections() - before.connections,
    bytes: canary[scheme].bytes() - before.bytes,
  };
}

function resolverOf({ answers }: Hostile): Resolver {
  let asked = 0;
  return () => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    return Promise.resolve(
      answer.map((address): ResolvedAddress => ({
        address,
        family: address.includes(':') ? 6 : 4,
      })),
    );
  };
}

/** Port 1 of loopback, which nobody listens on: refused as by a host that is there. */
const deadEnd = (): Socket => connectTcp({ host: '127.0.0.1', port: 1 });

async function allClosed(server: SocketServer): Promise<void> {
  const untilMs = performance.now() + 5_000;
  while (server.open() > 0 && performance.now() < untilMs)
    await new Promise((resolve) => setTimeout(resolve, 1));
}
