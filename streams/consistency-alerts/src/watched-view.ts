import type { Evidence } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { LastingFacts } from './rules/lasting.ts';
import { noLastingFacts } from './rules/lasting.ts';
import type { OrderView } from './rules/order-view.ts';
import type { PaymentView } from './rules/payment-view.ts';
import type { OpenRefund, RefundsView } from './rules/refunded-money.ts';
import { noRefunds } from './rules/refunded-money.ts';
import type { HeardWord, ToldView } from './rules/told-view.ts';
import type { JoinedView } from './rules/view.ts';

/** Of an event whose topic and type are known. */
type Place = Omit<Evidence, 'type' | 'topic'>;

/** As it is kept. What is optional, formats before had not. */
export interface StoredView extends Partial<
  Pick<JoinedView, 'checkout' | 'endpoint' | 'receiving' | 'stock' | 'channel' | 'unclaimed'>
> {
  readonly backward?: JoinedView['backward'];
  readonly order?: StoredOrder | null;
  readonly payment?: StoredPayment | null;
  readonly told?: StoredTold | null;
}

type StoredTold = Omit<ToldView, 'heard'> & {
  readonly heard: readonly (Omit<HeardWord, 'seen'> & { readonly seen: Place })[];
};

type StoredOrder = Pick<OrderView, 'orderNo' | 'tenant' | 'status' | 'since'> &
  Partial<Pick<OrderView, 'due' | 'paid'>> & { readonly created?: Place | null };

type AddedToPayments = 'created' | 'terms' | 'paidLate' | 'doubt' | 'refunds' | 'lasting';
type StoredPayment = Omit<PaymentView, AddedToPayments> &
  Partial<Pick<PaymentView, 'terms' | 'paidLate' | 'doubt'>> & {
    readonly created?: Place | null;
    readonly refunds?: StoredRefunds | null;
    readonly lasting?: StoredFacts | null;
  };

type StoredRefunds = Omit<RefundsView, 'open' | 'byNumber'> &
  Partial<Pick<RefundsView, 'byNumber'>> & {
    readonly open: readonly (Omit<OpenRefund, 'since' | 'transactionId'> &
      Partial<Pick<OpenRefund, 'transactionId'>> & { readonly since: Place })[];
  };

type Mismatch = LastingFacts['mismatches'][number];
type StoredFacts = Omit<LastingFacts, 'mismatches'> & {
  readonly mismatches: readonly (Omit<Mismatch, 'source'> & Partial<Pick<Mismatch, 'source'>>)[];
};

export function storedView(view: JoinedView): StoredView {
  const { payment } = view;
  if (payment === null) return view;
  const { refunds, lasting } = payment;
  return {
    ...view,
    payment: {
      ...payment,
      refunds: isNothing(refunds) ? null : refunds,
      lasting: lasting === noLastingFacts ? null : lasting,
    },
  };
}

const isNothing = ({ open, refundedMinor, byNumber, newest, atGateway }: RefundsView): boolean =>
  open.length + byNumber.length === 0 &&
  refundedMinor === 0n &&
  newest === null &&
  atGateway === null;

export function viewOf(stored: StoredView): JoinedView {
  const { order = null, payment = null, checkout = null } = stored;
  const { endpoint = null, receiving = null, stock = null, told = null } = stored;
  const { channel, unclaimed } = stored;
  return {
    order: order && orderOf(order),
    payment: payment && paymentOf(payment),
    ...{ checkout, endpoint, receiving, stock, backward: stored.backward ?? [] },
    told: told && { ...told, heard: told.heard.map(heardOf) },
    ...(channel === undefined ? {} : { channel }),
    ...(unclaimed === undefined ? {} : { unclaimed }),
  };
}

const inOrders = (place: Place, type: string): Evidence => ({
  ...{ ...place, type, topic: topics.ordersEvents.name },
});
const inPayments = (place: Place, type: string): Evidence => ({
  ...{ ...place, type, topic: topics.paymentsEvents.name },
});

const heardOf = ({ seen, ...word }: StoredTold['heard'][number]): HeardWord => ({
  ...word,
  seen: { ...seen, type: 'NotificationDelivered', topic: topics.notificationsEvents.name },
});

function orderOf({ created = null, due = null, paid = null, ...known }: StoredOrder): OrderView {
  return { ...known, due, paid, created: created && inOrders(created, 'OrderCreated') };
}

function paymentOf(stored: StoredPayment): PaymentView {
  const { created = null, terms = null, paidLate = null, doubt = null, ...known } = stored;
  const { refunds = null, lasting = null } = stored;
  return {
    ...{ ...known, terms, paidLate, doubt },
    created: created && inPayments(created, 'PaymentCreated'),
    refunds: refunds === null ? noRefunds : refundsOf(refunds),
    lasting: lasting === null ? noLastingFacts : factsOf(lasting),
  };
}

/** Before the number was kept by which a refund gives back, all were of the transaction that paid. */
const refundsOf = ({ open, byNumber = [], ...known }: StoredRefunds): RefundsView => ({
  ...{ ...known, byNumber },
  open: open.map(refundOf),
});

const refundOf = ({
  since,
  transactionId = null,
  ...refund
}: StoredRefunds['open'][number]): OpenRefund => ({
  ...{ ...refund, transactionId },
  since: inPayments(since, refund.stage === 'ASKED' ? 'RefundRequested' : 'RefundProcessing'),
});

/** Before its source was kept, nobody asked who had said it: it stays with what it was told as. */
const factsOf = ({ mismatches, requests, transactions }: StoredFacts): LastingFacts => ({
  mismatches: mismatches.map((each) => ({ ...each, source: each.source ?? 'UNKNOWN' })),
  ...{ requests, transactions },
});
