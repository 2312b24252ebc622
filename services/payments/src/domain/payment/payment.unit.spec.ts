import { anyContext, given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { PaymentCommand, PaymentCommandOf } from './commands.ts';
import type { PaymentEvent } from './events.ts';
import { callbacksRemembered } from './limits.ts';
import { paymentDecider } from './payment.ts';

const lifetimeMs = 1_800_000;

const create = (over: Partial<PaymentCommandOf<'CreatePayment'>> = {}): PaymentCommand => ({
  type: 'CreatePayment',
  data: {
    ...{ payNo: 'PAY-1', orderNo: 'O-1', tenant: 'main', amountMinor: 9_999n, currency: 'CNY' },
    ...{ channel: 'MOCK', lifetimeMs, gateway: null, merchant: null, replyTo: null },
    ...over,
  },
});
const callback = (over: Partial<PaymentCommandOf<'ReportMockCallback'>> = {}): PaymentCommand => ({
  type: 'ReportMockCallback',
  data: {
    ...{ payNo: 'PAY-1', callbackId: 'c1', callbackStatus: 'SUCCESS', channelTradeNo: 'MOCK_7' },
    ...{ timestamp: '1', nonce: 'n', rawPayload: 'enc:v1:test:e30' },
    ...over,
  },
});
const accept: PaymentCommand = { type: 'AcceptByChannel', data: {} };
const close: PaymentCommand = {
  type: 'ClosePayment',
  data: { payNo: 'PAY-1', orderNo: 'O-1', reason: 'mind' },
};
const success = callback({ callbackId: 's' });
const failure = callback({ callbackId: 'f', callbackStatus: 'FAILED' });

/** Histories, made by the decider itself. */
function history(...commands: readonly PaymentCommand[]): readonly PaymentEvent[] {
  let events: readonly PaymentEvent[] = [];
  for (const command of commands) {
    events = [...events, ...given(paymentDecider, events).when(command).events];
  }
  return events;
}

const histories = {
  none: [],
  created: history(create()),
  processing: history(create(), accept),
  succeeded: history(create(), accept, success),
  failed: history(create(), accept, failure),
  closed: history(create(), close),
  'succeeded, contradicted': history(create(), accept, success, failure),
  'failed, contradicted': history(create(), accept, failure, success),
  'closed, contradicted': history(create(), close, success),
  'created of ALIPAY': history(create({ channel: 'ALIPAY' })),
  'closed of ALIPAY': history(create({ channel: 'ALIPAY' }), close),
} as const;

type Situation = keyof typeof histories;
const situations = Object.keys(histories) as Situation[];

const differ = 'PAYMENT_PARAMETERS_DIFFER';
const ignored = 'Recorded(IGNORED)';
const confirmed = 'Recorded(IGNORED) PaymentReportConfirmed';
const contradicted = 'Recorded(IGNORED,contradictory) PaymentReportContradicted';
const notApplicable = 'Recorded(FAILED)';
const unknown = 'Recorded(FAILED)';

/** What a command meets in each situation: the events, `=` for unchanged, else the refusal's code. */
const table: Readonly<
  Record<string, { readonly command: PaymentCommand; readonly row: readonly string[] }>
> = {
  CreatePayment: {
    command: create({ payNo: 'PAY-other' }),
    row: ['PaymentCreated', '=', '=', '=', '=', '=', '=', '=', '=', differ, differ],
  },
  'CreatePayment, other amount': {
    command: create({ amountMinor: 1n }),
    row: ['PaymentCreated', ...Array.from({ length: 10 }, () => differ)],
  },
  AcceptByChannel: {
    command: accept,
    row: [
      ...['PAYMENT_NOT_FOUND', 'PaymentProcessing', '=', '=', '=', '=', '=', '=', '='],
      ...['PaymentProcessing', '='],
    ],
  },
  ClosePayment: {
    command: close,
    row: [
      ...['PAYMENT_NOT_FOUND', 'PaymentClosed', 'PAYMENT_AT_GATEWAY', '=', '=', '=', '=', '=', '='],
      ...['PaymentClosed', '='],
    ],
  },
  'ClosePayment of another': {
    command: { type: 'ClosePayment', data: { payNo: 'PAY-2', orderNo: 'O-1', reason: 'mind' } },
    row: Array.from({ length: 11 }, () => 'PAYMENT_NOT_FOUND'),
  },
  'callback SUCCESS': {
    command: callback({ callbackId: 'new' }),
    row: [
      unknown,
      'Recorded(PROCESSED) PaymentSucceeded',
      'Recorded(PROCESSED) PaymentSucceeded',
      ...[ignored, contradicted, contradicted],
      ...[confirmed, contradicted, contradicted],
      ...[notApplicable, notApplicable],
    ],
  },
  'callback FAILED': {
    command: callback({ callbackId: 'new', callbackStatus: 'FAILED' }),
    row: [
      unknown,
      'Recorded(PROCESSED) PaymentFailed',
      'Recorded(PROCESSED) PaymentFailed',
      ...[contradicted, ignored, ignored],
      ...[contradicted, confirmed, confirmed],
      ...[notApplicable, notApplicable],
    ],
  },
  'callback of another payment': {
    command: callback({ callbackId: 'new', payNo: 'PAY-2' }),
    row: Array.from({ length: 11 }, () => unknown),
  },
  'callback of an unknown status': {
    command: callback({ callbackId: 'new', callbackStatus: 'UNKNOWN' }),
    row: Array.from({ length: 11 }, () => 'CALLBACK_STATUS_UNKNOWN'),
  },
};

/** Events in short: a recorded callback with what became of it. */
const short = (event: PaymentEvent): string =>
  event.type === 'PaymentCallbackRecorded'
    ? `Recorded(${event.data.result}${event.data.contradictory ? ',contradictory' : ''})`
    : event.type;

describe('every command in every situation', () => {
  for (const [name, { command, row }] of Object.entries(table)) {
    situations.forEach((situation, index) => {
      it(`${name} in ${situation}: ${row[index] ?? 'a cell is missing'}`, () => {
        expect(row).toHaveLength(situations.length);
        const before = given(paymentDecider, histories[situation]);
        expect(before.state.status).toBe(situation.split(/[, ]/)[0]);
        const after = before.when(command);
        expect(after.code ?? (after.events.map(short).join(' ') || '=')).toBe(row[index]);
      });
    });
  }
});

describe('the creation of a payment', () => {
  it('derives its number from the place of the command, and its end from broker time', () => {
    const { events } = given(paymentDecider).when(create(), { offset: 3n, atMs: 1_000 });
    expect(events).toEqual([
      {
        type: 'PaymentCreated',
        data: {
          ...{ id: 3n * 65_536n, payNo: 'PAY-1', orderNo: 'O-1', tenant: 'main' },
          ...{
            amountMinor: 9_999n,
            currency: 'CNY',
            channel: 'MOCK',
            gateway: null,
            merchant: null,
          },
          ...{ createdAt: 1_000, expireAt: 1_000 + lifetimeMs },
        },
      },
    ]);
  });

  it('answers a repeat with the existing payment, its own number included', () => {
    const repeat = create({ payNo: 'PAY-2' });
    const { state, decision } = given(paymentDecider, histories.succeeded).when(repeat);
    expect(paymentDecider.answer(state, repeat, decision)).toEqual({
      ...{ id: '0', payNo: 'PAY-1', orderNo: 'O-1', amountMinor: '9999', currency: 'CNY' },
      ...{
        status: 'SUCCESS',
        channel: 'MOCK',
        channelTradeNo: 'MOCK_7',
        account: null,
        payUrl: null,
      },
      ...{ capturedMinor: '9999', refundedMinor: '0' },
      ...{ paidAtMs: anyContext.atMs, createdAtMs: anyContext.atMs },
      expireAtMs: anyContext.atMs + lifetimeMs,
    });
  });

  it('refuses what no read model and no contract can hold', () => {
    const code = (over: Parameters<typeof create>[0]): string | null =>
      given(paymentDecider).when(create(over)).code;
    expect(code({ amountMinor: 0n })).toBe('AMOUNT_OUT_OF_RANGE');
    expect(code({ amountMinor: 1_000_000_000_000n })).toBe('AMOUNT_OUT_OF_RANGE');
    expect(code({ amountMinor: 999_999_999_999n })).toBeNull();
    expect(code({ amountMinor: 10_000_000_000n, currency: 'JPY' })).toBe('AMOUNT_OUT_OF_RANGE');
    expect(code({ currency: 'KWD' })).toBe('CURRENCY_NOT_SUPPORTED');
    expect(code({ channel: 'UNKNOWN' })).toBe('CHANNEL_UNKNOWN');
    expect(code({ lifetimeMs: 0 })).toBe('LIFETIME_NOT_POSITIVE');
    expect(given(paymentDecider, histories.created).when(create({ currency: 'USD' })).code).toBe(
      differ,
    );
  });

  it('is accepted by the mock channel at once, by others never before their adapter', () => {
    const timers = (situation: Situation) =>
      paymentDecider.timers(given(paymentDecider, histories[situation]).state);
    expect(timers('created')).toEqual([{ name: 'accept', dueMs: anyContext.atMs }]);
    const dueMs = anyContext.atMs + lifetimeMs;
    expect(timers('created of ALIPAY')).toEqual([{ name: 'expire', dueMs }]);
    for (const other of situations.filter((s) => !s.startsWith('created'))) {
      expect(timers(other)).toEqual([]);
    }
  });

  it('is closed by its timer when it was left over, with the reason that orders read', () => {
    const { state } = given(paymentDecider, histories['created of ALIPAY']);
    const expire = paymentDecider.onTimer({ name: 'expire', dueMs: 0 }, state);
    expect(given(paymentDecider, histories['created of ALIPAY']).when(expire).events).toMatchObject(
      [{ type: 'PaymentClosed', data: { payNo: 'PAY-1', orderNo: 'O-1', reason: 'TIMED_OUT' } }],
    );
    expect(paymentDecider.onTimer({ name: 'accept', dueMs: 0 }, state)).toEqual(accept);
  });
});

describe('a callback', () => {
  const answerOf = (events: readonly PaymentEvent[], command: PaymentCommand) => {
    const { state, decision } = given(paymentDecider, events).when(command);
    return paymentDecider.answer(state, command, decision);
  };
  const then = (events: readonly PaymentEvent[], command: PaymentCommand) => [
    ...events,
    ...given(paymentDecider, events).when(command).events,
  ];

  it('carries in its success the id of its own event and everything that contract 1 names', () => {
    const eventId = (index: number): string => `id-${index}`;
    const { events } = given(paymentDecider, histories.processing).when(callback(), { eventId });
    expect(events[0]).toMatchObject({
      type: 'PaymentCallbackRecorded',
      data: {
        result: 'PROCESSED',
        code: null,
        currentStatus: 'SUCCESS',
        rawPayload: 'enc:v1:test:e30',
      },
    });
    expect(events[1]).toEqual({
      type: 'PaymentSucceeded',
      data: {
        ...{ eventId: 'id-1', payNo: 'PAY-1', orderNo: 'O-1', amountMinor: 9_999n },
        ...{ currency: 'CNY', channel: 'MOCK', channelTradeNo: 'MOCK_7', version: '1.0' },
        ...{ paidAt: anyContext.atMs, eventTime: anyContext.atMs, traceId: 'correlation-1' },
      },
    });
  });

  it('of an edge that did not encrypt yet is kept by its digest', () => {
    const clear = callback({ rawPayload: '{"payer":"Ada"}' });
    const { events } = given(paymentDecider, histories.processing).when(clear);
    const raw = expect.stringMatching(/^enc:v1:not-encrypted:/) as string;
    expect(events[0]).toMatchObject({ data: { result: 'PROCESSED', rawPayload: raw } });
  });

  it('gets a trade number of the mock channel when it brings none', () => {
    const { events } = given(paymentDecider, histories.processing).when(
      callback({ channelTradeNo: null }),
    );
    expect(events[1]).toMatchObject({ data: { channelTradeNo: 'MOCK_PAY-1' } });
  });

  it('answers PROCESSED, then IGNORED for the repeat, which tells nothing new', () => {
    expect(answerOf(histories.processing, success)).toEqual({
      ...{ result: 'PROCESSED', code: null, message: '回调处理成功' },
      ...{ payNo: 'PAY-1', currentStatus: 'SUCCESS' },
    });
    expect(given(paymentDecider, histories.succeeded).when(success).decision.kind).toBe(
      'unchanged',
    );
    expect(answerOf(histories.succeeded, success)).toEqual({
      ...{ result: 'IGNORED', code: 'CALLBACK_REPEATED', message: '重复回调，已忽略' },
      ...{ payNo: 'PAY-1', currentStatus: 'SUCCESS' },
    });
    expect(answerOf(histories.succeeded, callback({ callbackId: 'new' }))).toMatchObject({
      ...{ result: 'IGNORED', code: 'PAYMENT_ENDED', currentStatus: 'SUCCESS' },
    });
  });

  it('with the same id and the other status is a repeat, recorded once as contradictory', () => {
    const turned = callback({ callbackId: 's', callbackStatus: 'FAILED' });
    const first = given(paymentDecider, histories.succeeded).when(turned);
    expect(first.events.map(short)).toEqual([
      'Recorded(IGNORED,contradictory)',
      'PaymentReportContradicted',
    ]);
    expect(answerOf(histories.succeeded, turned)).toMatchObject({
      ...{ result: 'IGNORED', code: 'CALLBACK_REPEATED', currentStatus: 'SUCCESS' },
    });
    const again = given(paymentDecider, then(histories.succeeded, turned)).when(turned);
    expect(again.decision.kind).toBe('unchanged');
  });

  it('heals a contradiction with a fresh id only', () => {
    const { 'succeeded, contradicted': history } = histories;
    const reused = given(paymentDecider, history).when(callback({ callbackId: 'f' }));
    expect(reused.events.map(short)).toEqual(['Recorded(IGNORED,contradictory)']);
    expect(reused.state).toMatchObject({ status: 'succeeded', contradicted: true });
    const fresh = given(paymentDecider, history).when(callback({ callbackId: 'new' }));
    expect(fresh.state).toMatchObject({ status: 'succeeded', contradicted: false });
  });

  it('of money that came after the closing changes no status and is said aloud', () => {
    const { events, state } = given(paymentDecider, histories.closed).when(success);
    expect(events[1]).toMatchObject({
      type: 'PaymentReportContradicted',
      data: { currentStatus: 'CLOSED', reportedStatus: 'SUCCESS' },
    });
    expect(state.status).toBe('closed');
  });

  it('for a payment that nobody knows is kept under its number, once', () => {
    const once = given(paymentDecider).when(callback());
    expect(once.events[0]).toMatchObject({
      data: { result: 'FAILED', code: 'PAYMENT_NOT_FOUND', orderNo: null, currentStatus: null },
    });
    const answer = {
      ...{ result: 'FAILED', code: 'PAYMENT_NOT_FOUND', message: '支付单不存在' },
      ...{ payNo: 'PAY-1', currentStatus: null },
    };
    expect(answerOf([], callback())).toEqual(answer);
    expect(given(paymentDecider, once.events).when(callback()).decision.kind).toBe('unchanged');
    expect(answerOf(once.events, callback())).toEqual(answer);
  });

  it('for another channel is refused in its answer, and so is its repeat', () => {
    const answer = {
      ...{ result: 'FAILED', code: 'CALLBACK_NOT_APPLICABLE', payNo: 'PAY-1' },
      currentStatus: 'INIT',
    };
    const { 'created of ALIPAY': history } = histories;
    expect(answerOf(history, callback())).toMatchObject(answer);
    expect(answerOf(then(history, callback()), callback())).toMatchObject(answer);
  });

  it('is remembered a bounded number of times', () => {
    let events = [...histories.succeeded];
    for (let i = 0; i < callbacksRemembered + 3; i += 1) {
      events = then(events, callback({ callbackId: `again-${i}` }));
    }
    expect(given(paymentDecider, events).state.callbacks).toHaveLength(callbacksRemembered);
  });
});
