import { randomUUID } from 'node:crypto';
import type { Evidence } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { firstLink, jsonStateCodec } from '@plumbline/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchedOrder } from './stores.ts';
import { noLastingFacts } from './rules/lasting.ts';
import { noRefunds } from './rules/refunded-money.ts';
import { candidatesShownMax, otherReportsMax, unmatchedMoneyMax } from './rules/limits.ts';
import { watchedCodec } from './watched-codec.ts';
import { watchedTypes } from './watched-schemas.ts';

const few = { maxLength: 3 };
const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const evidence: fc.Arbitrary<Evidence> = fc.record({
  ...{ eventId: fc.string(), type: fc.string(), topic: fc.string() },
  ...{ partition: fc.nat(), offset, time },
});
const watch = fc.record({
  ...{ trigger: evidence, deadlineMs: time, ruleVersion: fc.nat(), open: fc.boolean() },
});
const placed = (type: string, topic: string) =>
  evidence.map((seen): Evidence => ({ ...seen, type, topic }));
const amountMinor = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const order = fc.record({
  ...{ orderNo: fc.string({ unit: 'grapheme' }), tenant: fc.string(), since: evidence },
  due: fc.option(fc.record({ amountMinor, currency: fc.string() })),
  created: fc.option(placed('OrderCreated', topics.ordersEvents.name)),
  paid: fc.option(fc.record({ amountMinor, currency: fc.string(), payNo: fc.string() })),
  status: fc.constantFrom('PENDING', 'WAITING_PAYMENT', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED'),
});
const created = placed('PaymentCreated', topics.paymentsEvents.name);
const texts = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, fc.string()])) as Record<
    Name,
    fc.Arbitrary<string>
  >;
const other = texts('otherPayNo', 'otherTenant', 'otherOrderNo', 'otherEventId');
const lasting = fc.record({
  mismatches: fc.array(
    fc.record({
      ...{ ...texts('field', 'expected', 'found'), seen: evidence },
      source: fc.constantFrom('QUERY', 'CALLBACK', 'UNKNOWN'),
    }),
  ),
  requests: fc.array(
    fc.record({ ...texts('fingerprint'), fields: fc.array(fc.string()), seen: evidence }),
  ),
  transactions: fc.array(
    fc.record({
      ...{ ...texts('gatewayTransactionId'), ...other, seen: evidence },
      channel: fc.constantFrom('MOCK', 'LAKALA'),
    }),
  ),
});
const refund = (stage: 'ASKED' | 'PROCESSING', type: string) =>
  fc.record({
    ...{ refundId: fc.string(), amountMinor, stage: fc.constant(stage) },
    transactionId: fc.option(fc.string(), { freq: 1 }),
    since: placed(type, topics.paymentsEvents.name),
  });
