import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { request } from 'undici';
import { patientAsksMax, repeatAfterMs, repeatsMax } from '../limits.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly dispatcher?: Dispatcher;
}

export interface Answered {
  readonly status: number;
  /** The parsed body; an empty object when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One attempt. Errors: when nobody answers. */
export async function attempt(question: Question): Promise<Answered> {
  const { method, url, body, headers, signal, dispatcher } = question;
  const response = await request(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    body: (text === '' ? {} : JSON.parse(text)) as Answered['body'],
    headers: response.headers,
  };
}

/**
 * Of what may be asked twice: again when nobody answers, as on a connection that the server has just
 * closed. Errors: when nobody does for so long.
 */
export async function repeated(question: Question): Promise<Answered> {
  for (let time = 1; ; time += 1) {
    try {
      return await attempt(question);
    } catch (error) {
      if (time === repeatsMax || question.signal?.aborted === true) throw error;
    }
  }
}

/** The same. Errors: also when the answer is no 2xx. */
export async function ask(question: Question): Promise<Answered> {
  const answer = await repeated(question);
  if (answer.status < 300) return answer;
  throw refusedBy(question, answer);
}

/**
 * The same, again after a second while the answer is a 5xx: of a platform that has just started, or has
 * as much under way as it takes.
 */
export async function askPatiently(question: Question): Promise<Answered> {
  const { signal } = question;
  for (let time = 1; ; time += 1) {
    const answer = await repeated(question);
    if (answer.status < 300) return answer;
    if (answer.status < 500 || time === patientAsksMax) throw refusedBy(question, answer);
    await sleep(repeatAfterMs, undefined, signal === undefined ? {} : { signal });
  }
}

const refusedBy = ({ method, url }: Question, { status, body }: Answered): Error =>
  new Error(`${method} ${url} answered ${status} ${JSON.stringify(body)}`);

/** Does the same with each of them, some at a time. Gives the results in their order. */
export async function someAtOnce<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const left = [...items.entries()].reverse();
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop())
      results[next[0]] = await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
