import type { Books } from '../books/books.ts';
import { applyEntry, counterKey, firedKey, paymentOf, refundOf } from '../books/books.ts';
import type { Entry } from '../books/entries.ts';
import type { Gateway } from '../books/payment.ts';
import type { CallbackRecord, CallbackSubject } from '../books/records.ts';
import type { Dialect, Notice } from '../dialects/dialect.ts';
import { decideMisbehaviour } from '../misbehaviour/decide.ts';
import type { CallbackPlan } from './plan-callbacks.ts';
import { planCallbacks } from './plan-callbacks.ts';

interface At {
  readonly nowMs: number;
  readonly written: Entry[];
}

/** Plans the callbacks about an entry, with what goes wrong with them, and puts them in the books. */
export function tellMerchant(
  books: Books,
  dialectOf: (gateway: Gateway) => Dialect,
  entry: Entry,
  at: At,
): readonly CallbackRecord[] {
  const noticed = noticeOf(entry, books);
  if (!noticed) return [];
  const { gateway, reference } = noticed.payment;
  const dialect = dialectOf(gateway);
  const url = dialect.notifyUrl(noticed.payment, books);
  if (url === null) return [];
  const rule = decideMisbehaviour([...books.rules.values()], books.seed, {
    ...{ gateway, reference, on: 'callback', canGarble: dialect.callbackGarbles },
    counter: books.counters.get(counterKey(gateway, reference, 'callback')) ?? 0,
    fired: books.fired.get(firedKey(gateway, reference)) ?? new Map(),
  });
  return putCallbacks(books, { dialect, notice: { ...noticed, nowMs: at.nowMs }, url, rule }, at);
}

/** Puts what a plan makes into the books. */
export function putCallbacks(
  books: Books,
  plan: Omit<CallbackPlan, 'sequence'>,
  { written }: At,
): readonly CallbackRecord[] {
  const callbacks = planCallbacks({ ...plan, sequence: books.sequence + 1 });
  for (const callback of callbacks) {
    const entry: Entry = { type: 'callback-planned', callback };
    applyEntry(books, entry);
    written.push(entry);
  }
  return callbacks;
}

type Noticed = Omit<Notice, 'nowMs'>;

/** What merchants are told about an entry; `null` for what is none of their business. */
function noticeOf(entry: Entry, books: Books): Noticed | null {
  if (entry.type === 'payment-paid') return ofPayment(books, entry, 'paid');
  if (entry.type === 'payment-failed') return ofPayment(books, entry, 'failed');
  if (entry.type === 'payment-closed') return ofPayment(books, entry, 'closed');
  if (entry.type !== 'refund-settled') return null;
  const refund = refundOf(books, entry.gateway, entry.refundReference);
  const payment = refund && paymentOf(books, entry.gateway, refund.reference);
  const about = entry.status === 'SUCCESS' ? 'refunded' : 'refund-failed';
  return payment ? { about, payment, refund } : null;
}

function ofPayment(
  books: Books,
  { gateway, reference }: { readonly gateway: Gateway; readonly reference: string },
  about: CallbackSubject,
): Noticed | null {
  const payment = paymentOf(books, gateway, reference);
  return payment && { about, payment, refund: null };
}
