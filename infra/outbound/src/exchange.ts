import type { Client, Dispatcher } from 'undici';
import { errors } from 'undici';
import { ConnectionGone } from './connections.ts';
import type { Course } from './course.ts';
import type { Failure } from './failures.ts';
import { failed } from './failures.ts';

export interface ExchangeRequest {
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Bytes of the answer's body that are read. */
  readonly bodyBytesMax: number;
}

export type Exchanged =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
      readonly bodyTruncated: boolean;
      /** From the first byte of the request to the status of the answer. */
      readonly firstByteMs: number;
    }
  /** The connection had been closed while it idled: another one may be tried. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly sent: boolean };

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly firstByteMs: number;
}

/**
 * One POST over one connection.
 *
 *   waiting ──► sent ──► head ──► answered
 *      │          │
 *      └► gone    └► failed
 *
 * With the head the answer is decided: what ends after it (the deadline, the connection, the bytes
 * that are read) only cuts the body off.
 */
export function exchange(
  client: Client,
  request: ExchangeRequest,
  on: { readonly course: Course; readonly nowMs: () => number },
): Promise<Exchanged> {
  const { course, nowMs } = on;
  return new Promise((resolve) => {
    let sentAtMs: number | null = null;
    let head: Head | null = null;
    let bytes = 0;
    const chunks: Buffer[] = [];

    const settle = (exchanged: Exchanged): void => {
      course.signal.removeEventListener('abort', ended);
      resolve(exchanged);
    };
    const answered = ({ whole }: { readonly whole: boolean }): boolean => {
      if (head === null) return false;
      const body = Buffer.concat(chunks).subarray(0, request.bodyBytesMax);
      settle({ kind: 'answered', ...head, body, bodyTruncated: !whole });
      return true;
    };
    const failure = (what: Failure): void => {
      if (!answered({ whole: false }))
        settle({ kind: 'failed', failure: what, sent: sentAtMs !== null });
    };
    const ended = (): void => failure(course.ended());

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => {
        sentAtMs = nowMs();
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return;
        head = { status, headers: joined(headers), firstByteMs: nowMs() - (sentAtMs ?? nowMs()) };
      },
      onResponseData(controller, chunk) {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= request.bodyBytesMax) return;
        answered({ whole: false });
        controller.abort(new Error('enough'));
      },
      onResponseEnd() {
        if (!answered({ whole: true }))
          failure(failed('ANSWER_MALFORMED', 'the answer has no status'));
      },
      onResponseError(_, error) {
        if (error instanceof ConnectionGone) settle({ kind: 'gone' });
        else failure(failureOf(error));
      },
    };
    course.signal.addEventListener('abort', ended);
    if (course.signal.aborted) {
      ended();
      return;
    }
    const { path, headers, body } = request;
    try {
      client.dispatch({ path, method: 'POST', headers, body }, handler);
    } catch (error) {
      failure(failureOf(error));
    }
  });
}

function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_INVALID_ARG')
    return failed('REFUSED_HEADER', 'the request cannot be sent as it is');
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return failed('ANSWER_MALFORMED', 'the headers of the answer are too large');
  // An upgrade that nobody asked for trips an assertion of undici's.
  const malformed = code.startsWith('UND_ERR_RES') || code === 'ERR_ASSERTION';
  if (malformed || error instanceof errors.HTTPParserError)
    return failed('ANSWER_MALFORMED', 'what came back is no answer of HTTP/1.1');
  return failed('CONNECTION_LOST', `the connection ended before an answer: ${code || 'no reason'}`);
}

const joined = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
