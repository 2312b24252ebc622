import type { MoneyReportContradicted, MoneyUnmatched, ReceivingEvent } from '@plumbline/events';

/** Events of one account that people pay into, for tests of the rules. */
export const receivingKey = 'main/1000.1';

const account = { tenant: 'main', pid: '1000', aid: '1' };
const money = {
  ...{ payway: 'wxpay', channel: 'wxpay1#1001', amountMinor: 1_000n, currency: 'CNY' },
  reportedBy: 'mc_1',
};

export const unmatched = (
  platformOrder: string,
  over: Partial<MoneyUnmatched> = {},
): ReceivingEvent => ({
  type: 'MoneyUnmatched',
  data: {
    ...{ ...account, ...money, platformOrder, why: 'NO_ORDER', candidates: [] },
    ...{ rawPayload: 'enc:v1:test:e30', receivedAt: 0, ...over },
  },
});

export const matched = (
  platformOrder: string,
  kind: 'ON_TIME' | 'LATE' | 'MANUAL',
): ReceivingEvent => ({
  type: 'MoneyMatched',
  data: {
    ...{ ...account, ...money, cid: '2', platformOrder, orderNo: 'H1', payNo: 'PAY1' },
    ...{ reference: 'PAY1-1', orderAmountMinor: 1_000n, toldMinor: 1_000n, kind },
    ...{ reason: kind === 'MANUAL' ? 'the buyer showed it' : null, rawPayload: null },
    ...{ receivedAt: 0, matchedAt: 0 },
  },
});

export const setAside = (platformOrder: string): ReceivingEvent => ({
  type: 'MoneySetAside',
  data: {
    ...{ ...account, platformOrder, amountMinor: 1_000n, currency: 'CNY' },
    ...{ reason: 'a friend paid it', setAsideAt: 0 },
  },
});

export const contradicted = (
  platformOrder: string,
  over: Partial<MoneyReportContradicted> = {},
): ReceivingEvent => ({
  type: 'MoneyReportContradicted',
  data: { ...account, ...money, platformOrder, reportedAt: 0, ...over },
});

export const orderActivated: ReceivingEvent = {
  type: 'OrderActivated',
  data: {
    ...{ ...account, cid: '2', type: 'wxpay', pattern: 1, orderNo: 'H1', payNo: 'PAY1' },
    ...{ reference: 'PAY1-1', amountMinor: 1_000n, payableMinor: 1_000n, currency: 'CNY' },
    ...{ payUrl: null, expireAt: 0, activatedAt: 0 },
  },
};
