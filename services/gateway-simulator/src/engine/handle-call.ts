import type { Books } from '../books/books.ts';
import { applyEntry, counterKey, firedKey, paymentOf } from '../books/books.ts';
import type { Call, Ids, Outcome } from '../books/decide.ts';
import { closePayment, executeCall, payPayment } from '../books/decide.ts';
import type { Entry } from '../books/entries.ts';
import type { CallRecord } from '../books/records.ts';
import type { ApiAnswer, ApiRequest, Dialect, Lie, Reading } from '../dialects/dialect.ts';
import * as limits from '../limits.ts';
import { decideMisbehaviour } from '../misbehaviour/decide.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import { cut, misbehavedBy } from './plan-callbacks.ts';

/** What the caller gets to see. */
export type Reaction =
  | { readonly kind: 'answer'; readonly answer: ApiAnswer; readonly afterMs: number }
  /** Nothing, and at the end a closed connection. */
  | { readonly kind: 'hang'; readonly ms: number }
  /** A connection that breaks. */
  | { readonly kind: 'reset' };

type ReadCall = Reading & { readonly kind: 'call' };

/** What is done before the call, or instead of it. */
const untouched = new Set(['time-out', 'fail-before', 'reset-before', 'rate-limit']);

/**
 * One API call, misbehaviour included. Changes the books at once and adds each entry to `written`;
 * the reaction must wait until they are on the disk.
 */
export function handleCall(
  books: Books,
  dialect: Dialect,
  request: ApiRequest,
  at: { readonly ids: Ids; readonly written: Entry[] },
): Reaction {
  const reading = dialect.read(request, books);
  if (reading.kind === 'refused') {
    const { code, answer } = reading;
    record(books, at.written, callRecord(books, dialect, request, { result: code, answer }));
    return { kind: 'answer', answer, afterMs: 0 };
  }
  const { call } = reading;
  const reference = referenceOf(books, dialect, call);
  const counter = books.counters.get(counterKey(dialect.gateway, reference, call.on)) ?? 0;
  const rule = decideMisbehaviour([...books.rules.values()], books.seed, {
    ...{ gateway: dialect.gateway, reference, on: call.on, counter },
    canGarble: dialect.answerGarbles,
    fired: books.fired.get(firedKey(dialect.gateway, reference)) ?? new Map(),
  });
  const done = perform({ books, dialect, request, reading, rule, ...at });
  const about = { call, reference, counter, rule, result: done.result, answer: done.answer };
  record(books, at.written, callRecord(books, dialect, request, about));
  return reactionOf(rule, done.answer);
}

/** Where a call names the refund alone, that of its payment. */
function referenceOf(books: Books, dialect: Dialect, call: Call): string | null {
  if (call.reference !== null || call.on !== 'query-refund') return call.reference;
  return books.refunds.get(`${dialect.gateway} ${call.refundReference}`)?.reference ?? null;
}

interface Performing {
  readonly books: Books;
  readonly dialect: Dialect;
  readonly request: ApiRequest;
  readonly reading: ReadCall;
  readonly rule: Rule | null;
  readonly ids: Ids;
  readonly written: Entry[];
}

