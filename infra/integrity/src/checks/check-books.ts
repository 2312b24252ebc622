import type { PaymentsEvent } from '@plumbline/events';
import type { BookedPayment, BookedRefund, Books } from './books.ts';
import { bookKey } from './books.ts';
import type { Violation } from './violation.ts';
import { violation } from './violation.ts';

/** One event of a payment, in the order of its key. */
export interface KeyedPaymentsEvent {
  readonly key: string;
  readonly event: PaymentsEvent;
}

/** What the log says of one payment that is led at a gateway. */
interface Told {
  readonly key: string;
  readonly payNo: string;
  readonly book: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  end: 'SUCCESS' | 'FAILED' | 'CLOSED' | null;
  transactionId: string | null;
  /** The gateway has contradicted itself, and the log says so. */
  contradicted: boolean;
  capturedMinor: bigint;
  readonly refunds: Map<string, ToldRefund>;
}

interface ToldRefund {
  readonly refundId: string;
  readonly amountMinor: bigint;
  readonly automatic: boolean;
  end: 'SUCCESS' | 'FAILED' | null;
}

/**
 * Money is never guessed: what the log says of it is what the gateways have in their books. I7: at
 * no point of the log more was asked back than was captured. I3: one payment and one refund at the
 * gateway for each here, with the same end, sum and number. I2: the gateways know of nothing that the
 * log does not. I13: everything ends. Where a gateway contradicted itself, and only there, the end
 * may be the wrong word that came first; then the log says so, and what was paid went back, once.
 */
export function checkBooks(log: readonly KeyedPaymentsEvent[], books: Books): readonly Violation[] {
  const found: Violation[] = [];
  const told = new Map<string, Told>();
  for (const { key, event } of log) take(told, key, event, found);
  const refunds = new Map(books.refunds.map((r) => [bookKey(r.gateway, r.refundReference), r]));
  const payments = new Map(books.payments.map((p) => [bookKey(p.gateway, p.reference), p]));
  const lies = new Set(
    books.callbacks
      .filter(({ truth }) => truth === 'contradicts')
      .map(({ gateway, reference }) => bookKey(gateway, reference)),
  );
  const known = new Set<string>();
  for (const payment of told.values()) {
    const booked = payments.get(payment.book) ?? null;
    found.push(...comparePayment(payment, booked, lies.has(payment.book)));
    for (const [reference, refund] of payment.refunds) {
      const name = bookKey(payment.book.split(' ')[0] ?? '', reference);
      known.add(name);
      found.push(...compareRefund(refund, refunds.get(name) ?? null));
    }
  }
  const names = new Set([...told.values()].map(({ book }) => book));
  for (const name of payments.keys())
    if (!names.has(name)) found.push(violation('I2', `${name} is at the gateway, and not here`));
  for (const name of refunds.keys())
    if (!known.has(name)) found.push(violation('I2', `refund ${name} was asked for by nobody`));
  return found;
}

function take(told: Map<string, Told>, key: string, event: PaymentsEvent, found: Violation[]) {
  if (event.type === 'PaymentCreated') {
    const { gateway, payNo, channel, amountMinor, currency } = event.data;
    if (gateway === null) return;
    const nothing = { end: null, transactionId: null, contradicted: false, capturedMinor: 0n };
    const book = bookKey(channel, payNo);
    told.set(key, { key, payNo, book, amountMinor, currency, ...nothing, refunds: new Map() });
    return;
  }
  const payment = told.get(key);
  if (payment === undefined) return;
  if (event.type === 'RefundRequested') askBack(payment, event.data, found);
  else if (event.type === 'RefundSucceeded' || event.type === 'RefundFailed') {
    const refund = payment.refunds.get(event.data.refundId.replaceAll('-', ''));
    if (refund === undefined) found.push(violation('I2', `${key}: a refund ends that never began`));
    else refund.end = event.type === 'RefundSucceeded' ? 'SUCCESS' : 'FAILED';
  } else takeEnd(payment, event, found);
}

function takeEnd(payment: Told, event: PaymentsEvent, found: Violation[]): void {
  const { payNo, amountMinor } = payment;
  const ends = (end: NonNullable<Told['end']>) => {
    if (payment.end !== null) found.push(violation('I3', `${payNo} ends twice`));
    payment.end = end;
  };
  if (event.type === 'PaymentSucceeded') {
    ends('SUCCESS');
    payment.transactionId = event.data.channelTradeNo;
    payment.capturedMinor = amountMinor;
  }
  if (event.type === 'PaymentFailed') ends('FAILED');
  if (event.type === 'PaymentClosed') ends('CLOSED');
  if (event.type === 'PaymentReportContradicted') {
    payment.contradicted = true;
    if (event.data.reportedStatus === 'SUCCESS') payment.capturedMinor = amountMinor;
  }
}

