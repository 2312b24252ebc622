import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Course } from './course.ts';
import type { Step } from './failures.ts';
import { done, failed } from './failures.ts';
import { canonicalAddress } from './judge-address.ts';
import { hostOf } from './judge-url.ts';
import * as limits from './limits.ts';
import type { ResolvedAddress } from './look-up.ts';

export interface DialTarget {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

export interface ConnectParts {
  /** Begins a TCP connection to an address; looks nothing up. */
  readonly dial: (target: DialTarget) => Socket;
  /** Where a connection came out. */
  readonly peerOf: (socket: Socket) => string | undefined;
  /** The third layer: whether that is where it was to lead. */
  readonly judgePeer: (peer: { readonly found: string; readonly dialled: string }) => boolean;
  /** Told of each TCP connection that begins; it tells of its end by `close`. */
  readonly onSocket: (socket: Socket) => void;
  /** PEM of authorities to trust instead of the well-known ones. */
  readonly tlsCa: string | undefined;
}

export const dialTcp: ConnectParts['dial'] = ({ address, family, port }) =>
  connectTcp({ host: address, family, port, noDelay: true });

export const peerAddress: ConnectParts['peerOf'] = (socket) => socket.remoteAddress;

export interface ConnectTarget {
  readonly url: URL;
  /** Vetted. The connection leads to one of these or is none. */
  readonly addresses: readonly ResolvedAddress[];
  /** Of an earlier connection to the same origin. */
  readonly session: Buffer | null;
  readonly onSession: (session: Buffer) => void;
}

/**
 * Opens a connection over which the request can be sent, TLS included. SNI, the certificate and the
 * Host header go by the name, the connection itself by the vetted addresses, IPv4 first, one after
 * the other. Not a byte is written before the peer's address has been checked.
 */
export async function connect(
  target: ConnectTarget,
  course: Course,
  parts: ConnectParts,
): Promise<Step<Socket>> {
  const { url } = target;
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const addresses = target.addresses.slice(0, limits.addressesTriedMax);
  let last: Step<Socket> = failed('NAME_NOT_FOUND', `${hostOf(url)} has no address`);
  for (const [index, { address, family }] of addresses.entries()) {
    const isLast = index === addresses.length - 1;
    last = await reach({ address, family, port }, { course, parts, isLast });
    if (last.ok || course.signal.aborted || last.code === 'REFUSED_ADDRESS') break;
  }
  if (!last.ok || !secure) return last;
  return await secured(last.value, target, course, parts);
}

/** The second half of {@link connect}'s work for one address: TCP, and the third layer. */
async function reach(
  target: DialTarget,
  how: { readonly course: Course; readonly parts: ConnectParts; readonly isLast: boolean },
): Promise<Step<Socket>> {
  const { course, parts } = how;
  const socket = parts.dial(target);
  parts.onSocket(socket);
  const attemptMs = how.isLast ? null : limits.connectAttemptMs;
  const opened = await whenOpen(socket, { event: 'connect', course, attemptMs });
  if (!opened.ok) return opened;
  const found = canonicalAddress(parts.peerOf(socket) ?? '');
  const dialled = canonicalAddress(target.address);
  if (found !== null && dialled !== null && parts.judgePeer({ found, dialled })) return opened;
  socket.destroy();
  return failed('REFUSED_ADDRESS', 'the connection came out at another address than was vetted');
}

async function secured(
  socket: Socket,
  target: ConnectTarget,
  course: Course,
  parts: ConnectParts,
): Promise<Step<Socket>> {
  const host = hostOf(target.url);
  const overTls = connectTls({
    ...{ socket, host, ALPNProtocols: ['http/1.1'], minVersion: 'TLSv1.2' },
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    // SNI is for names (RFC 6066, 3).
    ...(canonicalAddress(host) === null ? { servername: host } : {}),
    ...(parts.tlsCa === undefined ? {} : { ca: parts.tlsCa }),
    ...(target.session === null ? {} : { session: target.session }),
  });
  const opened = await whenOpen(overTls, { event: 'secureConnect', course, attemptMs: null });
  // Some servers send it with their first answer.
  if (opened.ok) overTls.on('session', target.onSession);
  else socket.destroy();
  return opened;
}

interface Opening {
  readonly event: 'connect' | 'secureConnect';
  readonly course: Course;
  readonly attemptMs: number | null;
}

/** Whatever does not open is destroyed. */
function whenOpen(socket: Socket, { event, course, attemptMs }: Opening): Promise<Step<Socket>> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | null = null;
    const settle = (step: Step<Socket>): void => {
      if (timer !== null) clearTimeout(timer);
      course.signal.removeEventListener('abort', ended);
      socket.removeListener('close', closed);
      // An error after the end of a connection that was given up is nobody's.
      if (!step.ok) socket.destroy();
      resolve(step);
    };
    const code = event === 'connect' ? 'CONNECT_REFUSED' : 'TLS_FAILED';
    const ended = (): void => settle(course.ended());
    const closed = (): void => settle(failed(code, 'the connection was closed while it opened'));
    socket.on('error', (error) => settle(failed(code, reasonOf(error))));
    socket.once(event, () => settle(done(socket)));
    socket.once('close', closed);
    course.signal.addEventListener('abort', ended);
    if (course.signal.aborted) ended();
    if (attemptMs !== null)
      timer = setTimeout(
        () => settle(failed(code, `no connection within ${attemptMs} ms`)),
        attemptMs,
      );
  });
}

/** The code alone: Node's texts name the address. */
function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `the connection was not made: ${code}`;
}

/** As vetted, and vetted once more. */
export const peerIsVetted =
  (vet: (address: string) => boolean): ConnectParts['judgePeer'] =>
  ({ found, dialled }) =>
    found === dialled && vet(found);
