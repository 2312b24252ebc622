import type { CreateRequest, RefundReference, RefundRequest, RequestContext } from '../port.ts';

/** What the port's calls are given in tests; each test changes what it is about. */
export const context: RequestContext = {
  nowMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  nonce: '0123456789abcdef0123456789abcdef',
};

export const createInput: CreateRequest = {
  reference: 'PAY17637123456781234512345678901',
  ...{ amountMinor: 1_234n, currency: 'CNY' },
  subject: '一 coffee ☕',
  expireAtMs: Date.UTC(2026, 0, 2, 3, 34, 5, 678),
  notifyUrl: 'https://shop.example/notify',
  returnUrl: 'https://shop.example/back',
};

export const referenceInput = {
  reference: createInput.reference,
  gatewayTransactionId: 'T-1',
  handle: 'H-1',
};

export const refundInput: RefundRequest = {
  ...referenceInput,
  refundReference: 'REF17637123456781234512345678901',
  ...{ amountMinor: 234n, currency: 'CNY' },
  paymentAmountMinor: 1_234n,
  reason: '不要了',
};

export const refundReferenceInput: RefundReference = {
  ...referenceInput,
  refundReference: refundInput.refundReference,
  gatewayRefundId: null,
};
