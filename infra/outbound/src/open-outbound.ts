import { isIP } from 'node:net';
import type { ConnectParts } from './connect.ts';
import { connect, dialTcp, peerAddress, peerIsVetted } from './connect.ts';
import type { Lease, TlsMemory } from './connections.ts';
import { createConnections } from './connections.ts';
import type { Course } from './course.ts';
import { beginCourse, withinCourse } from './course.ts';
import type { Exchanged } from './exchange.ts';
import { exchange } from './exchange.ts';
import type { Failure, OutboundFailure, Step } from './failures.ts';
import { done, failed } from './failures.ts';
import { judgeAddress } from './judge-address.ts';
import { hostOf, judgeUrl } from './judge-url.ts';
import * as limits from './limits.ts';
import type { Looked, Resolver } from './look-up.ts';
import { createLookUp, systemResolver } from './look-up.ts';
import type { OutboundPolicy } from './policy.ts';
import { problemOfHeaders } from './request-headers.ts';

export interface OutboundRequest {
  readonly url: string;
  /** Without those of the connection (Host, Content-Length, …); 8 KiB at most. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** For everything together: name, connection, TLS, answer. 10 minutes at most. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export interface OutboundTiming {
  /** The look-up, waiting for it included; `null` without one: an address, or an answer in memory. */
  readonly dnsMs: number | null;
  /** TCP and TLS; `null` on a connection that was open. */
  readonly connectMs: number | null;
  /** From the first byte of the request to the status of the answer. */
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

/**
 * A status that has arrived is an answer, whatever it is and whatever becomes of the rest: a 200
 * whose body drips until the deadline, or is broken off, was answered 200 with `bodyTruncated`. A
 * redirect is an answer like any other, and is not followed.
 */
export type OutboundAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Names in lower case; one that stands twice has both values, with a comma. */
      readonly headers: Readonly<Record<string, string>>;
      /** Its first bytes only. */
      readonly body: Buffer;
      readonly bodyTruncated: boolean;
      readonly timing: OutboundTiming;
    }
  | {
      readonly kind: 'failed';
      readonly code: OutboundFailure;
      /** For people, also those outside: it names no address of the inside. */
      readonly message: string;
      /** True when certainly no byte of the request left. */
      readonly notSent: boolean;
      readonly timing: OutboundTiming;
    };

