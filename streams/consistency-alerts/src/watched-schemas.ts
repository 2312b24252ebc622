import { avroType } from '@plumbline/events';

const field = (name: string, type: unknown) => ({ name, type });
const texts = (...names: readonly string[]) => names.map((name) => field(name, 'string'));
const listOf = (name: string, items: unknown) => field(name, { type: 'array', items });
const orNull = (name: string, type: unknown) => field(name, ['null', type]);
const record = (name: string, ...fields: readonly (readonly object[])[]) => ({
  ...{ type: 'record', name },
  fields: fields.flat(),
});

const sequence = { type: 'long', logicalType: 'sequence' };
const minorUnits = { type: 'long', logicalType: 'minor-units' };

const where = [field('partition', 'int'), field('offset', sequence), field('time', 'long')];
const evidence = record('Evidence', texts('eventId', 'type', 'topic'), where);
/** Where an event stands whose type and topic are known. */
const place = record('Place', texts('eventId'), where);
/** By its name: a schema stands where it is used first, which is in the order. */
const seen = [field('seen', 'Evidence')];
const since = (type: unknown) => [field('since', type)];

const order = record('Order', texts('orderNo', 'tenant', 'status'), since(evidence));

const contradiction = record('Contradiction', texts('reported'), seen);
const paymentOfFormat1 = [
  ...texts('payNo', 'status'),
  ...since('Evidence'),
  field('amountMinor', minorUnits),
  ...texts('currency'),
  orNull('contradiction', contradiction),
];

const otherRequest = record(
  'OtherRequest',
  texts('fingerprint'),
  [listOf('fields', 'string')],
  seen,
);
const sharedTransaction = record(
  'SharedTransaction',
  texts('channel', 'gatewayTransactionId', 'otherPayNo', 'otherTenant', 'otherOrderNo'),
  texts('otherEventId'),
  seen,
);
const lasting = record('LastingFacts', [
  listOf('mismatches', record('Mismatch', texts('field', 'expected', 'found'), seen)),
  listOf('requests', otherRequest),
  listOf('transactions', sharedTransaction),
]);
const paymentOfFormat2 = [...paymentOfFormat1, orNull('created', place), field('lasting', lasting)];

const watch = record(
  'Watch',
  [field('trigger', 'Evidence'), field('deadlineMs', 'long')],
  [field('ruleVersion', 'int'), field('open', 'boolean')],
);
const chain = record('Chain', [field('version', sequence)], texts('hash'));

const checkout = record('Checkout', [field('amountMinor', minorUnits)], texts('currency'), [
  orNull('newest', 'Evidence'),
  field('hasEnded', 'boolean'),
]);

const endpoint = record('Endpoint', [
  listOf('incidents', record('Incident', texts('incidentId', 'kind', 'detail'), seen)),
]);

const money = [
  ...texts('platformOrder', 'payway', 'channel'),
  field('amountMinor', minorUnits),
  ...texts('currency'),
  ...seen,
];
const receiving = record('Receiving', texts('account'), [
  listOf(
    'unmatched',
    record('UnmatchedMoney', money, texts('why'), [
      listOf('candidates', 'string'),
      field('candidateCount', 'int'),
    ]),
  ),
  listOf('otherReports', record('OtherReport', money)),
]);

const watchedOrder = (payment: readonly object[], ...more: readonly object[]) =>
  watched(orNull('order', order), orNull('payment', record('Payment', payment)), ...more);

const watched = (...parts: readonly object[]) =>
  record(
    'WatchedOrder',
    parts,
    [field('watches', { type: 'map', values: watch }), orNull('chain', chain)],
    texts('correlationId'),
  );

const sum = [field('amountMinor', minorUnits), ...texts('currency')];

const orderOfFormat6 = record('Order', texts('orderNo', 'tenant', 'status'), since(evidence), [
  orNull('due', record('Due', sum)),
  orNull('created', place),
  orNull('paid', record('PaidBy', sum, texts('payNo'))),
]);

const openRefund = [...texts('refundId', 'stage'), field('amountMinor', minorUnits)];
const refundsWith = (ofOpen: readonly object[], ...more: readonly object[]) =>
  record(
    'Refunds',
    [listOf('open', record('OpenRefund', openRefund, ofOpen, since('Place')))],
    [field('refundedMinor', minorUnits)],
    more,
    [orNull('newest', 'Evidence')],
    [
      orNull(
        'atGateway',
        record('RefundedAtGateway', [field('amountMinor', minorUnits)], seen, [
          field('saysPaid', 'boolean'),
        ]),
      ),
    ],
  );
