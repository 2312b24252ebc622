import type { Books } from '../books/books.ts';
import type { Call, Outcome } from '../books/decide.ts';
import type { Gateway, Payment, Refund } from '../books/payment.ts';
import type { CallbackSubject } from '../books/records.ts';
import type { Garble } from '../misbehaviour/rule.ts';

/** A request to a gateway, before anything about it is believed. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Epoch ms. */
  readonly nowMs: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an answer or a callback lies about, if its gateway misbehaves. */
export type Lie = Exclude<Garble, 'body'> | null;

export interface AnswerOptions {
  readonly lie: Lie;
  readonly nowMs: number;
}

export type Reading =
  /** Signed, well-formed and one of the gateway's calls. */
  | {
      readonly kind: 'call';
      readonly call: Call;
      answer(outcome: Outcome, options: AnswerOptions): ApiAnswer;
      /** Nothing happened, come later. */
      rateLimited(options: AnswerOptions): ApiAnswer;
      /** Something broke; what happened is not said. */
      broken(options: AnswerOptions): ApiAnswer;
    }
  | {
      readonly kind: 'refused';
      /** For the books. */
      readonly code: string;
      readonly answer: ApiAnswer;
    };

/** What a callback is about. */
export interface Notice {
  readonly about: CallbackSubject;
  readonly payment: Payment;
  readonly refund: Refund | null;
  readonly nowMs: number;
}

export interface CallbackMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One gateway's own language: how calls are written and signed, and what it tells merchants. */
export interface Dialect {
  readonly gateway: Gateway;
  /** What its paths begin with here. */
  readonly basePath: string;
  read(request: ApiRequest, books: Books): Reading;
  /** `null` where the gateway sends none about this. */
  callback(notice: Notice, lie: Lie): CallbackMessage | null;
  /** Where it sends to; `null` for nowhere. */
  notifyUrl(payment: Payment, books: Books): string | null;
  /** What of its answers, and of its callbacks, can be garbled. */
  readonly answerGarbles: readonly Garble[];
  readonly callbackGarbles: readonly Garble[];
  /** Before each attempt, in ms; there are as many attempts as delays. */
  readonly callbackDelaysMs: readonly number[];
  /** How long it waits for the receiver. */
  readonly callbackTimeoutMs: number;
  /** Whether an answer to a callback ends its sending. */
  acknowledged(status: number, body: string): boolean;
}

/** The opposite of what is true, for callbacks that contradict. */
export function oppositeOf(notice: Notice): Notice {
  const opposite: Readonly<Record<CallbackSubject, CallbackSubject>> = {
    paid: 'failed',
    failed: 'paid',
    closed: 'paid',
    refunded: 'refund-failed',
    'refund-failed': 'refunded',
  };
  const about = opposite[notice.about];
  return { ...notice, about };
}
