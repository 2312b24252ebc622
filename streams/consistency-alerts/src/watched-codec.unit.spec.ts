import type { Evidence } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { firstLink, jsonStateCodec } from '@plumbline/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchedOrder } from './stores.ts';
import { noLastingFacts } from './rules/lasting.ts';
import { watchedCodec } from './watched-codec.ts';
import { watchedTypes } from './watched-schemas.ts';

const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const evidence: fc.Arbitrary<Evidence> = fc.record({
  ...{ eventId: fc.string(), type: fc.string(), topic: fc.string() },
  ...{ partition: fc.nat(), offset, time },
});
const watch = fc.record({
  ...{ trigger: evidence, deadlineMs: time, ruleVersion: fc.nat(), open: fc.boolean() },
});
const order = fc.record({
  ...{ orderNo: fc.string({ unit: 'grapheme' }), tenant: fc.string(), since: evidence },
  status: fc.constantFrom('PENDING', 'WAITING_PAYMENT', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED'),
});
const created = evidence.map((seen): Evidence => ({
  ...seen,
  type: 'PaymentCreated',
  topic: topics.paymentsEvents.name,
}));
const texts = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, fc.string()])) as Record<
    Name,
    fc.Arbitrary<string>
  >;
const other = texts('otherPayNo', 'otherTenant', 'otherOrderNo', 'otherEventId');
const lasting = fc.record({
  mismatches: fc.array(fc.record({ ...texts('field', 'expected', 'found'), seen: evidence })),
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
const payment = fc.record({
  ...{ payNo: fc.string(), since: evidence, currency: fc.string() },
  ...{ created: fc.option(created), lasting },
  status: fc.constantFrom('INIT', 'PAYING', 'SUCCESS', 'FAILED', 'CLOSED'),
  amountMinor: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
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
const watched: fc.Arbitrary<WatchedOrder> = fc.record({
  view: fc.record({
    ...{ order: fc.option(order), payment: fc.option(payment), checkout: fc.option(checkout) },
    endpoint: fc.option(endpoint),
  }),
  watches: fc.dictionary(
    fc.constantFrom('A', 'B', 'C', 'R/after-end', 'V/e1', 'V/e2', 'Z/e3'),
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

/** A view as versions before kept it: nothing of the creation, and no lasting facts. */
function before({ order: ordered, payment: paid }: WatchedOrder['view']) {
  if (paid === null) return { order: ordered, payment: paid };
  const { payNo, status, since, amountMinor, currency, contradiction } = paid;
  const kept = { payNo, status, since, amountMinor, currency, contradiction };
  return { order: ordered, payment: kept as typeof paid };
}

type Older = Omit<WatchedOrder, 'view'> & { readonly view: ReturnType<typeof before> };

const inFormat =
  (format: 1 | 2 | 3) =>
  ({ view, watches, chain, correlationId }: Older): Buffer => {
    const link = chain.version === 0n ? null : chain;
    const body = watchedTypes[format].toBuffer({ ...view, watches, chain: link, correlationId });
    return Buffer.concat([Buffer.from([format]), body]);
  };

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

describe('what is kept of an order', () => {
  it('comes back as it was, whatever its size', () => {
    fc.assert(
      fc.property(watched, (value) => {
        expect(watchedCodec.decode(watchedCodec.encode(value))).toEqual(value);
      }),
    );
  });

  it.each<[string, (value: Older) => Buffer]>([
    ['in JSON', (value) => jsonStateCodec.encode(value)],
    ['in Avro', inFormat(1)],
  ])('is still read as versions before wrote it: %s', (_how, encode) => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(encode({ view: before(view), ...rest }));
        const paid = view.payment && { ...view.payment, created: null, lasting: noLastingFacts };
        expect(found).toEqual({
          view: { ...view, payment: paid, checkout: null, endpoint: null },
          ...rest,
        });
      }),
    );
  });

  it('is still read as it was kept before there were checkouts', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(2)({ view, ...rest }));
        expect(found).toEqual({ view: { ...view, checkout: null, endpoint: null }, ...rest });
      }),
    );
  });

  it('is still read as it was kept before there were endpoints', () => {
    fc.assert(
      fc.property(watched, ({ view, ...rest }) => {
        const found = watchedCodec.decode(inFormat(3)({ view, ...rest }));
        expect(found).toEqual({ view: { ...view, endpoint: null }, ...rest });
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
      ...{ created: null, lasting: noLastingFacts },
    });
    expect(view.order).toMatchObject({ orderNo: 'H1', status: 'PAID', since: { eventId: 'o3' } });
    expect(watches).toEqual({ B: { trigger, deadlineMs: t0 + 4, ruleVersion: 1, open: true } });
    expect({ chain, correlationId }).toEqual({
      ...{ chain: { version: 1n, hash: 'ab' }, correlationId: 'c1' },
    });
  });

  it('is refused when it is cut off or of a format to come', () => {
    const [value] = fc.sample(watched, { numRuns: 1, seed: 7 });
    const bytes = watchedCodec.encode(value as WatchedOrder);
    expect(() => watchedCodec.decode(bytes.subarray(0, -1))).toThrow();
    expect(() => watchedCodec.decode(Buffer.from([5, ...bytes.subarray(1)]))).toThrow('format 5');
  });
});