const refunds = fc.record({
  open: fc.array(
    fc.oneof(refund('ASKED', 'RefundRequested'), refund('PROCESSING', 'RefundProcessing')),
  ),
  ...{ refundedMinor: amountMinor, newest: fc.option(evidence) },
  byNumber: fc.array(fc.record({ ...texts('transactionId'), amountMinor }), few),
  atGateway: fc.option(fc.record({ amountMinor, seen: evidence, saysPaid: fc.boolean() })),
});
const payment = fc.record({
  ...{ payNo: fc.string(), since: evidence, currency: fc.string() },
  terms: fc.option(fc.record({ expireAtMs: time, isLed: fc.boolean(), isMerchants: fc.boolean() })),
  ...{ paidLate: fc.option(evidence), refunds: fc.oneof(fc.constant(noRefunds), refunds) },
  doubt: fc.option(fc.record({ answer: fc.string(), seen: evidence })),
  ...{ created: fc.option(created), lasting },
  status: fc.constantFrom('INIT', 'PAYING', 'SUCCESS', 'FAILED', 'CLOSED'),
  amountMinor,
  contradiction: fc.option(
    fc.record({ reported: fc.constantFrom('SUCCESS', 'FAILED'), seen: evidence }),
  ),
});
const checkout = fc.record({
  amountMinor: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  ...{ currency: fc.string(), newest: fc.option(evidence), hasEnded: fc.boolean() },
});
const endpoint = fc.record({
  incidents: fc.array(
    fc.record({
      ...{ incidentId: fc.string(), detail: fc.string({ unit: 'grapheme' }), seen: evidence },
      kind: fc.constantFrom('FAILING', 'EXHAUSTED', 'GONE', 'OVERDUE'),
    }),
  ),
});
const money = {
  ...texts('platformOrder', 'payway', 'channel', 'currency'),
  ...{ amountMinor: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), seen: evidence },
};
const receiving = fc.record({
  account: fc.string(),
  unmatched: fc.array(
    fc.record({
      ...{ ...money, candidates: fc.array(fc.string(), few), candidateCount: fc.nat({ max: 20 }) },
      why: fc.constantFrom('NO_ORDER', 'SEVERAL_ORDERS', 'CHANNEL_UNKNOWN', 'UNKNOWN'),
    }),
    few,
  ),
  otherReports: fc.array(fc.record(money), few),
});
const word = {
  ...{ endpointId: fc.string(), sequence: offset },
  says: fc.constantFrom('PAID' as const, 'UNPAID' as const),
};
const told = fc.record({
  waiting: fc.array(fc.record({ notificationId: fc.string(), ...word }), few),
  heard: fc.array(
    fc.record({ ...word, seen: placed('NotificationDelivered', topics.notificationsEvents.name) }),
    few,
  ),
});
const pieces = { quantity: fc.nat(), seen: evidence };
const stock = fc.record({
  unitAmountMinor: amountMinor,
  currency: fc.string(),
  excess: fc.array(
    fc.record({
      ...{ reservationId: fc.string(), orderNo: fc.option(fc.string()), ...pieces },
      reserved: fc.option(fc.record(pieces)),
    }),
    few,
  ),
});
const watched: fc.Arbitrary<WatchedOrder> = fc.record({
  view: fc.record({
    ...{ order: fc.option(order), payment: fc.option(payment), checkout: fc.option(checkout) },
    ...{ endpoint: fc.option(endpoint), receiving: fc.option(receiving), told: fc.option(told) },
    stock: fc.option(stock),
    backward: fc.array(fc.record({ was: fc.string(), seen: evidence }), few),
  }),
  watches: fc.dictionary(
    fc.constantFrom('A', 'B', 'C', 'K/e4', 'R/after-end', 'V/e1', 'V/e2', 'Z/e3'),
    watch,
    {
      noNullPrototype: true,
    },
  ),
  chain: fc.oneof(
    fc.constant(firstLink),
    fc.record({ version: fc.bigInt({ min: 1n, max: 2n ** 62n }), hash: fc.string() }),
  ),
  correlationId: fc.string(),
});

/** What version 6 has added, as it is where nothing of it was kept. */
const added = {
  ofOrder: { due: null, created: null, paid: null },
  ofPayment: { terms: null, paidLate: null, doubt: null, refunds: noRefunds },
};

/** What formats 2 to 5 kept of an order and its payment. */
function since2(view: WatchedOrder['view']): WatchedOrder['view'] {
  const { order: ordered, payment: paid } = view;
  const mismatches = paid?.lasting.mismatches.map((each) => ({
    ...each,
    source: 'UNKNOWN' as const,
  }));
  return {
    ...view,
    order: ordered && { ...ordered, ...added.ofOrder },
    payment: paid && {
      ...{ ...paid, ...added.ofPayment },
      lasting: { ...paid.lasting, mismatches: mismatches ?? [] },
    },
    ...{ backward: [], told: null, stock: null },
  };
}

/** What formats before kept: nothing of the creation, and no lasting facts. */
function first(view: WatchedOrder['view']): WatchedOrder['view'] {
  const paid = view.payment;
  const known = since2({ ...view, payment: paid && { ...paid, created: null } });
  const { payment: kept } = known;
  return { ...known, payment: kept && { ...kept, lasting: noLastingFacts } };
}

