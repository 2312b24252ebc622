import { createFakeServer } from './fake-server.ts';
import type { FakeServer } from './fake-server.ts';

/** Answers of the API, with numbers as JSON has them. */

export const session = (roles: readonly string[] = [], id = 'u1') => ({
  user: { id, name: 'Ada', roles },
  csrfToken: 'token-1',
  expiresAt: '2026-01-01T12:00:00Z',
});

export const items = {
  items: [
    { sku: 'TEA', name: 'Tea', unitAmount: 12.5, currency: 'CNY', available: 7 },
    { sku: 'CUP', name: 'Cup', unitAmount: 30, currency: 'CNY', available: 0 },
    { sku: 'FAN', name: 'Fan', unitAmount: 1200, currency: 'JPY', available: 3 },
  ],
};

export const balances = {
  balances: [{ currency: 'CNY', balance: 20, held: 0, available: 20 }],
};

export const checkout = (status: string, more: object = {}) => ({
  ...{ status, attempt: null, repeatAt: null, refusedBecause: null },
  updatedAt: '2026-01-01T10:00:00Z',
  ...more,
});

export const purchase = (status: string, more: object = {}) => ({
  purchase: {
    ...{ orderNo: 'O1', status, amount: 25, currency: 'CNY', openAlerts: 0, reason: null },
    items: [{ sku: 'TEA', quantity: 2, unitAmount: 12.5 }],
    ...{ createdAt: '2026-01-01T10:00:00Z', paymentDeadline: '2026-01-01T11:00:00Z' },
    ...{ paidAt: null, checkout: checkout('WAITING_FOR_PAYMENT') },
    payment: {
      ...{ payNo: 'P1', status: 'PAYING', amount: 25, currency: 'CNY', channel: 'PAYPAY' },
      ...{ channelTradeNo: null, paidAt: null, expireAt: null, contradictedBy: null },
      payUrl: 'https://pay.example/1',
    },
    ...more,
  },
});

export const entry = (eventId: string, type: string) => ({
  ...{ topic: 'orders', partition: 2, offset: '41', eventId, type, subject: 'O1' },
  ...{ appendedAt: '2026-01-01T10:00:00Z', time: '2026-01-01T10:00:00Z' },
  ...{ source: '/orders', actor: 'user:u1', correlationId: 'c', causationId: null, version: '1' },
  data: { amount: '2500' },
});

export const timeline = (...types: readonly string[]) => ({
  orderNo: 'O1',
  entries: types.map((type, at) => entry(`e${String(at)}`, type)),
  nextCursor: null,
});

export const alertStep = (status: string, more: object = {}) => ({
  ...{ status, actor: 'user:u1', reason: null, at: '2026-01-01T10:02:00Z' },
  ...{ topic: 'alerts', partition: 2, offset: '7' },
  ...{ loss: null, lossCurrency: null, suppressedUntil: null },
  ...more,
});

export const alert = {
  ...{ alertId: 'a1', rule: 'A', ruleVersion: 1, status: 'OPEN', severity: 'WARNING' },
  ...{ tenant: 'demo', orderNo: 'O1', payNo: 'P1', summary: 'paid, and not shown' },
  ...{ expected: 'PAID', actual: 'WAITING_PAYMENT', deadline: null, howSeen: 'event' },
  ...{ detectedAt: '2026-01-01T10:02:00Z', amount: 25, currency: 'CNY' },
  ...{ triggerEventId: 'e1', correlationId: 'c', resolution: null },
  raisedAt: { topic: 'alerts', partition: 2, offset: '7' },
  history: [alertStep('OPEN', { actor: 'process:consistency-alerts' })],
  evidence: [
    {
      ...{ eventId: 'e1', type: 'PaymentSucceeded', topic: 'payments', partition: 2 },
      ...{ offset: '9', time: '2026-01-01T10:01:00Z' },
    },
  ],
};

