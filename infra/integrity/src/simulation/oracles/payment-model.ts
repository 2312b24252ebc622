import type { GatewayCallRequested, GatewayPolicy, PaymentsEvent } from '@plumbline/events';
import { murmur2 } from '@plumbline/kernel';
import type { ModelTimer } from './order-model.ts';

/** Payments as contract 1 and docs/gateways.md describe them; shares no code with the domain. */
export interface ModelPayment {
  readonly status: string;
  readonly payNo: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly channel: string;
  readonly createdAtMs: number;
  readonly expireAtMs: number;
  readonly gateway: ModelGateway | null;
  readonly capturedMinor: bigint;
  readonly refunds: Readonly<Record<string, ModelRefund>>;
}

interface ModelGateway {
  readonly policy: GatewayPolicy;
  /** A creation may have arrived there. */
  readonly sent: boolean;
  readonly closing: boolean;
  readonly call: ModelCall | null;
  readonly inVain: number;
  readonly lastMs: number;
  /** What the newest call said: the only ground on which a payment that was sent may end. */
  readonly said: string | null;
  /** There is news, and from then on it is to be asked. */
  readonly newsFromMs: number | null;
}

interface ModelCall {
  readonly callId: string;
  readonly askedAtMs: number;
  readonly kind: GatewayCallRequested['kind'];
  readonly giveUpAtMs: number | null;
}

interface ModelRefund {
  readonly status: string;
  readonly amountMinor: bigint;
  readonly call: ModelCall | null;
  readonly inVain: number;
  readonly lastMs: number;
}

type Problem = { readonly problem: string };
type Event<T extends PaymentsEvent['type']> = Extract<PaymentsEvent, { readonly type: T }>['data'];

const open = ['created', 'processing', 'unknown'];
const ends = ['succeeded', 'failed', 'closed'];

/** The payment after an event, or why the event is impossible. Null: callbacks of no payment. */
export function paymentAfter(
  before: ModelPayment | null,
  event: PaymentsEvent,
): ModelPayment | null | Problem {
  if (event.type === 'GatewayCallbackRecorded')
    return before?.gateway ? heard(before, event.data.answer.result) : before;
  if (event.type === 'PaymentCallbackRecorded')
    return before?.gateway ? heard(before, event.data.callbackStatus) : before;
  if (event.type === 'PaymentCreated') return createdBy(before, event.data);
  if (before === null) return { problem: `${event.type} of a payment that was never created` };
  const impossible = { problem: `${event.type} of a payment that is ${before.status}` };
  switch (event.type) {
    case 'PaymentProcessing':
      return open.includes(before.status) ? { ...before, status: 'processing' } : impossible;
    case 'PaymentUnknown':
      return open.includes(before.status) ? { ...before, status: 'unknown' } : impossible;
    case 'PaymentCloseRequested':
      return open.includes(before.status) && before.gateway !== null
        ? { ...before, gateway: { ...before.gateway, closing: true } }
        : impossible;
    case 'PaymentSucceeded':
      return endedAs(before, 'succeeded', event.type);
    case 'PaymentFailed':
      return endedAs(before, 'failed', event.type);
    case 'PaymentClosed':
      return endedAs(before, 'closed', event.type);
    case 'PaymentReportContradicted':
      if (!ends.includes(before.status)) return impossible;
      return event.data.reportedStatus === 'SUCCESS'
        ? { ...before, capturedMinor: before.amountMinor }
        : before;
    case 'PaymentReportConfirmed':
      return ends.includes(before.status) ? before : impossible;
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
      return before;
    case 'GatewayCallRequested':
      return callAsked(before, event.data);
    case 'GatewayCallStarted':
      return callBegun(before, event.data);
    case 'GatewayCallReported':
      return callAnswered(before, event.data);
    case 'GatewayQueryDeferred': {
      const { gateway } = before;
      if (gateway === null || !gateway.sent) return { problem: 'news of what no gateway has' };
      if (gateway.newsFromMs !== null) return { problem: 'the same news twice' };
      return { ...before, gateway: { ...gateway, newsFromMs: event.data.askAt } };
    }
    case 'RefundRequested':
      return refundAsked(before, event.data);
    case 'RefundProcessing':
      return refundMoved(before, event.data.refundId, 'processing');
    case 'RefundUnknown':
      return refundMoved(before, event.data.refundId, 'unknown');
    case 'RefundSucceeded':
      return refundMoved(before, event.data.refundId, 'succeeded');
    case 'RefundFailed':
      return refundMoved(before, event.data.refundId, 'failed');
  }
}

