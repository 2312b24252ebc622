import { invariant, unreachable } from '@plumbline/kernel';
import * as limits from '../limits.ts';
import type { AutopayRule } from '../misbehaviour/autopay.ts';
import type { Occasion, Rule } from '../misbehaviour/rule.ts';
import type { Entry } from './entries.ts';
import type {
  Gateway,
  PaidPayment,
  Payment,
  PaymentFacts,
  PendingPayment,
  Refund,
} from './payment.ts';
import { paymentKey } from './payment.ts';
import type { CallbackRecord, CallRecord, Misbehaved } from './records.ts';

/**
 * All that the gateways know, in memory. Changed by {@link applyEntry} alone; maps are in the order
 * in which their things came to be, which is the order of lists.
 */
export interface Books {
  /** Of the newest call or callback. */
  sequence: number;
  readonly payments: Map<string, Payment>;
  /** By what the gateways call orders, transactions and lines of statements: `<gateway> <id>`. */
  readonly byGatewayId: Map<string, string>;
  /** By gateway and the merchant's number of the refund. */
  readonly refunds: Map<string, Refund>;
  readonly refundsOfPayment: Map<string, string[]>;
  readonly calls: Map<number, CallRecord>;
  readonly callbacks: Map<string, CallbackRecord>;
  /** How many calls and callbacks of each kind there were, by {@link counterKey}. */
  readonly counters: Map<string, number>;
  /** How often each rule has fired, by payment. */
  readonly fired: Map<string, Map<string, number>>;
  readonly rules: Map<string, Rule>;
  /** Rules ever added: the next one's number. */
  rulesAdded: number;
  seed: string;
  autopay: readonly AutopayRule[];
  readonly notifyUrls: Map<Gateway, string | null>;
}

export const emptyBooks = (): Books => ({
  sequence: 0,
  payments: new Map(),
  byGatewayId: new Map(),
  refunds: new Map(),
  refundsOfPayment: new Map(),
  calls: new Map(),
  callbacks: new Map(),
  counters: new Map(),
  fired: new Map(),
  rules: new Map(),
  rulesAdded: 0,
  seed: '0',
  autopay: [],
  notifyUrls: new Map(),
});

export const counterKey = (gateway: Gateway, reference: string | null, on: Occasion): string =>
  `${on} ${gateway} ${reference ?? ''}`;

export const firedKey = (gateway: Gateway, reference: string | null): string =>
  `${gateway} ${reference ?? ''}`;

/** Throws an InvariantViolation, and changes nothing, for an entry that cannot follow. */
export function applyEntry(books: Books, entry: Entry): void {
  switch (entry.type) {
    case 'payment-created':
      createPayment(books, entry.payment);
      break;
    case 'payment-paid': {
      const paid = { status: 'SUCCESS', refundedMinor: 0n, reservedMinor: 0n } as const;
      put(books, { ...pendingOf(books, entry), ...paid, paidAtMs: entry.atMs });
      break;
    }
    case 'payment-failed': {
      const { atMs: failedAtMs, reason } = entry;
      put(books, { ...pendingOf(books, entry), status: 'FAILED', failedAtMs, reason });
      break;
    }
    case 'payment-closed': {
      const { atMs: closedAtMs, reason } = entry;
      put(books, { ...pendingOf(books, entry), status: 'CLOSED', closedAtMs, reason });
      break;
    }
    case 'refund-created':
      createRefund(books, entry.refund);
      break;
    case 'refund-settled':
      settleRefund(books, entry);
      break;
    case 'call-received':
      receiveCall(books, entry.call);
      break;
    case 'callback-planned':
      planCallback(books, entry.callback);
      break;
    case 'callback-attempted':
      changeCallback(books, entry.id, ({ attempts }) => ({
        attempts: [...attempts, entry.attempt].slice(-limits.attemptsKeptMax),
      }));
      break;
    case 'callback-ended':
      changeCallback(books, entry.id, () => ({ state: entry.state }));
      break;
    case 'rule-added':
      books.rules.set(entry.rule.id, entry.rule);
      books.rulesAdded += 1;
      break;
    case 'rule-deleted':
      books.rules.delete(entry.ruleId);
      break;
    case 'seed-set':
      books.seed = entry.seed;
      break;
    case 'autopay-set':
      books.autopay = entry.rules;
      break;
    case 'notify-url-set':
      books.notifyUrls.set(entry.gateway, entry.url);
      break;
    default:
      unreachable(entry);
  }
}

/** One that is too old to be kept is left alone. */
function changeCallback(
  books: Books,
  id: string,
  change: (callback: CallbackRecord) => Partial<CallbackRecord>,
): void {
  const callback = books.callbacks.get(id);
  if (callback) books.callbacks.set(id, { ...callback, ...change(callback) });
}

const put = (books: Books, payment: Payment): void => {
  books.payments.set(paymentKey(payment.gateway, payment.reference), payment);
};

