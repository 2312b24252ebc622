import type { PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import type { BookedPayment } from '../stage/sim-gateway.ts';
import type { Checker } from './checker.ts';

/** What the log says of one payment that is led at the gateway. */
interface Told {
  readonly payNo: string;
  readonly key: string;
  end: 'paid' | 'failed' | 'closed' | null;
  readonly refunds: Map<string, 'open' | 'done' | 'failed'>;
  automatic: number;
  /** It was said to be paid after it had ended otherwise. */
  isLate: boolean;
}

/** I3, I7, and the promise that money is never guessed: the gateway's books are the truth. */
export const gatewayChecker: Checker = {
  name: 'gateway',
  title: 'what the log says of money at a gateway is what the gateway has in its books',
  check(history) {
    const told = toldIn(history);
    const spoilt = spoiltKeys(history);
    return [
      ...[...told.values()].flatMap((payment) =>
        compare(payment, bookOf(history, payment.payNo), spoilt.has(payment.key)),
      ),
      ...[...history.books.values()].flatMap(overpaid),
    ];
  },
};

/** Behind what was planted under its key a payment may wait for ever: nobody sees its calls. */
const spoiltKeys = (history: History): ReadonlySet<string> =>
  new Set(
    history
      .committed(topics.paymentsEvents.name)
      .flatMap((entry) => (entry.planted === null ? [] : [keyOf(entry)])),
  );

const bookOf = ({ books }: History, payNo: string): BookedPayment | null =>
  books.get(payNo) ?? null;

function toldIn(history: History): ReadonlyMap<string, Told> {
  const found = new Map<string, Told>();
  for (const entry of ownEntries(history, topics.paymentsEvents.name)) {
    const event = entry.payload as PaymentsEvent;
    if (event.type === 'PaymentCreated') {
      // What is paid into accounts of ours stands in other books.
      if (event.data.gateway === null || event.data.channel === 'PERSONAL') continue;
      const fresh = {
        end: null,
        refunds: new Map(),
        automatic: 0,
        isLate: false,
      };
      found.set(event.data.payNo, { payNo: event.data.payNo, key: keyOf(entry), ...fresh });
      continue;
    }
    const told = found.get(event.data.payNo);
    if (told !== undefined) take(told, event);
  }
  return found;
}

const ends = {
  PaymentSucceeded: 'paid',
  PaymentFailed: 'failed',
  PaymentClosed: 'closed',
} as const satisfies Partial<Record<PaymentsEvent['type'], Told['end']>>;

const isEnd = (type: string): type is keyof typeof ends => type in ends;

function take(told: Told, event: PaymentsEvent): void {
  // What was said first was told to people, whatever is said later.
  if (isEnd(event.type)) told.end ??= ends[event.type];
  if (event.type === 'PaymentReportContradicted' && event.data.reportedStatus === 'SUCCESS')
    told.isLate = true;
  if (event.type === 'RefundRequested') {
    told.refunds.set(event.data.refundReference, 'open');
    if (event.data.automatic) told.automatic += 1;
  }
  if (event.type === 'RefundFailed') told.refunds.set(referenceOf(event.data), 'failed');
  // What was once called failed was told to people, whatever is said of it later.
  if (event.type === 'RefundSucceeded' && told.refunds.get(referenceOf(event.data)) !== 'failed')
    told.refunds.set(referenceOf(event.data), 'done');
}

const referenceOf = ({ refundId }: { readonly refundId: string }): string =>
  refundId.replaceAll('-', '');

function compare(told: Told, book: BookedPayment | null, isSpoilt: boolean): readonly Violation[] {
  const { payNo, end } = told;
  const found: Violation[] = [];
  if (end === null && !isSpoilt) found.push(violation('I13', `${payNo} never ended`));
  const status = book?.status ?? 'unheard of';
  if (end === 'paid' && status !== 'paid')
    found.push(violation('I3', `${payNo} is paid, and at the gateway it is ${status}`));
  if (end === 'failed' && status !== 'failed')
    found.push(violation('I3', `${payNo} failed, and at the gateway it is ${status}`));
  if (end === 'closed' && status === 'pending')
    found.push(violation('I3', `${payNo} is closed, and can still be paid at the gateway`));
  const isLate = book?.isLate === true && end === 'closed';
  if (status === 'paid' && end !== null && end !== 'paid' && !isLate)
    found.push(violation('I3', `${payNo} is paid at the gateway, and ${end} here`));
  if (isLate && told.isLate && told.automatic === 0)
    found.push(violation('I3', `${payNo} was paid after it was closed, and nobody gives it back`));
  if (told.automatic > 1) found.push(violation('I3', `${payNo} was refunded by itself twice`));
  return [...found, ...compareRefunds(told, book, isSpoilt)];
}

function compareRefunds(
  told: Told,
  book: BookedPayment | null,
  isSpoilt: boolean,
): readonly Violation[] {
  const found: Violation[] = [];
  for (const [reference, state] of told.refunds) {
    const booked = book?.refunds.get(reference)?.status ?? 'unheard of';
    if (state === 'open' && !isSpoilt)
      found.push(violation('I13', `refund ${reference} never ended`));
    if (state === 'done' && booked !== 'done')
      found.push(violation('I3', `refund ${reference} is done, and at the gateway ${booked}`));
    if (state === 'failed' && booked !== 'unheard of')
      found.push(violation('I3', `refund ${reference} failed, and at the gateway it is ${booked}`));
  }
  for (const reference of book?.refunds.keys() ?? []) {
    if (told.refunds.has(reference)) continue;
    found.push(violation('I2', `the gateway refunded ${reference}, which nobody asked for`));
  }
  return found;
}

function overpaid({ reference, amountMinor, refunds }: BookedPayment): readonly Violation[] {
  const back = [...refunds.values()].reduce((sum, refund) => sum + refund.amountMinor, 0n);
  return back <= amountMinor
    ? []
    : [violation('I7', `${back} went back of ${amountMinor} paid for ${reference}`)];
}
