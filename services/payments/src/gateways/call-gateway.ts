import { Agent, buildConnector } from 'undici';
import type { Dispatcher } from 'undici';
import { unknown, unreadable } from './answers.ts';
import * as limits from './limits.ts';
import type {
  Exchange,
  GatewayHttpRequest,
  GatewayHttpResponse,
  NotSent,
  RequestContext,
  Unknown,
} from './port.ts';

/** Connections to one gateway. */
export interface GatewayConnection {
  /**
   * Makes the request, sends it once and reads the answer: never a redirect followed, nothing sent
   * again, never a rejection. `not-sent` only where no byte of the request can have arrived.
   */
  call<Input, Answer>(
    exchange: Exchange<Input, Answer>,
    input: Input,
    context: RequestContext,
  ): Promise<Answer | Unknown | NotSent>;
  /** Ends what is under way as unknown, and what waits as not sent. */
  close(): Promise<void>;
}

export interface GatewayConnectionOptions {
  /** With the path that everything is below, if any: `https://test.wsmsd.cn/sit`. */
  readonly baseUrl: string;
  /** PEM of authorities to trust instead of the well-known ones. */
  readonly ca?: string;
  readonly callDeadlineMs?: number;
  readonly connectTimeoutMs?: number;
  readonly connectionsMax?: number;
  readonly answerBytesMax?: number;
}

type Outcome =
  { readonly kind: 'answered'; readonly response: GatewayHttpResponse } | Unknown | NotSent;

/** Throws for a base URL that is none of http or https, or that has a query or credentials. */
export function openGatewayConnection(options: GatewayConnectionOptions): GatewayConnection {
  const base = new URL(options.baseUrl);
  const plain = /^https?:$/.test(base.protocol) && base.search + base.hash + base.username === '';
  if (!plain) throw new Error('a base URL is http(s)://host[:port][/path]');
  const connect = buildConnector({
    timeout: options.connectTimeoutMs ?? limits.connectTimeoutMs,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const agent = new Agent({
    connections: options.connectionsMax ?? limits.connectionsMax,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.answerHeaderBytesMax,
    // The deadline is the whole call's; these would only end it in other words.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect,
  });
  const send = (request: GatewayHttpRequest): Promise<Outcome> =>
    sendOnce(agent, {
      origin: base.origin,
      path: `${base.pathname.replace(/\/$/, '')}${request.path}`,
      request,
      deadlineMs: options.callDeadlineMs ?? limits.callDeadlineMs,
      answerBytesMax: options.answerBytesMax ?? limits.answerBytesMax,
    });
  return {
    async call(exchange, input, context) {
      let request: GatewayHttpRequest;
      try {
        request = exchange.request(input, context);
      } catch (error) {
        return { ...notSent('REQUEST_NOT_MADE', messageOf(error)), temporary: false };
      }
      const outcome = await send(request);
      if (outcome.kind !== 'answered') return outcome;
      try {
        return exchange.read(outcome.response, input, context);
      } catch {
        return unreadable('the answer could not be read');
      }
    },
    close: () => agent.destroy(),
  };
}

const notSent = (code: string, message: string): NotSent => {
  const { message: brief } = unknown(code, message);
  return { kind: 'not-sent', code, message: brief, temporary: true };
};

interface Sending {
  readonly origin: string;
  readonly path: string;
  readonly request: GatewayHttpRequest;
  readonly deadlineMs: number;
  readonly answerBytesMax: number;
}

/**
 *   waiting ──► started ──► answering ──► answered
 *      │           │            │
 *      └► not-sent └────────────┴──────► unknown
 *
 * A request is started when a connection is open, TLS included, and its first byte is about to be
 * written: what ends before has reached nobody, whatever the error is called.
 */
function sendOnce(agent: Agent, sending: Sending): Promise<Outcome> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | null = null;
    let settled = false;
    let answer: { status: number; headers: Record<string, string> } | null = null;
    const chunks: Buffer[] = [];
    let bytes = 0;

    const settle = (outcome: Outcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      resolve(outcome);
    };
    const giveUp = (outcome: Outcome): void => {
      settle(outcome);
      controller?.abort(new Error('given up'));
    };
    const deadline = setTimeout(() => {
      const what = `nothing within ${sending.deadlineMs} ms`;
      giveUp(controller ? unknown('TIMED_OUT', what) : notSent('TIMED_OUT_WAITING', what));
    }, sending.deadlineMs);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        // It has waited for a connection beyond its deadline, and has been called not sent.
        if (settled) started.abort(new Error('given up'));
      },
      onResponseStart(_, status, headers) {
        if (status >= 200) answer = { status, headers: joined(headers) };
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
        if (bytes > sending.answerBytesMax) {
          giveUp(unknown('ANSWER_TOO_LARGE', `more than ${sending.answerBytesMax} bytes`));
        } else chunks.push(chunk);
      },
      onResponseEnd() {
        settle(
          answer === null
            ? unreadable('an answer without a status')
            : { kind: 'answered', response: { ...answer, body: Buffer.concat(chunks) } },
        );
      },
      onResponseError(_, error) {
        settle(controller ? unknown('CONNECTION_LOST', messageOf(error)) : neverSent(error));
      },
    };
    const { origin, path, request } = sending;
    const body = request.body === '' ? null : request.body;
    try {
      agent.dispatch(
        { origin, path, method: request.method, headers: request.headers, body },
        handler,
      );
    } catch (error) {
      settle(neverSent(error));
    }
  });
}

function neverSent(error: unknown): NotSent {
  const code = errorCodeOf(error);
  if (code === 'UND_ERR_INVALID_ARG') {
    return { ...notSent('REQUEST_NOT_MADE', messageOf(error)), temporary: false };
  }
  const closed = code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED';
  return notSent(closed ? 'CLOSED' : 'NOT_CONNECTED', messageOf(error));
}

/** A header that stands twice becomes one that no signature holds for. */
const joined = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

const errorCodeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const messageOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : 'unknown error';
  const code = errorCodeOf(error);
  return code === null || text.includes(code) ? text : `${code}: ${text}`;
};