function askBack(
  payment: Told,
  asked: Extract<PaymentsEvent, { readonly type: 'RefundRequested' }>['data'],
  found: Violation[],
): void {
  const { refundId, refundReference, amountMinor, automatic } = asked;
  if (payment.refunds.has(refundReference))
    found.push(violation('I3', `refund ${refundId} of ${payment.payNo} was asked for twice`));
  payment.refunds.set(refundReference, { refundId, amountMinor, automatic, end: null });
  const reserved = [...payment.refunds.values()]
    .filter(({ end }) => end !== 'FAILED')
    .reduce((sum, refund) => sum + refund.amountMinor, 0n);
  if (reserved > payment.capturedMinor) {
    const what = `${reserved} asked back of ${payment.capturedMinor} of ${payment.payNo}`;
    found.push(violation('I7', what));
  }
}

function comparePayment(
  payment: Told,
  booked: BookedPayment | null,
  lied: boolean,
): readonly Violation[] {
  const { payNo, end, amountMinor, currency, transactionId } = payment;
  const found: Violation[] = [];
  const status = booked?.status ?? 'unheard of';
  if (end === null) return [violation('I13', `${payNo} never ended; its gateway says ${status}`)];
  const same = status === end || (end !== 'SUCCESS' && status === 'unheard of');
  const excused = lied && payment.contradicted;
  if (!same && !excused)
    found.push(violation('I3', `${payNo} is ${end}, and at its gateway ${status}`));
  if (booked === null) return found;
  const sum = `${booked.amountMinor} ${booked.currency}`;
  if (sum !== `${amountMinor} ${currency}`)
    found.push(violation('I7', `${payNo} is of ${amountMinor} ${currency}, at its gateway ${sum}`));
  if (end === 'SUCCESS' && status === 'SUCCESS' && transactionId !== booked.transactionId) {
    const what = `${payNo} was paid by ${transactionId ?? '?'}, at its gateway by`;
    found.push(violation('I3', `${what} ${booked.transactionId}`));
  }
  return [...found, ...compareSums(payment, booked, excused)];
}

/**
 * What went back is the same on both sides, and all of it where the payment did not count. A gateway
 * that lies about a payment that was never paid is asked for the money, too, and refuses.
 */
function compareSums(payment: Told, booked: BookedPayment, lied: boolean): readonly Violation[] {
  const { payNo, end, refunds, amountMinor } = payment;
  const found: Violation[] = [];
  const back = [...refunds.values()]
    .filter((refund) => refund.end === 'SUCCESS')
    .reduce((sum, refund) => sum + refund.amountMinor, 0n);
  const bookedBack = BigInt(booked.refundedMinor);
  if (back !== bookedBack)
    found.push(violation('I7', `${back} went back of ${payNo}, at its gateway ${bookedBack}`));
  if (bookedBack > BigInt(booked.amountMinor))
    found.push(violation('I7', `${bookedBack} went back of ${booked.amountMinor} of ${payNo}`));
  const automatic = [...refunds.values()].filter((refund) => refund.automatic);
  const due = end !== 'SUCCESS' && booked.status === 'SUCCESS' ? 1 : 0;
  const asksInVain = lied && automatic.length === 1 && automatic[0]?.end === 'FAILED';
  if (automatic.length !== due && !asksInVain)
    found.push(violation('I3', `${payNo}: ${automatic.length} refunds by itself, not ${due}`));
  // One that the gateway refused is for people.
  const asked = automatic.reduce((sum, refund) => sum + refund.amountMinor, 0n);
  if (due === 1 && asked !== amountMinor)
    found.push(violation('I7', `${payNo}: ${asked} of ${amountMinor} goes back by itself`));
  return found;
}

function compareRefund(
  { refundId, amountMinor, end }: ToldRefund,
  booked: BookedRefund | null,
): readonly Violation[] {
  const status = booked?.status ?? 'unheard of';
  if (end === null)
    return [violation('I13', `refund ${refundId} never ended; its gateway says ${status}`)];
  if (status !== end && !(end === 'FAILED' && status === 'unheard of'))
    return [violation('I3', `refund ${refundId} is ${end}, and at its gateway ${status}`)];
  if (booked === null || BigInt(booked.amountMinor) === amountMinor) return [];
  const what = `refund ${refundId} is of ${amountMinor}, at its gateway ${booked.amountMinor}`;
  return [violation('I7', what)];
}