function createdBy(
  before: ModelPayment | null,
  data: Event<'PaymentCreated'>,
): ModelPayment | Problem {
  if (before !== null) return { problem: 'created twice' };
  const { payNo, amountMinor, currency, channel, createdAt, expireAt, gateway: policy } = data;
  const unasked = {
    sent: false,
    closing: false,
    call: null,
    inVain: 0,
    said: null,
    newsFromMs: null,
  };
  const gateway = policy === null ? null : { policy, ...unasked, lastMs: createdAt };
  return {
    ...{ status: 'created', payNo, amountMinor, currency, channel, gateway },
    ...{ createdAtMs: createdAt, expireAtMs: expireAt, capturedMinor: 0n, refunds: {} },
  };
}

const heard = (payment: ModelPayment, said: string): ModelPayment =>
  payment.gateway === null ? payment : { ...payment, gateway: { ...payment.gateway, said } };

/** On what words of a gateway each end may stand. */
const grounds: Readonly<Record<string, readonly string[]>> = {
  succeeded: ['PAID', 'SUCCESS'],
  failed: ['FAILED', 'REFUSED'],
  closed: ['CLOSED', 'NOT_FOUND', 'REFUSED'],
};

function endedAs(before: ModelPayment, to: string, type: string): ModelPayment | Problem {
  if (!open.includes(before.status))
    return { problem: `${type} of a payment that is ${before.status}` };
  const { gateway } = before;
  if (gateway === null) {
    if (to === 'closed' && before.status !== 'created')
      return { problem: 'closed by hand, and yet its channel had it' };
    return { ...before, status: to, capturedMinor: to === 'succeeded' ? before.amountMinor : 0n };
  }
  // Never guessed: what may have reached a gateway ends by what that gateway said.
  if (gateway.sent && !grounds[to]?.includes(gateway.said ?? ''))
    return { problem: `${to} on the word ${gateway.said ?? 'of nobody'}` };
  const capturedMinor = to === 'succeeded' ? before.amountMinor : 0n;
  const newsFromMs = to === 'succeeded' ? null : gateway.newsFromMs;
  return { ...before, status: to, capturedMinor, gateway: { ...gateway, call: null, newsFromMs } };
}

const movesMoney = (kind: string): boolean => kind === 'CREATE' || kind === 'REFUND';

function callAsked(
  before: ModelPayment,
  { callId, kind, refundId, requestedAt }: Event<'GatewayCallRequested'>,
): ModelPayment | Problem {
  const { gateway } = before;
  if (gateway === null) return { problem: 'a call for a payment that is served by hand' };
  const call = { callId, kind, askedAtMs: requestedAt, giveUpAtMs: null };
  if (refundId !== null) {
    const refund = before.refunds[refundId];
    if (refund === undefined) return { problem: 'a call for a refund that nobody asked for' };
    if (refund.call !== null) return { problem: 'two calls at once for one refund' };
    return withRefund(before, refundId, { ...refund, call });
  }
  if (gateway.call !== null) return { problem: 'two calls at once for one payment' };
  // Sent again only when it was not sent, or the gateway said that it does not have it.
  if (kind === 'CREATE' && gateway.sent && !['NOT_FOUND', 'REFUSED'].includes(gateway.said ?? ''))
    return { problem: `created again after ${gateway.said ?? 'nothing'}` };
  const sent = kind === 'CREATE' ? false : gateway.sent;
  const newsFromMs = kind === 'QUERY' ? null : gateway.newsFromMs;
  return { ...before, gateway: { ...gateway, call, sent, newsFromMs } };
}

function callBegun(
  before: ModelPayment,
  { callId, giveUpAt }: Event<'GatewayCallStarted'>,
): ModelPayment | Problem {
  const { gateway } = before;
  const begun = (call: ModelCall) => ({ ...call, giveUpAtMs: giveUpAt });
  if (gateway?.call?.callId === callId) {
    if (gateway.call.giveUpAtMs !== null) return { problem: 'one call was started twice' };
    const sent = gateway.sent || gateway.call.kind === 'CREATE';
    return { ...before, gateway: { ...gateway, sent, call: begun(gateway.call) } };
  }
  for (const [id, refund] of Object.entries(before.refunds)) {
    if (refund.call?.callId !== callId) continue;
    if (refund.call.giveUpAtMs !== null) return { problem: 'one call was started twice' };
    return withRefund(before, id, { ...refund, call: begun(refund.call) });
  }
  return { problem: 'a call was started that nobody asked for' };
}

const tells = (result: string): boolean => !['UNKNOWN', 'NOT_SENT', 'NOT_FOUND'].includes(result);