export const summary = {
  rules: [
    {
      ...{ rule: 'A', raised: 3, open: 1, acknowledged: 1, investigating: 0 },
      ...{ resolved: 2, superseded: 0, writtenOff: 0, suppressed: 0 },
      atStake: [{ currency: 'CNY', amount: 25 }],
    },
  ],
};

const at = '2026-01-01T10:02:00Z';

export const incident = (more: object = {}) => ({
  ...{ incidentId: 'i1', rule: 'A', tenant: 'main', status: 'OPEN', endReason: null },
  ...{ firstAlertId: 'a1', firstAt: at, lastAt: at, openedAt: at, endedAt: null, endedIn: null },
  openedIn: { topic: 'incidents', partition: 2, offset: '3' },
  ...{ alerts: 2, open: 1, resolved: 0, autoResolved: 1, superseded: 0, writtenOff: 0 },
  ...{ suppressed: 0, atStake: [{ currency: 'CNY', amount: 50, open: 25 }] },
  ...more,
});

const remedyStep = (step: string, actor: string, reason: string | null, offset: string) => ({
  ...{ step, actor, reason, at, topic: 'remedies', partition: 2, offset },
});

export const remedy = (more: object = {}) => ({
  ...{ remedyId: 'r1', alertId: 'a1', rule: 'A', tenant: 'main', orderNo: 'O1', payNo: 'P1' },
  ...{ kind: 'COMPLETE_ORDER', status: 'WAITING', amount: 25, currency: 'CNY' },
  ...{ code: 'APPROVAL_MISSING', reason: null, approvalsNeeded: 2, approvedBy: [] },
  ...{ commandId: null, proof: null, alertResolution: null, alertProof: null },
  ...{ proposedAt: at, startedAt: null, endedAt: null },
  history: [
    remedyStep('RemedyProposed', 'system:remedies', null, '1'),
    remedyStep('RemedyHeld', 'system:remedies', 'APPROVAL_MISSING', '2'),
  ],
  ...more,
});

export const policy = (more: object = {}) => ({
  ...{ tenant: 'main', rule: 'A', mode: 'ACT', remedy: 'COMPLETE_ORDER', dryRun: false },
  ...{ perHourMax: 20, revision: 1, reason: 'so', setBy: 'operator:u9', setAt: at },
  money: [{ currency: 'CNY', perRemedy: 100, perHour: 1000, secondPersonAbove: 10 }],
  ...{ stopped: false, stopReason: null, stopBy: null, stopChangedAt: null },
  ...more,
});

/** A server with a shop and one order, and somebody logged in. */
export function serverWithShop(roles: readonly string[] = []): FakeServer {
  const server = createFakeServer();
  server.answer('GET /api/session', session(roles));
  server.answer('GET /local-issuer/.well-known/openid-configuration', { issuer: 'local' });
  server.answer('GET /api/items', items);
  server.answer('GET /api/account', balances);
  server.answer('GET /api/purchases', {
    orders: [{ ...purchase('WAITING_PAYMENT').purchase }],
    nextCursor: null,
  });
  server.answer('GET /api/purchases/O1', purchase('WAITING_PAYMENT'));
  server.answer('GET /api/purchases/O1/timeline', timeline('OrderCreated', 'PaymentStarted'));
  server.answer('POST /api/purchases', purchase('PENDING'));
  server.answer('GET /api/alerts/summary', summary);
  server.answer('GET /api/alerts', { alerts: [alert], nextCursor: null });
  server.answer('GET /api/alerts/a1', { alert });
  server.answer('GET /api/incidents', { incidents: [incident()], nextCursor: null });
  server.answer('GET /api/incidents/summary', { matters: 2, rules: [] });
  server.answer('GET /api/incidents/i1', {
    ...{ incident: incident(), alerts: [alert], nextCursor: null },
  });
  server.answer('GET /api/remedies', { remedies: [remedy()], nextCursor: null });
  server.answer('GET /api/remedies/r1', { remedy: remedy() });
  server.answer('GET /api/policies', { policies: [policy()] });
  return server;
}
