import type { Books } from '../books/books.ts';
import { applyEntry, emptyBooks, paymentOf, refundOf } from '../books/books.ts';
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
import { decideAutopay } from '../misbehaviour/autopay.ts';
import type { Rule } from '../misbehaviour/rule.ts';
import { createAlarms } from './alarms.ts';
import type { Reaction } from './handle-call.ts';
import { handleCall } from './handle-call.ts';
import { putCallbacks, tellMerchant } from './tell-merchants.ts';

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
  const { journal, ids, nowMs } = options;
  let { books } = options;
  const alarms = createAlarms(options);
  const dialectOf = dialectIn(options.dialects);
  const sender: Sender = createSender({
    ...{ poster: options.poster, nowMs, timeFactor: options.timeFactor },
    onFailure: (error) => options.onFailure(error),
    dialectOf: ({ gateway }) => dialectOf(gateway),
    onAttempt: ({ id }, attempt) => write({ type: 'callback-attempted', id, attempt }),
    onEnd: ({ id }, state) => write({ type: 'callback-ended', id, state }),
  });

  async function write(entry: Entry): Promise<void> {
    applyEntry(books, entry);
    await journal.append([entry]);
  }

  /** Lets nothing out before it is kept. */
  async function keep(written: readonly Entry[], callbacks: readonly CallbackRecord[]) {
    await journal.append(written);
    for (const callback of callbacks) if (callback.state === 'waiting') sender.enqueue(callback);
  }

  /** Does the work at once, and what follows from it once it is kept. */
  async function commit<T>(work: (at: { nowMs: number; written: Entry[] }) => T): Promise<T> {
    const at = { nowMs: nowMs(), written: [] as Entry[] };
    const result = work(at);
    const changed = [...at.written];
    await keep(
      at.written,
      changed.flatMap((entry) => tellMerchant(books, dialectOf, entry, at)),
    );
    for (const entry of changed) expect(entry);
    return result;
  }

  /** What will happen by itself: a slow refund's end, a payer. */
  function expect(entry: Entry): void {
    if (entry.type === 'payment-created') expectPayer(entry.payment);
    if (entry.type !== 'refund-created') return;
    const refund = refundOf(books, entry.refund.gateway, entry.refund.refundReference);
    if (refund) expectRefund(refund);
  }

  function expectRefund(refund: Refund): void {
    if (refund.status !== 'PENDING') return;
    alarms.at(refund.settleAtMs, () => commit((at) => decide.settleRefund(books, refund, at)));
  }

  function expectPayer(facts: Pick<Payment, 'gateway' | 'reference' | 'createdAtMs'>): void {
    const decision = decideAutopay(books.autopay, books.seed, facts);
    if (decision.kind === 'nothing') return;
    const act = decision.kind === 'pay' ? decide.payPayment : decide.declinePayment;
    alarms.at(facts.createdAtMs + decision.afterMs, () =>
      commit((at) => {
        const payment = paymentOf(books, facts.gateway, facts.reference);
        return payment ? act(books, payment, at) : false;
      }),
    );
  }

  // What was under way when the process before this one ended.
  for (const callback of books.callbacks.values())
    if (callback.state === 'waiting') sender.enqueue(callback);
  for (const refund of books.refunds.values()) expectRefund(refund);
  for (const payment of books.payments.values())
    if (payment.status === 'PENDING') expectPayer(payment);

  return {
    books: () => books,
    dialect: dialectOf,
    handle: (gateway, request) =>
      commit(({ written }) => handleCall(books, dialectOf(gateway), request, { ids, written })),
    pay: (payment) => commit((at) => decide.payPayment(books, payment, at)),
    decline: (payment) => commit((at) => decide.declinePayment(books, payment, at)),
    close: (payment) => commit((at) => decide.closePayment(books, payment, 'CONTROL', at)),
    refund: (payment, wanted) =>
      commit((at) => {
        const { gateway, reference, currency } = payment;
        const plan = { reason: 'control', settleAtMs: at.nowMs, settleAs: 'SUCCESS' } as const;
        const call = { on: 'refund', reference, currency, ...wanted, ...plan } as const;
        return decide.executeCall(books, gateway, call, { ...at, ids });
      }),
    sendCallback: async (payment, { about, refund, rule }) => {
      const dialect = dialectOf(payment.gateway);
      const url = dialect.notifyUrl(payment, books);
      if (url === null) return false;
      const at = { nowMs: nowMs(), written: [] as Entry[] };
      const notice = { about, payment, refund, nowMs: at.nowMs };
      const callbacks = putCallbacks(books, { dialect, notice, url, rule }, at);
      await keep(at.written, callbacks);
      return callbacks.length > 0;
    },
    set: write,
    reset: async () => {
      alarms.clear();
      sender.clear();
      books = emptyBooks();
      await journal.clear();
    },
    pendingCallbacks: () => sender.pending(),
    stop: async () => {
      alarms.clear();
      await sender.close();
      await journal.close();
    },
  };
}

const dialectIn =
  (dialects: ReadonlyMap<Gateway, Dialect>) =>
  (gateway: Gateway): Dialect => {
    const dialect = dialects.get(gateway);
    if (!dialect) throw new Error(`there is no dialect of ${gateway}`);
    return dialect;
  };
