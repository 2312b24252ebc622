import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { requestsInFlightMax, requestTimeoutMs, retryForMs, retryWaitMs } from '../limits.ts';
import { createSlots } from './slots.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
  /** As a form sends it, instead of JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  /** The parsed body; `null` when it is no JSON. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Made more than once, so that an earlier attempt may have done what was asked. */
  readonly repeated: boolean;
  /** Of the first attempt. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

type Attempt = Pick<Answer, 'status' | 'body' | 'headers' | 'answeredAtMs'>;

export interface CallCounts {
  answered: number;
  /** Attempts that were answered with 503 or not at all, and made again. */
  repeated: number;
}

/** A call that was repeated for a minute and never answered with anything but 503. */
export class NotAnswered extends Error {
  override readonly name = 'NotAnswered';
}

export interface HttpCalls {
  /**
   * Makes the same call again while it is answered with 503 or not at all: every call of the
   * contracts is idempotent. Times are of this process's monotonic clock.
   *
   * Errors: {@link NotAnswered}.
   */
  call(call: Call): Promise<Answer>;
  readonly counts: Readonly<CallCounts>;
  close(): Promise<void>;
}

export function createHttpCalls(signal: AbortSignal): HttpCalls {
  const agent = new Agent({
    connections: requestsInFlightMax,
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
    connectTimeout: requestTimeoutMs,
  });
  const inSlot = createSlots(requestsInFlightMax);
  const counts: CallCounts = { answered: 0, repeated: 0 };

  async function once(call: Call): Promise<Attempt | Error> {
    try {
      const { type, text: content } = contentOf(call);
      const response = await request(call.url, {
        ...{ method: call.method, dispatcher: agent, signal },
        headers: { ...call.headers, ...(type === null ? {} : { 'content-type': type }) },
        ...(content === null ? {} : { body: content }),
      });
      const text = await response.body.text();
      const answeredAtMs = performance.now();
      const { statusCode: status, headers } = response;
      return { status, headers, body: jsonOf(text), answeredAtMs };
    } catch (error) {
      signal.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  return {
    counts,
    async call(call) {
      const begin = performance.now();
      let waitMs: number = retryWaitMs.first;
      for (let repeated = false; ; repeated = true) {
        const answer = await inSlot(() => once(call));
        if (!(answer instanceof Error) && answer.status !== 503) {
          counts.answered += 1;
          return { ...answer, repeated, sentAtMs: begin };
        }
        counts.repeated += 1;
        if (performance.now() - begin > retryForMs) {
          const why = answer instanceof Error ? answer.message : '503';
          throw new NotAnswered(`${call.method} ${call.url} is not answered: ${why}`);
        }
        await sleep(waitMs, undefined, { signal });
        waitMs = Math.min(waitMs * 2, retryWaitMs.max);
      }
    },
    close: () => agent.destroy(),
  };
}

function contentOf({ body, form }: Call) {
  if (form !== undefined) {
    const text = new URLSearchParams(form).toString();
    return { type: 'application/x-www-form-urlencoded', text };
  }
  if (body === undefined) return { type: null, text: null };
  return { type: 'application/json', text: JSON.stringify(body) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