export interface Outbound {
  /** Sends once and never again. Never rejects. */
  post(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Sockets that are open or opening, idle ones included. */
  sockets(): number;
  /** Ends what is under way as ABORTED. */
  close(): Promise<void>;
}

export interface OutboundOptions {
  readonly policy: OutboundPolicy;
  readonly connectionsPerOriginMax?: number;
  /** Bytes of an answer's body that are read; the connection ends there. */
  readonly bodyBytesMax?: number;
  readonly resolve?: Resolver;
  /** PEM of authorities to trust instead of the well-known ones: for tests. */
  readonly tlsCa?: string;
}

/**
 * Posts to URLs that somebody else named. Three layers keep it from the inside: the URL is judged,
 * every address of its name is vetted and the connection pinned to them, and where it came out is
 * checked before a byte is written (docs/ssrf.md). The name is looked up for every request, from
 * memory within 5 s, so that a name that leads inside now is refused although a connection from
 * before is open; a connection takes no request after 60 s.
 */
export const openOutbound = (options: OutboundOptions): Outbound => openOutboundWith(options, {});

/** What tests put in the place of a layer, of the network or of time. */
export interface OutboundParts {
  readonly judgeUrl?: typeof judgeUrl;
  readonly vet?: (address: string) => boolean;
  readonly judgePeer?: ConnectParts['judgePeer'];
  readonly dial?: ConnectParts['dial'];
  readonly peerOf?: ConnectParts['peerOf'];
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
}

export function openOutboundWith(options: OutboundOptions, parts: OutboundParts): Outbound {
  const { policy } = options;
  const nowMs = parts.nowMs ?? (() => performance.now());
  const judge = parts.judgeUrl ?? judgeUrl;
  const vet = (address: string): boolean => judgeAddress(address, policy);
  const vetAnswer = parts.vet ?? vet;
  const lookUp = createLookUp({
    resolve: options.resolve ?? systemResolver,
    vet: vetAnswer,
    nowMs,
  });
  const connections = createConnections({
    perOriginMax: options.connectionsPerOriginMax ?? limits.connectionsPerOriginMax,
    ...{ max: limits.connectionsMax, nowMs },
  });
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let sockets = 0;
  const connectParts: ConnectParts = {
    dial: parts.dial ?? dialTcp,
    peerOf: parts.peerOf ?? peerAddress,
    judgePeer: parts.judgePeer ?? peerIsVetted(vet),
    onSocket(socket) {
      sockets += 1;
      socket.once('close', () => {
        sockets -= 1;
      });
    },
    tlsCa: options.tlsCa,
  };

  async function addressesOf(url: URL, sending: Sending): Promise<Step<Looked>> {
    const host = hostOf(url);
    const family = isIP(host) === 6 ? 6 : 4;
    if (isIP(host) !== 0) {
      if (!vetAnswer(host))
        return failed('REFUSED_ADDRESS', `${host} is not an address of the public Internet`);
      return done({ addresses: [{ address: host, family }], remembered: true });
    }
    if (host === 'localhost' && policy.allowLoopback) return done(localhost);
    const startedAtMs = nowMs();
    const looked = await withinCourse(lookUp(host), sending.course);
    if (!looked.ok || !looked.value.remembered) sending.timing.dnsMs = nowMs() - startedAtMs;
    return looked;
  }

  async function leaseFor(url: URL, sending: Sending): Promise<Step<Lease>> {
    const looked = await addressesOf(url, sending);
    if (!looked.ok) return looked;
    const { addresses } = looked.value;
    const { course, timing } = sending;
    const open = async (tls: TlsMemory) => {
      const startedAtMs = nowMs();
      const onSession = (session: Buffer): void => {
        tls.session = session;
      };
      const target = { url, addresses, session: tls.session, onSession };
      const opened = await connect(target, course, connectParts);
      timing.connectMs = nowMs() - startedAtMs;
      return opened;
    };
    return await connections.lease({ origin: url.origin, course, open });
  }

  async function send(request: OutboundRequest, sending: Sending): Promise<Outcome> {
    const judged = judge(request.url, policy);
    if (!judged.ok) return notSent(failed('REFUSED_URL', judged.message));
    const wrong = problemOfHeaders(request.headers);
    if (wrong !== null) return notSent(wrong);
    const { url } = judged;
    for (;;) {
      const leased = await leaseFor(url, sending);
      if (!leased.ok) return notSent(leased);
      const lease = leased.value;
      const asked = {
        ...{ path: `${url.pathname}${url.search}`, headers: request.headers, body: request.body },
        bodyBytesMax: options.bodyBytesMax ?? limits.bodyBytesMax,
      };
      const exchanged = await exchange(lease.client, asked, { course: sending.course, nowMs });
      lease.release({ reusable: exchanged.kind === 'answered' && !exchanged.bodyTruncated });
      if (exchanged.kind !== 'gone') return exchanged;
      // Each turn uses up one that idled, and a new one is closed at once by few servers.
      if (!lease.reused) return notSent(closedAtOnce);
    }
  }

  async function post(request: OutboundRequest): Promise<OutboundAnswer> {
    const startedAtMs = nowMs();
    const { deadlineMs, signal } = request;
    const course = beginCourse({ deadlineMs, signal, closing: closing.signal });
    const sending: Sending = { course, timing: { dnsMs: null, connectMs: null } };
    let outcome: Outcome;
    try {
      outcome = await send(request, sending);
    } catch (error) {
      // A mistake of ours: whether anything was sent is not known.
      const what = error instanceof Error ? error.message : String(error);
      outcome = { kind: 'failed', failure: failed('CONNECTION_LOST', what), sent: true };
    } finally {
      course.over();
    }
    return answerOf(outcome, { ...sending.timing, totalMs: nowMs() - startedAtMs });
  }

  return {
    post(request) {
      const posted = post(request);
      underWay.add(posted);
      void posted.finally(() => underWay.delete(posted));
      return posted;
    },
    sockets: () => sockets,
    async close() {
      closing.abort();
      await Promise.all(underWay);
      await connections.close();
    },
  };
}

interface Sending {
  readonly course: Course;
  readonly timing: { dnsMs: number | null; connectMs: number | null };
}

type Outcome = Exclude<Exchanged, { readonly kind: 'gone' }>;

const notSent = (failure: Failure): Outcome => ({ kind: 'failed', failure, sent: false });

const closedAtOnce = failed('CONNECTION_LOST', 'the connection was closed as soon as it was open');

/** It needs no asking, and a name server may not change it (RFC 6761, 6.3). */
const localhost: Looked = {
  addresses: [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ],
  remembered: true,
};

function answerOf(outcome: Outcome, spent: Omit<OutboundTiming, 'firstByteMs'>): OutboundAnswer {
  if (outcome.kind === 'failed') {
    const { code, message } = outcome.failure;
    const timing = { ...spent, firstByteMs: null };
    return { kind: 'failed', code, message, notSent: !outcome.sent, timing };
  }
  const { firstByteMs, ...answer } = outcome;
  return { ...answer, timing: { ...spent, firstByteMs } };
}
