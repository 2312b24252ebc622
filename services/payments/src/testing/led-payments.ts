import type { GatewayAnswer, GatewayPolicy, GatewayResult, MerchantOrder } from '@plumbline/events';
import type { DecisionContext } from '@plumbline/kernel';
import { anyContext, given } from '@plumbline/kernel/testing';
import type { PaymentCommand, PaymentCommandOf } from '../domain/payment/commands.ts';
import type { PaymentEvent } from '../domain/payment/events.ts';
import { paymentOrderIdOf } from '../domain/payment/merchant.ts';
import { paymentDecider } from '../domain/payment/payment.ts';
import type { PaymentState } from '../domain/payment/state.ts';

/** Payments that are led at a gateway, in every situation, for tests of the decider. */
export const policy: GatewayPolicy = {
  ...{ attemptsMax: 1, queryIntervalMs: 30_000, refundLateSuccess: true },
  ...{ subject: 'a plumb bob', returnUrl: null, account: null },
};
/** All of them are of a merchant's own order: it adds commands, and changes none of the others. */
export const merchant: MerchantOrder = {
  ...{ orderType: 'PAYMENT', subject: 'a plumb bob', extraData: null, fingerprint: 'f1' },
  idempotencyKey: 'k1',
};
export const lifetimeMs = 1_800_000;
export const t0 = anyContext.atMs;
export const refundId = '00000000-0000-8000-8000-000000000001';

export const create = (over: Partial<PaymentCommandOf<'CreatePayment'>> = {}): PaymentCommand => ({
  type: 'CreatePayment',
  data: {
    ...{ payNo: 'PAY1', orderNo: 'O-1', tenant: 'main', amountMinor: 9_999n, currency: 'CNY' },
    ...{ channel: 'MOCK', lifetimeMs, gateway: policy, merchant, replyTo: null },
    ...over,
  },
});

export const paymentOrderId = paymentOrderIdOf('main', 'O-1');

export const refundOrder = (
  over: Partial<PaymentCommandOf<'RefundPaymentOrder'>> = {},
): PaymentCommand => ({
  type: 'RefundPaymentOrder',
  data: {
    ...{ paymentOrderId, tenant: 'main', refundId, amountMinor: 4_000n, reason: null },
    ...over,
  },
});

export const transactionConflict = (
  over: Partial<PaymentCommandOf<'ReportTransactionConflict'>> = {},
): PaymentCommand => ({
  type: 'ReportTransactionConflict',
  data: {
    ...{ payNo: 'PAY1', channel: 'MOCK', gatewayTransactionId: 'G-1', otherPayNo: 'PAY9' },
    ...{ otherTenant: 'main', otherOrderNo: 'O-9', otherEventId: 'event-9' },
    ...over,
  },
});

/** The id of the call that is under way: of the payment, or else of the first refund with one. */
export function callIdOf(state: PaymentState): string {
  if (state.status === 'none' || state.gateway === null) return 'none';
  const lines = [state.gateway.line, ...Object.values(state.refunds).map(({ line }) => line)];
  return lines.find(({ call }) => call !== null)?.call?.callId ?? 'none';
}

export const answerOf = (
  result: GatewayResult,
  over: Partial<GatewayAnswer> = {},
): GatewayAnswer => ({
  ...{ result, code: null, message: null, gatewayTransactionId: null, handle: null, payUrl: null },
  ...{ amountMinor: null, currency: null, occurredAt: null, refundedMinor: null },
  ...(result === 'ACCEPTED' ? { gatewayTransactionId: 'G-1', payUrl: 'https://pay/1' } : {}),
  ...(result === 'PAID'
    ? { amountMinor: 9_999n, currency: 'CNY', gatewayTransactionId: 'G-1' }
    : {}),
  gatewayRefundId: result === 'REFUNDED' ? 'R-1' : null,
  ...over,
});

/** A command that depends on what is under way. */
export type Step = PaymentCommand | ((state: PaymentState) => PaymentCommand);

export const start =
  (worker = 'w1'): Step =>
  (state) => ({
    type: 'StartGatewayCall',
    data: { payNo: 'PAY1', callId: callIdOf(state), worker, deadlineMs: 10_000 },
  });

export const report =
  (result: GatewayResult, over: Partial<GatewayAnswer> = {}, worker = 'w1'): Step =>
  (state) => ({
    type: 'ReportGatewayCall',
    data: { payNo: 'PAY1', callId: callIdOf(state), worker, answer: answerOf(result, over) },
  });

export const query: PaymentCommand = {
  type: 'QueryPayment',
  data: { payNo: 'PAY1', reason: 'asked', unlessWithinMs: 0, isNews: false },
};
/** Somebody says that something happened, and proves nothing. */
export const hint: PaymentCommand = {
  type: 'QueryPayment',
  data: { payNo: 'PAY1', reason: 'a callback', unlessWithinMs: 1_000, isNews: true },
};
export const close: PaymentCommand = {
  type: 'ClosePayment',
  data: { payNo: 'PAY1', orderNo: 'O-1', reason: 'the order was cancelled' },
};
export const refund = (
  amountMinor: bigint,
  over: Partial<PaymentCommandOf<'RefundPayment'>> = {},
): PaymentCommand => ({
  type: 'RefundPayment',
  data: { payNo: 'PAY1', refundId, amountMinor, currency: 'CNY', reason: null, ...over },
});
export const refundSecond = (
  over: Partial<PaymentCommandOf<'RefundSecondTransaction'>> = {},
): PaymentCommand => ({
  type: 'RefundSecondTransaction',
  data: { payNo: 'PAY1', refundId, amountMinor: 9_999n, currency: 'CNY', reason: null, ...over },
});
export const proceed: PaymentCommand = { type: 'Proceed', data: {} };
export const proceedRefund: PaymentCommand = { type: 'ProceedRefund', data: { refundId } };
export const expire: PaymentCommand = { type: 'Expire', data: {} };
export const callback = (callbackStatus: 'SUCCESS' | 'FAILED'): PaymentCommand => ({
  type: 'ReportMockCallback',
  data: {
    ...{ payNo: 'PAY1', callbackId: `c-${callbackStatus}`, callbackStatus },
    ...{ channelTradeNo: 'G-1', timestamp: '1', nonce: 'n', rawPayload: 'enc:v1:test:e30' },
  },
});

