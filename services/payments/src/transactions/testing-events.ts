import type { Channel, PaymentReportContradicted, PaymentsEvent } from '@plumbline/events';

/** Events of payments as their decider writes them, for tests of what follows their transactions. */
const ids = (payNo: string) => ({ payNo, orderNo: 'not read' });
const money = { amountMinor: 100n, currency: 'CNY' };

export const requested = (payNo: string, channel: Channel = 'MOCK'): PaymentsEvent => ({
  type: 'GatewayCallRequested',
  data: {
    ...{ ...ids(payNo), ...money, callId: `call-of-${payNo}`, kind: 'CREATE', channel, attempt: 1 },
    ...{
      reference: payNo,
      subject: null,
      returnUrl: null,
      account: null,
      expireAt: 9,
      requestedAt: 1,
    },
    ...{ gatewayTransactionId: null, handle: null, reason: null, refundId: null },
    ...{ refundReference: null, refundAmountMinor: null, gatewayRefundId: null },
  },
});

export const succeeded = (payNo: string, channelTradeNo: string): PaymentsEvent => ({
  type: 'PaymentSucceeded',
  data: {
    ...{ ...ids(payNo), ...money, eventId: 'e', channel: 'MOCK', channelTradeNo, paidAt: 5 },
    ...{ eventTime: 5, traceId: 't', version: '1.0' },
  },
});

export const contradicted = (
  payNo: string,
  said: Pick<PaymentReportContradicted, 'reportedStatus' | 'channelTradeNo'>,
): PaymentsEvent => ({
  type: 'PaymentReportContradicted',
  data: {
    ...{ ...ids(payNo), callbackId: 'c', currentStatus: 'FAILED', reportedAt: 7 },
    ...{ source: 'QUERY', ...said },
  },
});