function callAnswered(
  before: ModelPayment,
  { callId, refundId, answer, reportedAt }: Event<'GatewayCallReported'>,
): ModelPayment | Problem {
  const { gateway } = before;
  if (gateway === null) return { problem: 'an answer for a payment that is served by hand' };
  const of = refundId === null ? gateway : before.refunds[refundId];
  if (of?.call?.callId !== callId) return { problem: 'an answer to a call that is not under way' };
  if (movesMoney(of.call.kind) && of.call.giveUpAtMs === null && answer.result !== 'NOT_SENT')
    return { problem: 'money moved without a start in the log' };
  const { result } = answer;
  const line = { call: null, inVain: tells(result) ? 0 : of.inVain + 1, lastMs: reportedAt };
  if (refundId !== null) {
    const refund = before.refunds[refundId];
    return refund === undefined ? before : withRefund(before, refundId, { ...refund, ...line });
  }
  const isUnsent = of.call.kind === 'CREATE' && result === 'NOT_SENT';
  const sent = isUnsent ? false : gateway.sent;
  return { ...before, gateway: { ...gateway, ...line, sent, said: result } };
}

const withRefund = (payment: ModelPayment, id: string, refund: ModelRefund): ModelPayment => ({
  ...payment,
  refunds: { ...payment.refunds, [id]: refund },
});

function refundAsked(
  before: ModelPayment,
  { refundId, amountMinor, requestedAt }: Event<'RefundRequested'>,
): ModelPayment | Problem {
  if (before.refunds[refundId] !== undefined) return { problem: `refund ${refundId} twice` };
  const line = { call: null, inVain: 0, lastMs: requestedAt };
  const after = withRefund(before, refundId, { status: 'requested', amountMinor, ...line });
  const promised = Object.values(after.refunds).reduce(
    (sum, refund) => (refund.status === 'failed' ? sum : sum + refund.amountMinor),
    0n,
  );
  return promised <= before.capturedMinor
    ? after
    : { problem: `${promised} to be refunded of ${before.capturedMinor}` };
}

function refundMoved(before: ModelPayment, id: string, to: string): ModelPayment | Problem {
  const refund = before.refunds[id];
  if (refund === undefined) return { problem: `${to}: a refund that nobody asked for` };
  if (refund.status === 'succeeded' || refund.status === 'failed')
    return { problem: `${to}: a refund that is ${refund.status}` };
  return withRefund(before, id, { ...refund, status: to });
}

/** Five minutes after it was asked for, unless somebody has begun it. */
const givenUpMs = ({ askedAtMs, giveUpAtMs }: ModelCall): number =>
  giveUpAtMs ?? askedAtMs + 300_000;

const secondsInVain = [2, 5, 15, 60];
/** Up to a fifth sooner, by the hash of whose wait it is and which. */
function waitMs(inVain: number, whose: string): number {
  const tries = Math.max(inVain, 1);
  const most = 1_000 * (secondsInVain[tries - 1] ?? 60);
  const drawn = (murmur2(Buffer.from(`${whose}/${tries}`)) >>> 0) / 2 ** 32;
  return Math.round(most * (1 - 0.2 * drawn));
}

export function paymentTimers(payment: ModelPayment): readonly ModelTimer[] {
  const { gateway, status, createdAtMs, expireAtMs } = payment;
  if (gateway === null) {
    if (status !== 'created') return [];
    return payment.channel === 'MOCK'
      ? [{ name: 'accept', dueMs: createdAtMs }]
      : [{ name: 'expire', dueMs: expireAtMs }];
  }
  const timers: ModelTimer[] = [];
  const isOpen = open.includes(status);
  const { call, inVain, lastMs, closing, newsFromMs } = gateway;
  const isCalm = status === 'processing' && !closing;
  const nextMs = lastMs + (isCalm ? gateway.policy.queryIntervalMs : waitMs(inVain, payment.payNo));
  const newsMs = newsFromMs === null ? null : Math.max(newsFromMs, lastMs + 1);
  // A creation comes first: before it there is nothing to ask about.
  const soonerMs = status === 'created' ? nextMs : Math.min(nextMs, newsMs ?? nextMs);
  const whenOpen = call === null ? soonerMs : givenUpMs(call);
  const dueMs = isOpen ? whenOpen : call === null ? newsMs : null;
  if (dueMs !== null) timers.push({ name: 'proceed', dueMs });
  if (isOpen && !closing) timers.push({ name: 'expire', dueMs: expireAtMs });
  for (const [id, refund] of Object.entries(payment.refunds)) {
    const isOver = refund.status === 'succeeded' || refund.status === 'failed';
    const laterMs = isOver ? null : refund.lastMs + waitMs(refund.inVain, id);
    const at = refund.call === null ? laterMs : givenUpMs(refund.call);
    if (at !== null) timers.push({ name: `refund-${id}`, dueMs: at });
  }
  return timers;
}
