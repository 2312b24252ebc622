import type { FakeAnswer } from './fake-service.ts';
import { fine, refused } from './fake-service.ts';

/** Answers of the services behind the BFF, in the shapes that their own schemas give them. */

export const items = {
  tea: { sku: 'tea', name: '煎茶', price: 1_200, currency: 'JPY', available: 7 },
  cup: { sku: 'cup', name: '杯子', price: 19.9, currency: 'CNY', available: 3 },
  pot: { sku: 'pot', name: 'Pot', price: 100.1, currency: 'CNY', available: 0 },
  gift: { sku: 'gift', name: 'Nothing to pay', price: 0, currency: 'CNY', available: 9 },
};

/** The shop as inventory answers: all of it, or those that were asked for. */
export function shop(path: string, prices: Readonly<Record<string, object>> = items): FakeAnswer {
  const skus = new URL(path, 'http://inventory').searchParams.get('skus');
  const inner = { onHand: 9, reserved: 2 };
  const shown = Object.entries(prices)
    .filter(([sku]) => skus === null || skus.split(',').includes(sku))
    .map(([, item]) => ({ ...item, ...inner }));
  return fine({ items: shown, nextCursor: null });
}

const times = {
  paymentDeadline: '2026-01-01T00:30:00.000Z',
  createdAt: '2026-01-01T00:00:00.000Z',
  paidAt: null,
};

/** As orders answers what it was asked for. */
export const placed = (asked: Readonly<Record<string, unknown>>, changes: object = {}) => ({
  ...{ orderNo: asked['orderNo'], status: 'PENDING', contract1Status: 'PENDING' },
  ...{ items: asked['items'], amount: asked['amount'], currency: asked['currency'] },
  ...{ purchase: asked['purchase'] ?? null, ...times, payNo: null, reason: null },
  ...changes,
});

export const payment = (orderNo: string, status: string) => ({
  ...{ payNo: `PAY-${orderNo}`, status, amount: 19.9, currency: 'CNY', channel: 'PAYPAY' },
  ...{ channelTradeNo: null, paidAt: null, expireAt: times.paymentDeadline },
  ...{ createdAt: times.createdAt, updatedAt: times.createdAt, version: '1', contradictedBy: null },
});

/** As queries shows an order. */
export const shownOrder = (orderNo: string, buyer: string | null, changes: object = {}) => ({
  ...{ orderNo, buyer, status: 'WAITING_PAYMENT', contract1Status: 'STOCK_RESERVED' },
  ...{ amount: 19.9, currency: 'CNY', ...times, updatedAt: times.createdAt, reason: null },
  ...{ version: '2', payment: payment(orderNo, 'PAYING'), openAlerts: 0 },
  ...changes,
});

export const entry = {
  ...{ topic: 'orders', partition: 1, offset: '12345678901234567', appendedAt: times.createdAt },
  ...{ time: times.createdAt, eventId: 'e1', type: 'OrderCreated', subject: 'o1', source: '/x' },
  ...{ actor: 'user:u', correlationId: 'c', causationId: null, version: '1' },
  data: { amountMinor: '1990', deep: { list: [1, 2.5, null] } },
};

const evidence = [
  {
    eventId: 'e1',
    type: 'PaymentSucceeded',
    topic: 'p',
    partition: 1,
    offset: '7',
    time: times.createdAt,
  },
];

export const alert = (alertId: string, orderNo: string) => ({
  ...{ alertId, rule: 'A', ruleVersion: 1, status: 'OPEN', severity: 'WARNING', tenant: 'main' },
  ...{ orderNo, payNo: null, summary: 's', expected: 'e', actual: 'a', deadline: null },
  ...{ detectedAt: times.createdAt, amount: 90_000_000_000_000.25, currency: 'USD', howSeen: null },
  ...{ triggerEventId: null, correlationId: null, evidence, raisedAt: null, resolution: null },
});

/** The first step of an alert's life. */
export const raised = {
  ...{ status: 'OPEN', actor: 'system:consistency-alerts', reason: null, at: times.createdAt },
  ...{ topic: 'alerts', partition: 1, offset: '3' },
  ...{ loss: null, lossCurrency: null, suppressedUntil: null },
};

/** What queries knows, and how it answers. */
export interface Known {
  readonly orders: readonly ReturnType<typeof shownOrder>[];
  readonly alerts?: readonly ReturnType<typeof alert>[];
}

export function queries(path: string, { orders, alerts = [] }: Known): FakeAnswer {
  const { pathname, searchParams } = new URL(path, 'http://queries');
  const [, what = '', id = '', part] = decodeURIComponent(pathname).split('/');
  if (what === 'alerts') {
    if (id === '') return fine({ alerts, nextCursor: null });
    if (id === 'summary')
      return fine({
        rules: [
          {
            rule: 'A',
            raised: 2,
            open: 1,
            ...{ acknowledged: 0, investigating: 0, resolved: 1 },
            ...{ superseded: 0, writtenOff: 0, suppressed: 0 },
            atStake: [{ currency: 'USD', amount: 0.1 }],
          },
        ],
      });
    const found = alerts.find(({ alertId }) => alertId === id);
    if (found === undefined) return refused(404, 'ALERT_NOT_FOUND');
    return fine({ ...found, history: [raised] });
  }
  const buyer = searchParams.get('buyer');
  if (id === '') {
    const own = orders.filter((order) => buyer === null || order.buyer === buyer);
    return fine({ orders: own, nextCursor: '1767225600000_6f31' });
  }
  const found = orders.find(({ orderNo }) => orderNo === id);
  if (found === undefined) return refused(404, 'ORDER_NOT_FOUND');
  return part === 'timeline'
    ? fine({ orderNo: id, entries: [entry], nextCursor: null })
    : fine(found);
}
