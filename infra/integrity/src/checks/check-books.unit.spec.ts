import type { PaymentsEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { BookedCallback, BookedPayment, BookedRefund } from './books.ts';
import type { KeyedPaymentsEvent } from './check-books.ts';
import { checkBooks } from './check-books.ts';

const key = 'main/H1';
const refundId = '00000000-0000-8000-8000-000000000001';

/** Only what the checker looks at. */
const event = (type: PaymentsEvent['type'], data: object): KeyedPaymentsEvent => ({
  key,
  event: { type, data: { payNo: 'P1', orderNo: 'H1', ...data } } as unknown as PaymentsEvent,
});

const created = event('PaymentCreated', {
  ...{ channel: 'LAKALA', amountMinor: 1_000n, currency: 'CNY', gateway: {}, merchant: null },
});
const succeeded = event('PaymentSucceeded', { channelTradeNo: 'T1' });
const failed = event('PaymentFailed', { channelTradeNo: null });
const requested = (over: object = {}) =>
  event('RefundRequested', {
    ...{ refundId, refundReference: refundId.replaceAll('-', ''), amountMinor: 400n },
    ...{ automatic: false, ...over },
  });
const givenBack = event('RefundSucceeded', { refundId });
const contradicted = (reportedStatus: 'SUCCESS' | 'FAILED') =>
  event('PaymentReportContradicted', { reportedStatus });

const booked = (over: Partial<BookedPayment> = {}): BookedPayment => ({
  ...{ gateway: 'lakala', reference: 'P1', transactionId: 'T1', status: 'SUCCESS' },
  ...{ amountMinor: '1000', refundedMinor: '0', currency: 'CNY', paidAt: 1 },
  ...over,
});
const bookedRefund = (over: Partial<BookedRefund> = {}): BookedRefund => ({
  ...{ gateway: 'lakala', reference: 'P1', refundReference: refundId.replaceAll('-', '') },
  ...{ status: 'SUCCESS', amountMinor: '400', currency: 'CNY' },
  ...over,
});
const lie: BookedCallback = {
  ...{ gateway: 'lakala', reference: 'P1', refundReference: null },
  ...{ truth: 'contradicts', state: 'acknowledged' },
};

interface World {
  log: KeyedPaymentsEvent[];
  payments: BookedPayment[];
  refunds: BookedRefund[];
  callbacks: BookedCallback[];
}

const asBooked = (over: Partial<BookedPayment> = {}) => booked({ refundedMinor: '400', ...over });

/** A payment with a refund of a part, as they should be. */
const sound = (): World => ({
  log: [created, succeeded, requested(), givenBack],
  payments: [booked({ refundedMinor: '400' })],
  refunds: [bookedRefund()],
  callbacks: [],
});

const found = ({ log, ...books }: World): string[] =>
  checkBooks(log, books).map(({ invariant }) => invariant);

describe('the checker of books', () => {
  it('finds nothing where log and gateways agree', () => {
    expect(checkBooks(sound().log, sound())).toEqual([]);
  });

  it('takes the wrong word of a gateway that came first, when it was said and the money went back', () => {
    const whole = { amountMinor: 1_000n, automatic: true };
    const world = {
      log: [created, failed, contradicted('SUCCESS'), requested(whole), givenBack],
      payments: [booked({ refundedMinor: '1000' })],
      refunds: [bookedRefund({ amountMinor: '1000' })],
      callbacks: [lie],
    };
    expect(checkBooks(world.log, world)).toEqual([]);
    expect(found({ ...world, callbacks: [] })).toEqual(['I3']);
    const silent = world.log.filter(({ event: { type } }) => type !== 'PaymentReportContradicted');
    expect(found({ ...world, log: silent })).toEqual(['I7', 'I3']);
    const kept = { ...world, log: world.log.slice(0, 3), refunds: [], payments: [booked()] };
    expect(found(kept)).toEqual(['I3', 'I7']);
  });

  it('takes a refund that was asked for in vain, when a gateway lied of what nobody had paid', () => {
    const whole = requested({ amountMinor: 1_000n, automatic: true });
    const refused = event('RefundFailed', { refundId });
    const world = {
      log: [created, failed, contradicted('SUCCESS'), whole, refused],
      payments: [booked({ status: 'FAILED', paidAt: null })],
      refunds: [],
      callbacks: [lie],
    };
    expect(checkBooks(world.log, world)).toEqual([]);
    expect(found({ ...world, callbacks: [] })).toEqual(['I3']);
    expect(found({ ...world, log: world.log.slice(0, 4) })).toEqual(['I3', 'I13']);
  });

  it.each<[string, (world: World) => void, string[]]>([
    ['a payment that never ended', ({ log }) => void log.splice(1, 3), ['I13', 'I2']],
    [
      'a success that no gateway has',
      ({ payments }) => void (payments[0] = asBooked({ status: 'PENDING' })),
      ['I3'],
    ],
    ['a failure of what was paid', ({ log }) => void (log[1] = failed), ['I7', 'I3', 'I3', 'I7']],
    ['two ends', ({ log }) => void log.push(failed), ['I3', 'I3', 'I3', 'I7']],
    [
      'another sum',
      ({ payments }) => void (payments[0] = asBooked({ amountMinor: '1001' })),
      ['I7'],
    ],
    [
      'another transaction',
      ({ payments }) => void (payments[0] = asBooked({ transactionId: 'T2' })),
      ['I3'],
    ],
    ['a refund that hangs', ({ log }) => void log.pop(), ['I7', 'I13']],
    ['a refund that no gateway has', ({ refunds }) => void refunds.pop(), ['I3']],
    ['a refund of another sum', (w) => (w.refunds[0] = bookedRefund({ amountMinor: '4' })), ['I7']],
    ['a refund twice', ({ log }) => void log.push(requested()), ['I3', 'I7', 'I13']],
    [
      'more asked back than was captured',
      ({ log }) =>
        void log.push(requested({ refundReference: 'b', refundId: 'b', amountMinor: 601n })),
      ['I7', 'I13'],
    ],
    [
      'more asked back than was captured, though some of it failed afterwards',
      ({ log }) =>
        void log.push(
          requested({ refundReference: 'b', refundId: 'b', amountMinor: 601n }),
          event('RefundFailed', { refundId: 'b' }),
        ),
      ['I7'],
    ],
    [
      'a payment that only the gateway knows',
      ({ payments }) => void payments.push(booked({ reference: 'P2' })),
      ['I2'],
    ],
    [
      'a refund that only the gateway knows',
      ({ refunds }) => void refunds.push(bookedRefund({ refundReference: 'x' })),
      ['I2'],
    ],
  ])('finds %s', (_what, plant, invariants) => {
    const world = sound();
    plant(world);
    expect(found(world)).toEqual(invariants);
  });
});
