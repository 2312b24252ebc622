import type { Books } from '../books/books.ts';
import {
  applyEntry,
  counterKey,
  emptyBooks,
  firedKey,
  paymentOf,
  refundOf,
} from '../books/books.ts';
import type { Ids, Outcome } from '../books/decide.ts';
import * as decide from '../books/decide.ts';
import type { Entry } from '../books/entries.ts';
import type { Journal } from '../books/journal.ts';
import type { Gateway, Payment, Refund } from '../books/payment.ts';
import type { CallbackRecord, CallbackSubject } from '../books/records.ts';
import type { Poster } from '../callbacks/post.ts';
import type { Sender } from '../callbacks/sender.ts';
import { createSender } from '../callbacks/sender.ts';
import type { ApiRequest, Dialect } from '../dialects/dialect.ts';
import * as limits from '../limits.ts';
import { decideAutopay } from '../misbehaviour/autopay.ts';
import { decideMisbehaviour } from '../misbehaviour/decide.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import type { Reaction } from './handle-call.ts';
import { handleCall } from './handle-call.ts';
import { planCallbacks } from './plan-callbacks.ts';

export interface EngineOptions {
  readonly dialects: ReadonlyMap<Gateway, Dialect>;
  /** As its journal left them. */
  readonly books: Books;
  readonly journal: Journal;
  readonly poster: Poster;
  readonly ids: Ids;
  readonly nowMs: () => number;
  readonly timeFactor: number;
  onFailure(error: unknown): void;
}

/** The gateways: every change goes through here, is written down, and has its callbacks sent. */
export interface Engine {
  /** To be read only, and anew after each change. */
  books(): Books;
  dialect(gateway: Gateway): Dialect;
  /** An API call. Resolves when all that it changed is on the disk. */
  handle(gateway: Gateway, request: ApiRequest): Promise<Reaction>;
  /** The payer's own doing, or an operator's: whether there was anything to change. */
  pay(payment: Payment): Promise<boolean>;
  decline(payment: Payment): Promise<boolean>;
  close(payment: Payment): Promise<boolean>;
  refund(
    payment: Payment,
    refund: { readonly refundReference: string; readonly amountMinor: bigint },
  ): Promise<Outcome>;
  /** A callback by hand, true or not. Whether this gateway sends such a thing. */
  sendCallback(payment: Payment, command: HandCallback): Promise<boolean>;
  /** Changes rules, seed, autopayer or notification URLs. */
  set(entry: Entry): Promise<void>;
  /** Empty books, no rules, nothing waiting. */
  reset(): Promise<void>;
  pendingCallbacks(): number;
  stop(): Promise<void>;
}

export interface HandCallback {
  readonly about: CallbackSubject;
  readonly refund: Refund | null;
  /** As a rule would have it; `null` for a callback in order. */
  readonly rule: Rule | null;
}

