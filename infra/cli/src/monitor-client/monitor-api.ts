import { randomBytes } from 'node:crypto';
import { canonicalString, signatureOf } from '@plumbline/channel-monitor';
import { unreachable } from '@plumbline/kernel';
import { z } from 'zod';
import { firstLine } from '../session/failure.ts';
import * as limits from './limits.ts';

/** How a client shows who it is (docs/monitor-signatures.md). */
export type Credentials =
  | { readonly kind: 'signed'; readonly clientId: string; readonly secret: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'none' };

export type MonitorAnswer<T> =
  | { readonly kind: 'accepted'; readonly answer: T }
  /** Another try may do. */
  | { readonly kind: 'again'; readonly problem: string; readonly notBeforeMs: number }
  /** No other try of the same will. */
  | { readonly kind: 'never'; readonly problem: string };

const reportedSchema = z.looseObject({
  result: z.string().min(1),
  was: z.string().nullish(),
  orderId: z.string().nullish(),
});
/** What came of a record: MATCHED, DUPLICATE, UNMATCHED or AMBIGUOUS, and of which order. */
export type Reported = z.output<typeof reportedSchema>;

const activeOrderSchema = z.looseObject({
  ...{ orderId: z.string(), pid: z.string(), aid: z.string(), cid: z.string() },
  ...{ type: z.string(), expiresAt: z.string(), pattern: z.string() },
});
/** As the active orders of contract 0 have it: all are text. */
export type ShownOrder = z.output<typeof activeOrderSchema>;

export interface MonitorApi {
  /** Reports one record, whose text is the body as it is. Never rejects. */
  report(record: string): Promise<MonitorAnswer<Reported>>;
  /** All active orders, or one merchant's. Never rejects. */
  activeOrders(pid: string | null): Promise<MonitorAnswer<readonly ShownOrder[]>>;
}

export interface MonitorApiOptions {
  /** Without a slash at its end; may have a path, of a proxy. */
  readonly url: string;
  readonly credentials: Credentials;
  /** Ends calls under way. */
  readonly signal: AbortSignal;
  /** Epoch ms, for signatures. */
  readonly nowMs: () => number;
}

interface Call<T> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly answer: z.ZodType<T>;
  readonly bytesMax: number;
}

export function createMonitorApi(options: MonitorApiOptions): MonitorApi {
  async function call<T>(asked: Call<T>): Promise<MonitorAnswer<T>> {
    const url = new URL(`${options.url}/api/monitor${asked.path}`);
    for (const [name, value] of asked.query) url.searchParams.append(name, value);
    try {
      const response = await fetch(url, {
        ...{ method: asked.method, redirect: 'manual' },
        headers: {
          ...(asked.body.length === 0 ? {} : { 'Content-Type': 'application/json' }),
          ...credentialHeaders(options, { ...asked, path: url.pathname }),
        },
        ...(asked.body.length === 0 ? {} : { body: new Uint8Array(asked.body) }),
        signal: AbortSignal.any([options.signal, AbortSignal.timeout(limits.callTimeoutMs)]),
      });
      return judged(asked, { response, text: await textOf(response, asked.bytesMax) });
    } catch (error) {
      return { kind: 'again', problem: firstLine(error), notBeforeMs: 0 };
    }
  }

  return {
    report: (record) =>
      call({
        ...{ method: 'POST', path: '/records', query: [], body: Buffer.from(record, 'utf8') },
        ...{ answer: reportedSchema, bytesMax: limits.answerBytesMax },
      }),
    activeOrders: (pid) =>
      call({
        ...{ method: 'GET', path: '/orders/active', body: Buffer.alloc(0) },
        query: pid === null ? [] : [['pid', pid]],
        ...{ answer: z.array(activeOrderSchema), bytesMax: limits.ordersBytesMax },
      }),
  };
}

/** Each try is signed anew: its nonce has been used, and its time goes stale. */
function credentialHeaders(
  { credentials, nowMs }: MonitorApiOptions,
  { method, path, query, body }: Pick<Call<unknown>, 'method' | 'path' | 'query' | 'body'>,
): Readonly<Record<string, string>> {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'token':
      return { Authorization: `Bearer ${credentials.token}` };
    case 'signed': {
      const { clientId, secret } = credentials;
      const timestamp = String(Math.floor(nowMs() / 1_000));
      const nonce = randomBytes(16).toString('hex');
      const parts = { method, path, query, body, timestamp, nonce, clientId };
      const signature = signatureOf(canonicalString(parts), secret);
      return { client: clientId, timestamp, nonce, signature };
    }
    default:
      return unreachable(credentials);
  }
}

/** What is wrong with the record itself, or with who may report it. 401 can be a clock that is off. */
const finalStatuses: readonly number[] = [400, 403, 404, 413];

function judged<T>(
  { answer }: Call<T>,
  { response, text }: { readonly response: Response; readonly text: string | null },
): MonitorAnswer<T> {
  const json = jsonOf(text ?? '');
  const parsed = answer.safeParse(json);
  if (response.ok && parsed.success) return { kind: 'accepted', answer: parsed.data };
  const problem = problemOf(response.status, { json, text });
  if (finalStatuses.includes(response.status)) return { kind: 'never', problem };
  return { kind: 'again', problem, notBeforeMs: retryAfterMs(response.headers) };
}

/**
 * Success that says nothing is none: a network that wants its visitors to log in answers 200 to
 * everything, and would have eaten the record.
 */
function problemOf(status: number, said: { json: unknown; text: string | null }): string {
  const refusal = z.object({ code: z.string(), message: z.string().optional() });
  const parsed = refusal.safeParse(said.json);
  const text = parsed.success
    ? [parsed.data.code, parsed.data.message].filter(Boolean).join(': ')
    : `no answer of a monitor: ${said.text ?? 'too long'}`;
  return `${status} ${text.replace(/\s+/g, ' ')}`.slice(0, limits.problemCharactersMax).trimEnd();
}

function retryAfterMs(headers: Headers): number {
  const seconds = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : 0;
}

/** `null` for one that is longer. */
async function textOf(response: Response, bytesMax: number): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > bytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
