import { Agent, request } from 'undici';
import * as limits from '../limits.ts';

export interface Posted {
  /** HTTP status, or `null` when no whole answer came in time. */
  readonly status: number | null;
  /** The beginning of the answer's body, or what went wrong. */
  readonly answer: string;
  /** All of it that is read, for gateways that look at it. */
  readonly body: string;
}

export interface Poster {
  /** Never rejects. */
  post(
    message: {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    },
    timeoutMs: number,
  ): Promise<Posted>;
  close(): Promise<void>;
}

/** Sends callbacks over connections that stay open, as busy gateways do. Follows no redirect. */
export function createPoster(): Poster {
  const agent = new Agent({
    connections: limits.callbacksInFlightMax,
    keepAliveTimeout: 10_000,
    pipelining: 1,
  });
  return {
    post: async ({ url, headers, body }, timeoutMs) => {
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const sent = { dispatcher: agent, method: 'POST', headers, body, signal } as const;
        const response = await request(url, sent);
        const text = await readSome(response.body);
        return { status: response.statusCode, answer: shorten(text), body: text };
      } catch (error) {
        return { status: null, answer: shorten(reasonOf(error, timeoutMs)), body: '' };
      }
    },
    close: () => agent.destroy(),
  };
}

const shorten = (text: string): string => text.slice(0, limits.answerCharsMax);

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `${code}: ${error.message}`;
}

/** A receiver that answers without end is cut off. */
async function readSome(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= limits.answerBytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, limits.answerBytesMax).toString('utf8');
}