function perform(at: Performing): { readonly answer: ApiAnswer; readonly result: string } {
  const { books, dialect, request, reading, rule, ids, written } = at;
  const { nowMs } = request;
  const options = { lie: lieOf(rule), nowMs };
  if (rule && untouched.has(rule.what)) {
    const limited = rule.what === 'rate-limit';
    const answer = limited ? reading.rateLimited(options) : reading.broken(options);
    return { answer, result: 'not-done' };
  }
  const { call } = reading;
  const interfere = (): void => {
    const payment =
      call.reference === null ? null : paymentOf(books, dialect.gateway, call.reference);
    if (!payment) return;
    if (rule?.what === 'close') closePayment(books, payment, 'UNDER_OUR_FEET', { nowMs, written });
    if (rule?.what === 'pay') payPayment(books, payment, { nowMs, written });
  };
  if (call.on !== 'create') interfere();
  const asked = planned(call, rule, nowMs);
  const outcome = executeCall(books, dialect.gateway, asked, {
    ...{ nowMs, written },
    ids: rule?.what === 'same-transaction' ? sharedIds(books, ids) : ids,
  });
  if (call.on === 'create') interfere();
  const result = outcome.kind === 'refused' ? outcome.code : 'done';
  if (rule?.what === 'fail-after') return { answer: reading.broken(options), result };
  const shown = rule?.what === 'stale' ? staleOf(outcome) : outcome;
  const whole = reading.answer(shown, options);
  const isCut = rule?.what === 'garble' && rule.garble === 'body';
  return { answer: isCut ? { ...whole, body: cut(whole.body) } : whole, result };
}

/** The number of the newest payment before it; a number of its own for the first. */
const sharedIds = (books: Books, ids: Ids): Ids => ({
  ...ids,
  payment(gateway, nowMs) {
    const own = ids.payment(gateway, nowMs);
    const before = [...books.payments.values()].findLast((payment) => payment.gateway === gateway);
    return { ...own, transactionId: before?.transactionId ?? own.transactionId };
  },
});

const lieOf = (rule: Rule | null): Lie =>
  rule?.what === 'garble' && rule.garble !== 'body' ? rule.garble : null;

function planned(call: Call, rule: Rule | null, nowMs: number): Call {
  if (call.on !== 'refund') return call;
  if (rule?.what !== 'refund-slow' && rule?.what !== 'refund-fails') return call;
  const settleAtMs = nowMs + (rule.ms ?? limits.refundMs);
  return { ...call, settleAtMs, settleAs: rule.what === 'refund-slow' ? 'SUCCESS' : 'FAILED' };
}

/** What a replica that is behind would say. */
function staleOf(outcome: Outcome): Outcome {
  if (outcome.kind === 'refund')
    return { ...outcome, refund: { ...outcome.refund, status: 'PENDING', settledAtMs: null } };
  if (outcome.kind === 'refused') return outcome;
  return { ...outcome, payment: { ...outcome.payment, status: 'PENDING' } };
}

const hanging = new Set(['time-out', 'hang-after']);
const breaking = new Set(['reset-before', 'reset-after']);

function reactionOf(rule: Rule | null, answer: ApiAnswer): Reaction {
  if (rule && hanging.has(rule.what)) return { kind: 'hang', ms: rule.ms ?? limits.hangMs };
  if (rule && breaking.has(rule.what)) return { kind: 'reset' };
  const afterMs = rule?.what === 'late' ? (rule.ms ?? limits.lateMs) : 0;
  return { kind: 'answer', answer, afterMs };
}

const silent = new Set([...hanging, ...breaking]);

function callRecord(
  books: Books,
  dialect: Dialect,
  { method, target, nowMs }: ApiRequest,
  about: {
    readonly result: string;
    readonly answer: ApiAnswer;
    readonly call?: Call;
    readonly reference?: string | null;
    readonly counter?: number;
    readonly rule?: Rule | null;
  },
): CallRecord {
  const { call, reference = null, counter = 0, rule = null, result, answer } = about;
  const refundReference = call && 'refundReference' in call ? call.refundReference : null;
  return {
    ...{
      sequence: books.sequence + 1,
      gateway: dialect.gateway,
      atMs: nowMs,
      method,
      path: target,
    },
    ...{ on: call?.on ?? null, reference, refundReference, counter, result },
    status: rule && silent.has(rule.what) ? null : answer.status,
    misbehaved: misbehavedBy(rule),
  };
}

function record(books: Books, written: Entry[], call: CallRecord): void {
  const entry: Entry = { type: 'call-received', call };
  applyEntry(books, entry);
  written.push(entry);
}
