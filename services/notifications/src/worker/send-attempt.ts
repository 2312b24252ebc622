import { unreachable } from '@plumbline/kernel';
import type { Contact } from '../lanes/breaker.ts';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import * as limits from './limits.ts';
import type {
  AttemptResult,
  DeliveryWorkerOptions,
  DueDelivery,
  OutboundAnswer,
  Prepared,
} from './port.ts';
import { parseRetryAfter } from './retry-after.ts';

/** How an attempt ended, for whoever reports it and for its lane. */
export type Sent =
  | {
      readonly kind: 'ended';
      readonly result: AttemptResult;
      readonly contact: Contact;
      /** Of the request; `null` when there was none. */
      readonly tookMs: number | null;
      /** How long the endpoint asks to be left alone. */
      readonly restMs: number | null;
    }
  /** It was not made, and no attempt is used up. */
  | { readonly kind: 'later'; readonly why: string }
  /** It was broken off, since the process stops: nobody knows how it ended. */
  | { readonly kind: 'stopped' };

export type SendOptions = Pick<
  DeliveryWorkerOptions,
  'prepare' | 'outbound' | 'clock' | 'wallClockMs' | 'logger'
> & {
  /** Of a request whose settings say nothing. */
  readonly timeoutMs: number;
  readonly stopping: AbortSignal;
};

/** One attempt. Does not reject. */
export async function sendAttempt(
  due: DueDelivery,
  settings: LaneSettings | null,
  options: SendOptions,
): Promise<Sent> {
  const { clock, stopping } = options;
  const isStopped = (): boolean => stopping.aborted;
  const startedAtMs = Math.floor(options.wallClockMs());
  const prepared = await preparedOf(due, settings, options);
  if (isStopped()) return { kind: 'stopped' };
  switch (prepared.kind) {
    case 'later':
      return prepared;
    case 'undeliverable':
      return notSent({ ...prepared, kind: 'UNDELIVERABLE' }, startedAtMs);
    case 'broken':
      return notSent({ ...prepared, kind: 'FAILED' }, startedAtMs);
    case 'ready': {
      const sentAtMs = clock.nowMs();
      const answer = await answerTo(prepared, settings, options);
      const tookMs = clock.nowMs() - sentAtMs;
      if (answer.kind === 'failed' && isStopped()) return { kind: 'stopped' };
      const requestBytes = prepared.body.length;
      const facts = { startedAtMs, durationMs: Math.round(tookMs), requestBytes };
      return { kind: 'ended', tookMs, ...readAnswer(answer, options.wallClockMs(), facts) };
    }
    default:
      return unreachable(prepared);
  }
}

/** A defect at one notification uses up its attempt: else it would hold up its lane for ever. */
interface Broken {
  readonly kind: 'broken';
  readonly code: string;
  readonly message: string;
}

async function preparedOf(
  due: DueDelivery,
  settings: LaneSettings | null,
  { prepare, clock, logger }: SendOptions,
): Promise<Prepared | Broken> {
  const over = new AbortController();
  const tooLong = clock
    .sleep(limits.prepareMsMax, over.signal)
    .then(() => ({ kind: 'later', why: 'preparing it takes too long' }) as const);
  try {
    return await Promise.race([prepare(due, settings), tooLong]);
  } catch (error) {
    const { notificationId, attempt } = due;
    logger.error('a request could not be prepared', { notificationId, attempt, error });
    return { kind: 'broken', code: 'NOT_PREPARED', message: 'the request could not be made' };
  } finally {
    // Without a reason each would make an error with a stack.
    over.abort('prepared');
  }
}

async function answerTo(
  { url, headers, body }: Extract<Prepared, { readonly kind: 'ready' }>,
  settings: LaneSettings | null,
  { outbound, stopping, logger, timeoutMs }: SendOptions,
): Promise<OutboundAnswer> {
  const deadlineMs = settings?.timeoutMs ?? timeoutMs;
  try {
    return await outbound.post({ url, headers, body, deadlineMs, signal: stopping });
  } catch (error) {
    logger.error('a request broke off', { error });
    const timing = { dnsMs: null, connectMs: null, firstByteMs: null };
    return { kind: 'failed', code: 'BROKEN_OFF', message: 'the request broke off', timing };
  }
}

const noAnswer = {
  ...{ httpStatus: null, retryAfterMs: null, dnsMs: null, connectMs: null, firstByteMs: null },
  ...{ response: null, responseTruncated: false },
};

function notSent(
  why: Pick<AttemptResult, 'kind' | 'code' | 'message'>,
  startedAtMs: number,
): Extract<Sent, { readonly kind: 'ended' }> {
  const { kind, code } = why;
  const message = shortened(why.message ?? '');
  const result = { ...noAnswer, kind, code, message, startedAtMs, durationMs: 0, requestBytes: 0 };
  return { kind: 'ended', result, contact: 'untried', tookMs: null, restMs: null };
}

type Facts = Pick<AttemptResult, 'startedAtMs' | 'durationMs' | 'requestBytes'>;
type Reading = Omit<Extract<Sent, { readonly kind: 'ended' }>, 'kind' | 'tookMs'>;

function readAnswer(answer: OutboundAnswer, wallNowMs: number, facts: Facts): Reading {
  const timing = timingOf(answer);
  if (answer.kind === 'failed') {
    const { code } = answer;
    const message = shortened(answer.message);
    const result = { ...noAnswer, ...timing, ...facts, kind: 'FAILED', code, message } as const;
    return { result, contact: neverReached.has(code) ? 'untried' : 'away', restMs: null };
  }
  const { status, headers, body, bodyTruncated } = answer;
  const isThrottled = status === 429 || status === 503;
  const retryAfterMs = isThrottled ? parseRetryAfter(headers['retry-after'], wallNowMs) : null;
  const response = {
    response: body.subarray(0, limits.responseBytesMax),
    responseTruncated: bodyTruncated || body.length > limits.responseBytesMax,
  };
  const shown = { ...timing, ...facts, ...response, httpStatus: status, retryAfterMs };
  return {
    result: { ...shown, ...judged(status) },
    contact: contactOf(status),
    restMs: retryAfterMs,
  };
}

function judged(status: number): Pick<AttemptResult, 'kind' | 'code' | 'message'> {
  if (status >= 200 && status < 300) return { kind: 'DELIVERED', code: null, message: null };
  const kind = status === 410 ? 'GONE' : 'FAILED';
  return { kind, code: `HTTP_${status}`, message: `the endpoint answered ${status}` };
}

/** An endpoint that refuses a request is there; one that cannot answer it, or not now, is not. */
const contactOf = (status: number): Contact =>
  status >= 500 || status === 429 || status === 408 ? 'away' : 'there';

/** Refused by ourselves: they say nothing about the endpoint. */
const neverReached: ReadonlySet<string> = new Set(['REFUSED_URL', 'REFUSED_ADDRESS', 'ABORTED']);

function timingOf({ timing }: OutboundAnswer) {
  const whole = (ms: number | null) => (ms === null ? null : Math.round(ms));
  return {
    dnsMs: whole(timing.dnsMs),
    connectMs: whole(timing.connectMs),
    firstByteMs: whole(timing.firstByteMs),
  };
}

const shortened = (text: string): string =>
  text.length <= limits.messageCharsMax ? text : `${text.slice(0, limits.messageCharsMax - 1)}…`;