/** As versions before wrote it: without what they had not. */
function before({ order: ordered, payment: paid }: WatchedOrder['view']) {
  if (paid === null) return { order: ordered, payment: paid };
  const { payNo, status, since, amountMinor: amount, currency, contradiction } = paid;
  const kept = { payNo, status, since, amountMinor: amount, currency, contradiction };
  return { order: ordered, payment: kept as typeof paid };
}

/** JSON keeps whatever it is given: what an early version had not must not be in it. */
const withoutAdded = ({ view, ...rest }: Older): Older => ({
  view: { ...view, order: view.order && withoutParts(view.order) },
  ...rest,
});
function withoutParts({ orderNo, tenant, status, since }: NonNullable<Older['view']['order']>) {
  return { orderNo, tenant, status, since } as NonNullable<Older['view']['order']>;
}

type Older = Omit<WatchedOrder, 'view'> & { readonly view: ReturnType<typeof before> };

const inFormat =
  (format: 1 | 2 | 3 | 4 | 5 | 9) =>
  ({ view, watches, chain, correlationId }: Older): Buffer => {
    const link = chain.version === 0n ? null : chain;
    const body = watchedTypes[format].toBuffer({ ...view, watches, chain: link, correlationId });
    return Buffer.concat([Buffer.from([format]), body]);
  };

/** What formats 6 to 9 kept: all refunds as of the transaction that paid. */
function withoutNumbers(view: WatchedOrder['view']): WatchedOrder['view'] {
  if (view.payment === null) return view;
  const { refunds: kept } = view.payment;
  const open = kept.open.map((each) => ({ ...each, transactionId: null }));
  return { ...view, payment: { ...view.payment, refunds: { ...kept, open, byNumber: [] } } };
}

const t0 = Date.UTC(2026, 0, 1);
const writtenInFormat1 = Buffer.from(
  [
    'AQIESDEIbWFpbghQQUlEBG8zEk9yZGVyUGFpZCBvcmRlcnMuZXZlbnRzLnYxBg6GoNXt7mYCCFBBWTEOU1VDQ0VT',
    'UwRwMiBQYXltZW50U3VjY2VlZGVkJHBheW1lbnRzLmV2ZW50cy52MQYKhKDV7e5mjJwBBkNOWQIMRkFJTEVEBHA0',
    'MlBheW1lbnRSZXBvcnRDb250cmFkaWN0ZWQkcGF5bWVudHMuZXZlbnRzLnYxBhKIoNXt7mYCAkIEcDQyUGF5bWVu',
    'dFJlcG9ydENvbnRyYWRpY3RlZCRwYXltZW50cy5ldmVudHMudjEGEoig1e3uZoig1e3uZgIBAAICBGFiBGMx',
  ].join(''),
  'base64',
);

const writtenInFormat5 = Buffer.from(
  [
    'BQAAAAACDDEwMDAuMQIGd3gxCnd4cGF5Fnd4cGF5MSMxMDAx0A8GQ05ZBG0xHE1vbmV5VW5tYXRjaGVkJnJlY2Vp',
    'dmluZy5ldmVudHMudjEGCoSg1e3uZhxTRVZFUkFMX09SREVSUwQEUjEEUjIABAACBnd4MQp3eHBheRZ3eHBheTEj',
    'MTAwMaAfBkNOWQRtMi5Nb25leVJlcG9ydENvbnRyYWRpY3RlZCZyZWNlaXZpbmcuZXZlbnRzLnYxBhKIoNXt7mYA',
    'BAhLL20xBG0xHE1vbmV5VW5tYXRjaGVkJnJlY2VpdmluZy5ldmVudHMudjEGCoSg1e3uZoSg1e3uZgIBCFovbTIE',
    'bTIuTW9uZXlSZXBvcnRDb250cmFkaWN0ZWQmcmVjZWl2aW5nLmV2ZW50cy52MQYSiKDV7e5miKDV7e5mAgEAAgQE',
    'YWIEYzE=',
  ].join(''),
  'base64',
);
/** A record's value at most, with room for its key and headers. */
const recordBytesMax = 1_048_076;
const ofAccount = {
  ...{
    order: null,
    payment: null,
    checkout: null,
    endpoint: null,
    backward: [],
    told: null,
    stock: null,
  },
};

