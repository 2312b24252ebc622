import { avroType } from '@plumbline/events';

const evidence = {
  type: 'record',
  name: 'Evidence',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'type', type: 'string' },
    { name: 'topic', type: 'string' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: { type: 'long', logicalType: 'sequence' } },
    { name: 'time', type: 'long' },
  ],
};
const watch = {
  type: 'record',
  name: 'Watch',
  fields: [
    { name: 'trigger', type: 'Evidence' },
    { name: 'deadlineMs', type: 'long' },
    { name: 'ruleVersion', type: 'int' },
    { name: 'open', type: 'boolean' },
  ],
};
const order = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'orderNo', type: 'string' },
    { name: 'tenant', type: 'string' },
    { name: 'status', type: 'string' },
    { name: 'since', type: evidence },
  ],
};
const contradiction = {
  type: 'record',
  name: 'Contradiction',
  fields: [
    { name: 'reported', type: 'string' },
    { name: 'seen', type: 'Evidence' },
  ],
};
/** A record of texts and more, with the event that says it. */
const fact = (name: string, texts: readonly string[], more: readonly object[] = []) => ({
  ...{ type: 'record', name },
  fields: [
    ...texts.map((text) => ({ name: text, type: 'string' })),
    ...more,
    { name: 'seen', type: 'Evidence' },
  ],
});
const listOf = (name: string, items: object | string) => ({ name, type: { type: 'array', items } });
const lasting = {
  type: 'record',
  name: 'LastingFacts',
  fields: [
    listOf('mismatches', fact('Mismatch', ['field', 'expected', 'found'])),
    listOf('requests', fact('OtherRequest', ['fingerprint'], [listOf('fields', 'string')])),
    listOf(
      'transactions',
      fact('SharedTransaction', [
        ...['channel', 'gatewayTransactionId', 'otherPayNo', 'otherTenant', 'otherOrderNo'],
        'otherEventId',
      ]),
    ),
  ],
};
/** Where an event stands whose type and topic are known. */
const place = {
  type: 'record',
  name: 'Place',
  fields: [
    { name: 'eventId', type: 'string' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: { type: 'long', logicalType: 'sequence' } },
    { name: 'time', type: 'long' },
  ],
};
const paymentBefore = {
  type: 'record',
  name: 'Payment',
  fields: [
    { name: 'payNo', type: 'string' },
    { name: 'status', type: 'string' },
    { name: 'since', type: 'Evidence' },
    { name: 'amountMinor', type: { type: 'long', logicalType: 'minor-units' } },
    { name: 'currency', type: 'string' },
    { name: 'contradiction', type: ['null', contradiction] },
  ],
};
const payment = {
  ...paymentBefore,
  fields: [
    ...paymentBefore.fields,
    { name: 'created', type: ['null', place] },
    { name: 'lasting', type: lasting },
  ],
};
const chain = {
  type: 'record',
  name: 'Chain',
  fields: [
    { name: 'version', type: { type: 'long', logicalType: 'sequence' } },
    { name: 'hash', type: 'string' },
  ],
};
const typeWith = (paymentSchema: object) =>
  avroType(
    JSON.stringify({
      type: 'record',
      name: 'WatchedOrder',
      fields: [
        { name: 'order', type: ['null', order] },
        { name: 'payment', type: ['null', paymentSchema] },
        { name: 'watches', type: { type: 'map', values: watch } },
        { name: 'chain', type: ['null', chain] },
        { name: 'correlationId', type: 'string' },
      ],
    }),
  );

/** By format byte. None is ever changed: what was written once is read for ever. */
export const watchedTypes: Readonly<Record<1 | 2, ReturnType<typeof avroType>>> = {
  1: typeWith(paymentBefore),
  2: typeWith(payment),
};