/** A callback whose signature holds, of the gateway's own kind. */
export const gatewayCallback = (
  result: GatewayResult,
  over: Partial<PaymentCommandOf<'ReportGatewayCallback'>> = {},
): PaymentCommand => ({
  type: 'ReportGatewayCallback',
  data: {
    ...{ payNo: 'PAY1', channel: 'MOCK', reference: 'PAY1', callbackId: `n-${result}` },
    ...{ merchantMatches: true, refundReference: null, rawPayload: 'enc:v1:test:e30' },
    answer: answerOf(result),
    ...over,
  },
});

/** A moment of its own for each step, as far apart as each says, and ids that tell events apart. */
export interface Told {
  readonly events: readonly PaymentEvent[];
  readonly state: PaymentState;
  readonly atMs: number;
}

const beginning: Told = { events: [], state: paymentDecider.initialState, atMs: t0 };

export function contextAt(told: Told, atMs: number): DecisionContext {
  const eventId = (index: number): string => `e${told.events.length + index}`;
  return { ...anyContext, atMs, eventId };
}

/** What a command does after a history; a refusal is its code. */
export function when(told: Told, step: Step, afterMs = 0) {
  const atMs = told.atMs + afterMs;
  const command = typeof step === 'function' ? step(told.state) : step;
  const decided = given(paymentDecider, told.events).when(command, contextAt(told, atMs));
  const events = [...told.events, ...decided.events];
  return { ...decided, command, told: { events, state: decided.state, atMs } };
}

/** Steps one after the other; a number lets so many milliseconds pass. Errors: a refused step. */
export function after(from: Told | null, ...steps: readonly (Step | number)[]): Told {
  let told = from ?? beginning;
  for (const step of steps) {
    if (typeof step === 'number') {
      told = { ...told, atMs: told.atMs + step };
      continue;
    }
    const done = when(told, step);
    if (done.code !== null) throw new Error(`${done.command.type} is refused: ${done.code}`);
    told = done.told;
  }
  return told;
}

const created = after(null, create());
const started = after(created, start());
const notSent = after(started, report('NOT_SENT'));
const processing = after(started, report('ACCEPTED'));
const asking = after(processing, 30_000, proceed);
const unknown = after(started, report('UNKNOWN'));
const askingUnknown = after(unknown, 2_000, proceed);
const closingAsking = after(processing, close);
const closing = after(closingAsking, report('PENDING'));
const closingWaiting = after(closing, report('UNKNOWN'));
const succeeded = after(asking, report('PAID'));
const refundRequested = after(succeeded, refund(4_000n));
const refundStarted = after(refundRequested, start());
const refundUnknown = after(refundStarted, report('UNKNOWN'));

export const situations = {
  created,
  'created, sending': started,
  'created, never sent': notSent,
  processing,
  'processing, asking': asking,
  unknown,
  'unknown, asking': askingUnknown,
  'closing, asking': closingAsking,
  'closing, closing': closing,
  'closing, waiting': closingWaiting,
  succeeded,
  failed: after(asking, report('FAILED')),
  closed: after(closing, report('CLOSED')),
  'closed, paid late': after(closing, report('CLOSED'), query, report('PAID')),
  'refund asked for': refundRequested,
  'refund, sending': refundStarted,
  'refund, never sent': after(refundStarted, report('NOT_SENT')),
  'refund processing': after(refundStarted, report('ACCEPTED')),
  'refund unknown': refundUnknown,
  'refund unknown, asking': after(refundUnknown, 2_000, proceedRefund),
  'refund done': after(refundStarted, report('REFUNDED')),
  'refund failed': after(refundStarted, report('REFUSED')),
} as const;

export type Situation = keyof typeof situations;

/** Events in short: `ask(KIND)` for a call, `told(A>B)` for its report and where it led. */
export function short(event: PaymentEvent): string {
  if (event.type === 'GatewayCallRequested') return `ask(${event.data.kind})`;
  if (event.type === 'PaymentCallbackRecorded' || event.type === 'GatewayCallbackRecorded')
    return `Recorded(${event.data.result})`;
  if (event.type !== 'GatewayCallReported') return event.type;
  const { beforeStatus: from, afterStatus: to } = event.data;
  return from === to ? `told(${to})` : `told(${from}>${to})`;
}

export interface Row {
  readonly step: Step;
  readonly afterMs?: number;
  /** What the command meets: the events, `=` for unchanged, or the code of the refusal. */
  readonly cells: Partial<Record<Situation, string>> & { readonly rest: string };
}

/** Every cell of a table: what it says, and what happens. */
export const cellsOf = (table: Readonly<Record<string, Row>>) =>
  Object.entries(table).flatMap(([name, { step, afterMs, cells }]) =>
    Object.entries(situations).map(([situation, told]) => ({
      title: `${name} in ${situation}`,
      // The keys of that record are situations.
      expected: cells[situation as Situation] ?? cells.rest,
      happens: (): string => {
        const { code, events } = when(told, step, afterMs);
        return code ?? (events.map(short).join(' ') || '=');
      },
    })),
  );