/** An account with as much to look at as is kept, everything as long as it may be. */
function fullAccount(): WatchedOrder {
  const long = '€'.repeat(64);
  const seenAs = (type: string, n: number): Evidence => ({
    ...{ eventId: randomUUID(), type, topic: topics.receivingEvents.name, partition: 31 },
    ...{ offset: 2n ** 40n + BigInt(n), time: t0 },
  });
  const moneyOf = (n: number) => ({
    ...{ platformOrder: `${n}`.padEnd(64, 'x'), payway: long, channel: long },
    ...{ amountMinor: 999_999_999_999n, currency: 'CNY' },
  });
  const unmatched = Array.from({ length: unmatchedMoneyMax }, (_, n) => ({
    ...{ ...moneyOf(n), seen: seenAs('MoneyUnmatched', n), why: 'SEVERAL_ORDERS' as const },
    ...{ candidates: Array<string>(candidatesShownMax).fill('r'.repeat(64)), candidateCount: 20 },
  }));
  const otherReports = Array.from({ length: otherReportsMax }, (_, n) => ({
    ...{ ...moneyOf(n), seen: seenAs('MoneyReportContradicted', n) },
  }));
  const watchOf = (trigger: Evidence) => ({ trigger, deadlineMs: t0, ruleVersion: 1, open: true });
  const watches = [...unmatched, ...otherReports].map(({ seen }) => [
    `K/${seen.eventId}`,
    watchOf(seen),
  ]);
  return {
    view: { ...ofAccount, receiving: { account: 'p'.repeat(65), unmatched, otherReports } },
    watches: Object.fromEntries(watches) as WatchedOrder['watches'],
    ...{ chain: firstLink, correlationId: randomUUID() },
  };
}

