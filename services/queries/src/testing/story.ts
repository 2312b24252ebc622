import type { AlertRaised, AlertResolved, OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { tellOfIncidents } from './incidents-of-the-story.ts';
import type { TestEvents } from './open-test-queries.ts';

/** Events as the services write them, for tests of what is read from them. */
export const t0 = Date.UTC(2026, 0, 1);
const orders = topics.ordersEvents.name;
const payments = topics.paymentsEvents.name;
const alerts = topics.alertsEvents.name;
const none = '00000000-0000-4000-8000-000000000000';

const orderCreated = (orderNo: string, n: number): OrdersEvent => ({
  type: 'OrderCreated',
  data: {
    orderNo,
    tenant: 'main',
    items: [{ sku: 'sku', quantity: 1, unitAmountMinor: BigInt(n) * 100n }],
    amountMinor: BigInt(n) * 100n,
    currency: 'CNY',
    payBy: t0 + 1_800_000,
    idempotencyKey: null,
    purchase: null,
    fingerprint: '0'.repeat(64),
    // Two orders each millisecond: pages must not lose one of a pair.
    createdAt: t0 + Math.floor(n / 2),
  },
});

const payNoOf = (orderNo: string): string => `PAY-${orderNo}`;

const paymentCreated = (orderNo: string, amountMinor: bigint): PaymentsEvent => ({
  type: 'PaymentCreated',
  data: {
    ...{ id: 7n, payNo: payNoOf(orderNo), orderNo, tenant: 'main', amountMinor, currency: 'CNY' },
    ...{
      channel: 'MOCK',
      expireAt: t0 + 1_800_000,
      createdAt: t0 + 5,
      gateway: null,
      merchant: null,
    },
  },
});

const paymentSucceeded = (orderNo: string, amountMinor: bigint): PaymentsEvent => ({
  type: 'PaymentSucceeded',
  data: {
    ...{ eventId: none, payNo: payNoOf(orderNo), orderNo, amountMinor, currency: 'CNY' },
    ...{ channel: 'MOCK', channelTradeNo: 'MOCK_1', paidAt: t0 + 9, eventTime: t0 + 9 },
    ...{ traceId: 'trace', version: '1.0' },
  },
});

const evidence = (orderNo: string) => ({
  ...{ eventId: `e-${orderNo}`, type: 'PaymentSucceeded', topic: payments, partition: 1 },
  ...{ offset: 12_345_678_901_234_567n, time: t0 + 9 },
});

const alertRaised = (orderNo: string, changes: Partial<AlertRaised> = {}) => ({
  type: 'AlertRaised',
  data: {
    ...{ alertId: `alert-${orderNo}`, rule: 'A', ruleVersion: 1, tenant: 'main', orderNo },
    ...{ payNo: payNoOf(orderNo), severity: 'WARNING', summary: 'paid, not shown' },
    ...{ expected: 'order PAID', actual: 'order WAITING_PAYMENT', deadline: t0 + 60_000 },
    ...{ detectedAt: t0 + 60_001, amountMinor: 100n, currency: 'CNY', howSeen: 'deadline' },
    ...{ triggerEventId: `e-${orderNo}`, evidence: [evidence(orderNo)] },
    ...changes,
  } satisfies AlertRaised,
});

const alertResolved = (orderNo: string, changes: Partial<AlertResolved> = {}) => ({
  type: 'AlertResolved',
  data: {
    ...{ alertId: `alert-${orderNo}`, rule: 'A', tenant: 'main', orderNo, supersededBy: null },
    ...{ resolution: 'AUTO_RESOLVED', reason: 'the order is PAID', resolvedAt: t0 + 70_000 },
    ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
    evidence: [evidence(orderNo)],
    ...changes,
  } satisfies AlertResolved,
});

/** o1…o9: paid and shown, o1 after an alert; o3 to o5 paid and alerted; o2 has a USD alert, too. */
export function tellTheStory(events: TestEvents): void {
  for (let n = 1; n <= 9; n += 1) {
    const orderNo = `o${n}`;
    const amountMinor = BigInt(n) * 100n;
    events.append(orders, orderNo, orderCreated(orderNo, n));
    events.append(payments, orderNo, paymentCreated(orderNo, amountMinor));
    const awaiting = { orderNo, payNo: payNoOf(orderNo), paymentEventId: none };
    events.append(orders, orderNo, { type: 'OrderAwaitingPayment', data: awaiting });
  }
  for (const n of [1, 3, 4, 5]) {
    const orderNo = `o${n}`;
    events.append(payments, orderNo, paymentSucceeded(orderNo, BigInt(n) * 100n));
    const detectedAt = t0 + 60_000 + n;
    const amountMinor = BigInt(n) * 100n;
    events.append(alerts, orderNo, alertRaised(orderNo, { detectedAt, amountMinor }));
  }
  const paid = { orderNo: 'o1', payNo: payNoOf('o1'), paymentEventId: none };
  const what = { ...paid, amountMinor: 100n, currency: 'CNY', paidAt: t0 + 9 };
  events.append(topics.ordersCommands.name, 'o1', {
    type: 'CancelOrder',
    data: { orderNo: 'o1', reason: 'too late' },
  });
  events.append(orders, 'o1', { type: 'OrderPaid', data: what });
  events.append(alerts, 'o1', alertResolved('o1'));
  const usd = { alertId: 'alert-usd', amountMinor: 9n * 10n ** 15n, currency: 'USD' };
  const critical = { ...usd, rule: 'C', severity: 'CRITICAL' as const, detectedAt: t0 + 90_000 };
  events.append(alerts, 'o2', alertRaised('o2', critical));
  const superseded = { resolution: 'SUPERSEDED' as const, supersededBy: 'alert-usd' };
  events.append(alerts, 'o5', alertResolved('o5', superseded));
  const ofO4 = { alertId: 'alert-o4', rule: 'A', tenant: 'main', orderNo: 'o4' };
  events.append(alerts, 'o4', {
    type: 'AlertAcknowledged',
    data: { ...ofO4, reason: 'I look', acknowledgedAt: t0 + 95_000 },
  });
  const ofO3 = { alertId: 'alert-o3', rule: 'A', tenant: 'main', orderNo: 'o3' };
  const byHand = { resolution: 'RESOLVED' as const, reason: 'shipped', evidence: [] };
  events.append(alerts, 'o3', alertResolved('o3', byHand));
  events.append(alerts, 'o3', {
    type: 'AlertReopened',
    data: { ...ofO3, reason: 'it was not', reopenedAt: t0 + 99_000 },
  });
  const investigatedAt = t0 + 99_500;
  events.append(alerts, 'o3', {
    type: 'AlertInvestigated',
    data: { ...ofO3, reason: 'I ask them', investigatedAt },
  });
  for (const n of [6, 7]) {
    const orderNo = `o${n}`;
    events.append(
      alerts,
      orderNo,
      alertRaised(orderNo, { rule: 'V', detectedAt: t0 + 50_000 + n }),
    );
  }
  const lost = { lossMinor: 60n, lossCurrency: 'CNY', evidence: [] };
  events.append(
    alerts,
    'o6',
    alertResolved('o6', { rule: 'V', resolution: 'WRITTEN_OFF', reason: 'gone', ...lost }),
  );
  const putOff = { suppressedUntil: t0 + 3_600_000, evidence: [] };
  events.append(
    alerts,
    'o7',
    alertResolved('o7', { rule: 'V', resolution: 'SUPPRESSED', reason: 'known', ...putOff }),
  );
  events.append(payments, 'only-payment', paymentCreated('only-payment', 5n));
  events.append(alerts, 'rules', {
    type: 'RulesActivated',
    data: { revision: 1n, rules: [], reason: 'test', activatedAt: t0 },
  });
  tellOfIncidents(events, t0);
}
