/** Events of order H1 of the platform's own tenant, as the tests of several commands want them. */

export const orderKey = 'main/H1';

export const money = { amountMinor: 9_990n, currency: 'CNY' };

export const orderCreated = (orderNo = 'H1') => ({
  type: 'OrderCreated',
  data: {
    ...{ ...money, orderNo, tenant: 'main', fingerprint: 'f', idempotencyKey: null },
    items: [{ sku: 'S1', quantity: 1, unitAmountMinor: money.amountMinor }],
    ...{ payBy: Date.UTC(2027, 0, 1), purchase: null, createdAt: Date.UTC(2026, 0, 5) },
  },
});

/** `extraData` is what a merchant keeps with it, encrypted. */
export const paymentCreated = (payNo: string, extraData: string | null = null) => ({
  type: 'PaymentCreated',
  data: {
    ...{ ...money, id: 1n, payNo, orderNo: 'H1', tenant: 'main', channel: 'MOCK' },
    ...{ expireAt: 0, createdAt: 0, gateway: null },
    merchant: {
      ...{ orderType: 'PAYMENT', subject: 'a book', fingerprint: 'f', idempotencyKey: null },
      extraData,
    },
  },
});

export const callbackRecorded = (payNo: string, orderNo: string | null) => ({
  type: 'PaymentCallbackRecorded',
  data: {
    ...{ payNo, orderNo, callbackId: 'c', callbackStatus: 'SUCCESS', nonce: 'n' },
    ...{ channelTradeNo: null, timestamp: '1', rawPayload: encrypted, result: 'IGNORED' },
    ...{ code: 'NOTHING_NEW', contradictory: false, currentStatus: null, receivedAt: 0 },
  },
});

export const alertRaised = (alertId: string) => ({
  type: 'AlertRaised',
  data: {
    ...{ ...money, alertId, rule: 'A', ruleVersion: 1, tenant: 'main', orderNo: 'H1' },
    ...{ payNo: null, severity: 'WARNING', summary: 's', expected: 'PAID', actual: 'PENDING' },
    ...{ deadline: null, detectedAt: 0, howSeen: 'x', triggerEventId: 'e', evidence: [] },
  },
});

export const encrypted = 'enc:v1:aaaaaaaaaaaaaaaaaaaaaa:c2VjcmV0';