const refundsOfFormat10 = refundsWith(
  [orNull('transactionId', 'string')],
  listOf(
    'byNumber',
    record('RefundedByNumber', texts('transactionId'), [field('amountMinor', minorUnits)]),
  ),
);

const lastingOfFormat6 = record('LastingFacts', [
  listOf('mismatches', record('Mismatch', texts('field', 'expected', 'found', 'source'), seen)),
  listOf('requests', otherRequest),
  listOf('transactions', sharedTransaction),
]);

const paymentWith = (refunds: object) => [
  ...paymentOfFormat1,
  orNull('created', 'Place'),
  orNull(
    'terms',
    record('Terms', [
      field('expireAtMs', 'long'),
      field('isLed', 'boolean'),
      field('isMerchants', 'boolean'),
    ]),
  ),
  orNull('paidLate', 'Evidence'),
  orNull('doubt', record('Doubt', texts('answer'), seen)),
  // Of most payments there is none, and so only a byte of it.
  orNull('refunds', refunds),
  orNull('lasting', lastingOfFormat6),
];

const channel = record('Channel', texts('channel'), [
  orNull(
    'signal',
    record(
      'ChannelSignal',
      texts('kind'),
      ['minutes', 'created', 'succeeded', 'expected'].map((name) => field(name, 'long')),
      ['usualPerMille', 'perMille'].map((name) => field(name, 'int')),
      [field('seen', evidence)],
    ),
  ),
]);

const unclaimed = record(
  'Unclaimed',
  texts('payNo'),
  [field('callbacks', 'int')],
  [
    orNull(
      'paid',
      record(
        'UnclaimedPaid',
        [orNull('channel', 'string'), orNull('transactionId', 'string')],
        [orNull('amountMinor', minorUnits), orNull('currency', 'string')],
        [field('seen', evidence)],
      ),
    ),
    field('isClaimed', 'boolean'),
  ],
);

const word = [...texts('endpointId', 'says'), field('sequence', sequence)];
const told = record('Told', [
  listOf('waiting', record('WaitingWord', texts('notificationId'), word)),
  listOf('heard', record('HeardWord', word, [field('seen', 'Place')])),
]);

/** What is kept under the key of an order, or of an endpoint or an account beside one. */
const watchedWith = (refunds: object) => [
  orNull('order', orderOfFormat6),
  orNull('payment', record('Payment', paymentWith(refunds))),
  orNull('checkout', checkout),
  orNull('endpoint', endpoint),
  orNull('receiving', receiving),
  listOf('backward', record('BackwardEvent', texts('was'), seen)),
];
const watchedOfFormat6 = watchedWith(refundsWith([]));

const stock = record('Stock', [field('unitAmountMinor', minorUnits)], texts('currency'), [
  listOf(
    'excess',
    record('ExcessReturn', texts('reservationId'), [
      orNull('orderNo', 'string'),
      field('quantity', 'int'),
      ...seen,
      orNull('reserved', record('Reserved', [field('quantity', 'int')], seen)),
    ]),
  ),
]);

const typeOf = (schema: object) => avroType(JSON.stringify(schema));

/** By format byte. None is ever changed: what was written once is read for ever. */
export const watchedTypes: Readonly<
  Record<1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11, ReturnType<typeof avroType>>
> = {
  1: typeOf(watchedOrder(paymentOfFormat1)),
  2: typeOf(watchedOrder(paymentOfFormat2)),
  3: typeOf(watchedOrder(paymentOfFormat2, orNull('checkout', checkout))),
  4: typeOf(
    watchedOrder(paymentOfFormat2, orNull('checkout', checkout), orNull('endpoint', endpoint)),
  ),
  5: typeOf(
    watchedOrder(
      paymentOfFormat2,
      orNull('checkout', checkout),
      orNull('endpoint', endpoint),
      orNull('receiving', receiving),
    ),
  ),
  6: typeOf(watched(...watchedOfFormat6)),
  // Under the key of a channel nothing else stands.
  7: typeOf(watched(orNull('channel', channel))),
  8: typeOf(watched(...watchedOfFormat6, orNull('told', told))),
  // An item and an order may have one number, and so one key.
  9: typeOf(watched(...watchedOfFormat6, orNull('told', told), orNull('stock', stock))),
  10: typeOf(
    watched(...watchedWith(refundsOfFormat10), orNull('told', told), orNull('stock', stock)),
  ),
  // Nor under that of a number that is no payment's.
  11: typeOf(watched(orNull('unclaimed', unclaimed))),
};
