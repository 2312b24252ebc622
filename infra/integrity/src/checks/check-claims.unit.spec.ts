import type { GatewayTransactionClaimed, PaymentsEvent } from '@plumbline/events';
import { expect, it } from 'vitest';
import type { KeyedPaymentsEvent } from './check-books.ts';
import { checkClaims } from './check-claims.ts';

/** Only what the checker looks at. */
const event = (type: PaymentsEvent['type'], data: object): KeyedPaymentsEvent => ({
  ...{
    key: 'main/H1',
    event: { type, data: { payNo: 'P1', ...data } } as unknown as PaymentsEvent,
  },
});
const payments = [
  event('PaymentCreated', { channel: 'LAKALA', gateway: {} }),
  event('PaymentSucceeded', { channelTradeNo: 'T1' }),
];
const claim = (over: Partial<GatewayTransactionClaimed> = {}): GatewayTransactionClaimed => ({
  ...{ channel: 'LAKALA', gatewayTransactionId: 'T1', payNo: 'P1', tenant: 'main', orderNo: 'H1' },
  ...{ paymentEventId: 'e', ...over },
});

it('a payment with its one claim is sound', () => {
  expect(checkClaims(payments, [claim()])).toEqual([]);
});

it.each([
  ['a payment that claims nothing', payments, [], ['I3']],
  ['two claims of one payment', payments, [claim(), claim()], ['I3']],
  ['a claim of another transaction', payments, [claim({ gatewayTransactionId: 'T2' })], ['I3']],
  ['a claim of nobody', payments, [claim(), claim({ payNo: 'P2' })], ['I2']],
  [
    'a transaction of two payments',
    [...payments, event('PaymentTransactionConflicted', { otherPayNo: 'P2' })],
    [claim()],
    ['I3'],
  ],
] as const)('finds %s', (_what, log, claims, invariants) => {
  expect(checkClaims(log, claims).map(({ invariant }) => invariant)).toEqual(invariants);
});