function createPayment(books: Books, facts: PaymentFacts): void {
  const key = paymentKey(facts.gateway, facts.reference);
  invariant(!books.payments.has(key), `payment ${key} was created twice`);
  invariant(facts.amountMinor > 0n, `payment ${key} is for nothing`);
  for (const id of [facts.orderId, facts.transactionId, facts.statementId]) {
    const name = `${facts.gateway} ${id}`;
    // A number that two payments have leads to the one that had it first.
    if (!books.byGatewayId.has(name)) books.byGatewayId.set(name, key);
  }
  put(books, { ...facts, status: 'PENDING' });
}

function pendingOf(
  books: Books,
  at: { readonly gateway: Gateway; readonly reference: string },
): PendingPayment {
  const payment = books.payments.get(paymentKey(at.gateway, at.reference));
  invariant(payment?.status === 'PENDING', `${at.gateway} ${at.reference} is not pending`);
  return payment;
}

function paidOf(books: Books, gateway: Gateway, reference: string): PaidPayment {
  const payment = books.payments.get(paymentKey(gateway, reference));
  invariant(payment?.status === 'SUCCESS', `${gateway} ${reference} is not paid`);
  return payment;
}

export const refundKey = paymentKey;

function createRefund(books: Books, refund: Refund): void {
  const { gateway, reference, refundReference, amountMinor } = refund;
  const payment = paidOf(books, gateway, reference);
  const key = refundKey(gateway, refundReference);
  invariant(!books.refunds.has(key), `refund ${key} was created twice`);
  const reservedMinor = payment.reservedMinor + amountMinor;
  const known = amountMinor > 0n && reservedMinor + payment.refundedMinor <= payment.amountMinor;
  invariant(known, `refund ${key} goes beyond what was paid`);
  books.refunds.set(key, { ...refund, status: 'PENDING', settledAtMs: null });
  const ofPayment = books.refundsOfPayment.get(paymentKey(gateway, reference)) ?? [];
  books.refundsOfPayment.set(paymentKey(gateway, reference), [...ofPayment, refundReference]);
  put(books, { ...payment, reservedMinor });
}

function settleRefund(books: Books, entry: Entry & { readonly type: 'refund-settled' }): void {
  const { gateway, refundReference, status, atMs: settledAtMs } = entry;
  const refund = books.refunds.get(refundKey(gateway, refundReference));
  invariant(refund?.status === 'PENDING', `refund ${gateway} ${refundReference} is not pending`);
  const payment = paidOf(books, gateway, refund.reference);
  const { amountMinor } = refund;
  const refundedMinor = payment.refundedMinor + (status === 'SUCCESS' ? amountMinor : 0n);
  books.refunds.set(refundKey(gateway, refundReference), { ...refund, status, settledAtMs });
  put(books, { ...payment, refundedMinor, reservedMinor: payment.reservedMinor - amountMinor });
}

function receiveCall(books: Books, call: CallRecord): void {
  books.sequence = call.sequence;
  books.calls.set(call.sequence, call);
  dropOldest(books.calls, limits.callsKeptMax);
  if (call.on !== null) count(books, counterKey(call.gateway, call.reference, call.on));
  fire(books, call, call.misbehaved);
}

function planCallback(books: Books, callback: CallbackRecord): void {
  books.sequence = callback.sequence;
  books.callbacks.set(callback.id, callback);
  dropOldest(books.callbacks, limits.callbacksKeptMax);
  const { gateway, reference, truth, misbehaved } = callback;
  // A contradiction is no notification of its own: it belongs to the one that it contradicts.
  if (truth === 'contradicts') return;
  count(books, counterKey(gateway, reference, 'callback'));
  fire(books, callback, misbehaved);
}

const count = (books: Books, key: string): void => {
  books.counters.set(key, (books.counters.get(key) ?? 0) + 1);
};

function fire(
  books: Books,
  at: { readonly gateway: Gateway; readonly reference: string | null },
  misbehaved: Misbehaved | null,
): void {
  if (!misbehaved) return;
  const key = firedKey(at.gateway, at.reference);
  const ofPayment = books.fired.get(key) ?? new Map<string, number>();
  ofPayment.set(misbehaved.ruleId, (ofPayment.get(misbehaved.ruleId) ?? 0) + 1);
  books.fired.set(key, ofPayment);
}

function dropOldest<K, V>(map: Map<K, V>, max: number): void {
  if (map.size <= max) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

export const paymentOf = (books: Books, gateway: Gateway, reference: string): Payment | null =>
  books.payments.get(paymentKey(gateway, reference)) ?? null;

/** By an order's, a transaction's or a statement's id. */
export function paymentByGatewayId(books: Books, gateway: Gateway, id: string): Payment | null {
  const key = books.byGatewayId.get(`${gateway} ${id}`);
  return key === undefined ? null : (books.payments.get(key) ?? null);
}

export const refundOf = (books: Books, gateway: Gateway, refundReference: string): Refund | null =>
  books.refunds.get(refundKey(gateway, refundReference)) ?? null;

/** Newest last. */
export const refundsOf = (books: Books, payment: Payment): readonly Refund[] =>
  (books.refundsOfPayment.get(paymentKey(payment.gateway, payment.reference)) ?? []).flatMap(
    (reference) => refundOf(books, payment.gateway, reference) ?? [],
  );