describe('what is kept of an order', () => {
  it('comes back as it was, whatever its size', () => {
    fc.assert(
      fc.property(watched, (value) => {
        expect(watchedCodec.decode(watchedCodec.encode(value))).toEqual(value);
      }),
    );
  });

  it.each<[string, (value: Older) => Buffer]>([
    ['in JSON', (value) => jsonStateCodec.encode(withoutAdded(value))],
    ['in Avro', inFormat(1)],
  ])('is still read as versions before wrote it: %s', (_how, encode) => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(encode({ view: before(view), ...rest }));
        const none = { checkout: null, endpoint: null, receiving: null };
        expect(found).toEqual({ view: { ...first(view), ...none }, ...rest });
      }),
    );
  });

  it('is still read as it was kept before there were checkouts', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(2)({ view, ...rest }));
        const none = { checkout: null, endpoint: null, receiving: null };
        expect(found).toEqual({ view: { ...since2(view), ...none }, ...rest });
      }),
    );
  });

  it('is still read as it was kept before there were endpoints', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(3)({ view, ...rest }));
        expect(found).toEqual({
          view: { ...since2(view), endpoint: null, receiving: null },
          ...rest,
        });
      }),
    );
  });

  it('is still read as it was kept before there were accounts that people pay into', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(4)({ view, ...rest }));
        expect(found).toEqual({ view: { ...since2(view), receiving: null }, ...rest });
      }),
    );
  });

  it('is still read as it was kept before rules asked for sums, terms and refunds', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(5)({ view, ...rest }));
        expect(found).toEqual({ view: since2(view), ...rest });
      }),
    );
  });

  it.each([
    [3, { endpoint: null, receiving: null }],
    [4, { endpoint: { incidents: [] }, receiving: null }],
    [5, { endpoint: null, receiving: { account: '1.2', unmatched: [], otherReports: [] } }],
  ])('is written in format %i, so that a version before reads what it can know', (format, part) => {
    for (const { view, ...rest } of fc.sample(watched, { numRuns: 5, seed: format })) {
      const none = { order: null, payment: null, backward: [], told: null, stock: null };
      const bytes = watchedCodec.encode({ view: { ...view, ...none, ...part }, ...rest });
      expect(bytes[0]).toBe(format);
    }
  });

  it('is written in format 6 where nobody was told of it, which a version before reads', () => {
    for (const { view, ...rest } of fc.sample(watched, { numRuns: 20, seed: 6 })) {
      if (view.order === null && view.payment === null) continue;
      const known = { ...withoutNumbers(view), told: null, stock: null };
      expect(watchedCodec.encode({ view: known, ...rest })[0]).toBe(6);
    }
  });

  it('is still read as it was kept before refunds gave back by the number of a transaction', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(9)({ view, ...rest }));
        expect(found).toEqual({ view: withoutNumbers(view), ...rest });
      }),
    );
  });

  it('is still read from bytes that a version before has written', () => {
    const { view, watches, chain, correlationId } = watchedCodec.decode(writtenInFormat1);
    const at = { partition: 3, topic: topics.paymentsEvents.name };
    const paid = { ...at, eventId: 'p2', type: 'PaymentSucceeded', offset: 5n, time: t0 + 2 };
    const report = { ...at, eventId: 'p4', type: 'PaymentReportContradicted', offset: 9n };
    const trigger = { ...report, time: t0 + 4 };
    expect(view.payment).toEqual({
      ...{ payNo: 'PAY1', status: 'SUCCESS', since: paid, amountMinor: 9_990n, currency: 'CNY' },
      ...{ contradiction: { reported: 'FAILED', seen: trigger } },
      ...{ created: null, lasting: noLastingFacts, ...added.ofPayment },
    });
    expect(view.order).toMatchObject({ orderNo: 'H1', status: 'PAID', since: { eventId: 'o3' } });
    expect(watches).toEqual({ B: { trigger, deadlineMs: t0 + 4, ruleVersion: 1, open: true } });
    expect({ chain, correlationId }).toEqual({
      ...{ chain: { version: 1n, hash: 'ab' }, correlationId: 'c1' },
    });
  });

  it('is read of an account from bytes that this version has written', () => {
    const { view, watches } = watchedCodec.decode(writtenInFormat5);
    const at = { partition: 3, topic: topics.receivingEvents.name };
    const first = { ...at, eventId: 'm1', type: 'MoneyUnmatched', offset: 5n, time: t0 + 2 };
    const again = { ...at, eventId: 'm2', type: 'MoneyReportContradicted', offset: 9n };
    const seen = { ...again, time: t0 + 4 };
    const of = { platformOrder: 'wx1', payway: 'wxpay', channel: 'wxpay1#1001', currency: 'CNY' };
    const found = { candidates: ['R1', 'R2'], candidateCount: 2, why: 'SEVERAL_ORDERS' };
    expect(view).toEqual({
      ...ofAccount,
      receiving: {
        account: '1000.1',
        unmatched: [{ ...of, ...found, amountMinor: 1_000n, seen: first }],
        otherReports: [{ ...of, amountMinor: 2_000n, seen }],
      },
    });
    expect(watches).toMatchObject({ 'K/m1': { trigger: first }, 'Z/m2': { trigger: seen } });
    expect(watchedCodec.encode(watchedCodec.decode(writtenInFormat5))).toEqual(writtenInFormat5);
  });

  it('fits into a record, however much of an account has to be looked at', () => {
    expect(watchedCodec.encode(fullAccount()).length).toBeLessThan(0.8 * recordBytesMax);
  });

  it('is refused when it is cut off or of a format to come', () => {
    const [value] = fc.sample(watched, { numRuns: 1, seed: 7 });
    const bytes = watchedCodec.encode(value as WatchedOrder);
    expect(() => watchedCodec.decode(bytes.subarray(0, -1))).toThrow();
    expect(() => watchedCodec.decode(Buffer.from([12, ...bytes.subarray(1)]))).toThrow('format 12');
  });
});