export function createEngine(options: EngineOptions): Engine {
  const { dialects, journal, ids, nowMs } = options;
  let { books } = options;
  const timers = new Set<NodeJS.Timeout>();
  const sender: Sender = createSender({
    poster: options.poster,
    nowMs,
    timeFactor: options.timeFactor,
    onFailure: (error) => options.onFailure(error),
    dialectOf: ({ gateway }) => dialectOf(gateway),
    onAttempt: ({ id }, attempt) => write({ type: 'callback-attempted', id, attempt }),
    onEnd: ({ id }, state) => write({ type: 'callback-ended', id, state }),
  });

  function dialectOf(gateway: Gateway): Dialect {
    const dialect = dialects.get(gateway);
    if (!dialect) throw new Error(`there is no dialect of ${gateway}`);
    return dialect;
  }

  async function write(entry: Entry): Promise<void> {
    applyEntry(books, entry);
    await journal.append([entry]);
  }

  /** Does the work, plans what is to be sent about it, and lets nothing out before it is kept. */
  async function commit<T>(work: (written: Entry[]) => T): Promise<T> {
    const written: Entry[] = [];
    const result = work(written);
    const changed = [...written];
    const callbacks = changed.flatMap((entry) => callbacksAbout(entry, written));
    await journal.append(written);
    for (const callback of callbacks) if (callback.state === 'waiting') sender.enqueue(callback);
    for (const entry of changed) expect(entry);
    return result;
  }

  function callbacksAbout(entry: Entry, written: Entry[]): readonly CallbackRecord[] {
    const noticed = noticeOf(entry, books);
    if (!noticed) return [];
    const { payment } = noticed;
    const { gateway, reference } = payment;
    const dialect = dialectOf(gateway);
    const url = dialect.notifyUrl(payment, books);
    if (url === null) return [];
    const rule = decideMisbehaviour([...books.rules.values()], books.seed, {
      ...{ gateway, reference, on: 'callback', canGarble: dialect.callbackGarbles },
      counter: books.counters.get(counterKey(gateway, reference, 'callback')) ?? 0,
      fired: books.fired.get(firedKey(gateway, reference)) ?? new Map(),
    });
    return plan({ dialect, notice: { ...noticed, nowMs: nowMs() }, url, rule }, written);
  }

  function plan(
    about: Omit<Parameters<typeof planCallbacks>[0], 'sequence'>,
    written: Entry[],
  ): readonly CallbackRecord[] {
    const callbacks = planCallbacks({ ...about, sequence: books.sequence + 1 });
    for (const callback of callbacks) {
      const entry: Entry = { type: 'callback-planned', callback };
      applyEntry(books, entry);
      written.push(entry);
    }
    return callbacks;
  }

  function later(atMs: number, work: () => Promise<unknown>): void {
    const waitMs = Math.min(Math.max(0, atMs - nowMs()), limits.setTimeoutMsMax);
    const timer = setTimeout(() => {
      timers.delete(timer);
      work().catch((error: unknown) => options.onFailure(error));
    }, waitMs);
    timers.add(timer);
  }

  /** What will happen by itself: a slow refund's end, a payer. */
  function expect(entry: Entry): void {
    if (entry.type === 'refund-created') {
      const refund = refundOf(books, entry.refund.gateway, entry.refund.refundReference);
      if (refund) expectRefund(refund);
    }
    if (entry.type === 'payment-created') expectPayer(entry.payment);
  }

  function expectRefund(refund: Refund): void {
    if (refund.status !== 'PENDING') return;
    later(refund.settleAtMs, () =>
      commit((written) => decide.settleRefund(books, refund, { nowMs: nowMs(), written })),
    );
  }

  function expectPayer(facts: Pick<Payment, 'gateway' | 'reference' | 'createdAtMs'>): void {
    const decision = decideAutopay(books.autopay, books.seed, facts);
    if (decision.kind === 'nothing') return;
    const act = decision.kind === 'pay' ? decide.payPayment : decide.declinePayment;
    later(facts.createdAtMs + decision.afterMs, () =>
      commit((written) => {
        const payment = paymentOf(books, facts.gateway, facts.reference);
        return payment ? act(books, payment, { nowMs: nowMs(), written }) : false;
      }),
    );
  }

  // What was under way when the process before this one ended.
  for (const callback of books.callbacks.values())
    if (callback.state === 'waiting') sender.enqueue(callback);
  for (const refund of books.refunds.values()) expectRefund(refund);
  for (const payment of books.payments.values())
    if (payment.status === 'PENDING') expectPayer(payment);

  const calm = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };

  return {
    books: () => books,
    dialect: dialectOf,
    handle: (gateway, request) =>
      commit((written) => handleCall(books, dialectOf(gateway), request, { ids, written })),
    pay: (payment) =>
      commit((written) => decide.payPayment(books, payment, { nowMs: nowMs(), written })),
    decline: (payment) =>
      commit((written) => decide.declinePayment(books, payment, { nowMs: nowMs(), written })),
    close: (payment) =>
      commit((written) =>
        decide.closePayment(books, payment, 'CONTROL', { nowMs: nowMs(), written }),
      ),
    refund: ({ gateway, reference, currency }, { refundReference, amountMinor }) =>
      commit((written) => {
        const settled = { settleAtMs: nowMs(), settleAs: 'SUCCESS' } as const;
        const own = { refundReference, amountMinor, currency, reason: 'control', ...settled };
        const call = { on: 'refund', reference, ...own } as const;
        return decide.executeCall(books, gateway, call, { nowMs: nowMs(), ids, written });
      }),
    sendCallback: async (payment, { about, refund, rule }) => {
      const dialect = dialectOf(payment.gateway);
      const url = dialect.notifyUrl(payment, books);
      if (url === null) return false;
      const notice = { about, payment, refund, nowMs: nowMs() };
      const written: Entry[] = [];
      const callbacks = plan({ dialect, notice, url, rule }, written);
      await journal.append(written);
      for (const callback of callbacks) if (callback.state === 'waiting') sender.enqueue(callback);
      return callbacks.length > 0;
    },
    set: write,
    reset: async () => {
      calm();
      sender.clear();
      books = emptyBooks();
      await journal.clear();
    },
    pendingCallbacks: () => sender.pending(),
    stop: async () => {
      calm();
      await sender.close();
      await journal.close();
    },
  };
}

/** What merchants are told about an entry; `null` for what is none of their business. */
function noticeOf(
  entry: Entry,
  books: Books,
): {
  readonly about: CallbackSubject;
  readonly payment: Payment;
  readonly refund: Refund | null;
} | null {
  if (entry.type === 'refund-settled') {
    const refund = refundOf(books, entry.gateway, entry.refundReference);
    const payment = refund && paymentOf(books, entry.gateway, refund.reference);
    const about = entry.status === 'SUCCESS' ? 'refunded' : 'refund-failed';
    return payment ? { about, payment, refund } : null;
  }
  if (entry.type === 'payment-paid') return ofPayment(books, entry, 'paid');
  if (entry.type === 'payment-failed') return ofPayment(books, entry, 'failed');
  if (entry.type === 'payment-closed') return ofPayment(books, entry, 'closed');
  return null;
}

function ofPayment(
  books: Books,
  { gateway, reference }: { readonly gateway: Gateway; readonly reference: string },
  about: CallbackSubject,
) {
  const payment = paymentOf(books, gateway, reference);
  return payment && { about, payment, refund: null };
}
