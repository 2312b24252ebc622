import type { Gateway } from './payment.ts';

/** What can be asked of a gateway. */
export const callKinds = ['create', 'query', 'close', 'refund', 'query-refund'] as const;
export type CallKind = (typeof callKinds)[number];

/** What was done to a call or callback that a gateway in order would not have done. */
export interface Misbehaved {
  readonly ruleId: string;
  readonly what: string;
  readonly on: CallKind | 'callback';
}

/** One API call as it came, and what was answered. */
export interface CallRecord {
  readonly sequence: number;
  readonly gateway: Gateway;
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  /** `null` for what no call of the gateway could be read from. */
  readonly on: CallKind | null;
  readonly reference: string | null;
  readonly refundReference: string | null;
  /** How many calls of this kind had come for this reference before. */
  readonly counter: number;
  /** `done`, or why not: a code of the books or of the reading. */
  readonly result: string;
  /** HTTP status of the answer that was meant; `null` for none. */
  readonly status: number | null;
  readonly misbehaved: Misbehaved | null;
}

export const callbackSubjects = ['paid', 'failed', 'closed', 'refunded', 'refund-failed'] as const;
export type CallbackSubject = (typeof callbackSubjects)[number];

export interface CallbackAttempt {
  /** 1-based; copies of one callback count on. */
  readonly attempt: number;
  readonly atMs: number;
  readonly tookMs: number;
  /** HTTP status, or `null` when no whole answer came. */
  readonly status: number | null;
  /** The beginning of the answer's body, or what went wrong. */
  readonly answer: string;
}

/** One notification: what it says, where to, and what became of it. */
export interface CallbackRecord {
  readonly id: string;
  readonly sequence: number;
  readonly gateway: Gateway;
  readonly reference: string;
  readonly refundReference: string | null;
  readonly about: CallbackSubject;
  /** Whether it says what is true; a contradiction and a garbled one do not. */
  readonly truth: 'right' | 'contradicts' | 'garbled';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly plannedAtMs: number;
  /** Beside the gateway's own schedule, before the first attempt. */
  readonly delayMs: number;
  /** Sent so many times, whatever is answered. */
  readonly copies: number;
  /** Waits until another of its payment has gone first. */
  readonly afterNext: boolean;
  readonly attempts: readonly CallbackAttempt[];
  readonly state: 'waiting' | 'acknowledged' | 'given-up' | 'lost';
  readonly misbehaved: Misbehaved | null;
}
