import type { ReceivingChannel, ReceivingSettings } from '@plumbline/events';
import { anyContext } from '@plumbline/kernel/testing';
import type { AccountCommand, AccountCommandOf } from './commands.ts';

const who = { tenant: 'main', pid: '1000', aid: '1' };

export const t0 = anyContext.atMs;

export const wx: ReceivingChannel = {
  ...{ cid: '2', type: 'wxpay', channel: 'wxpay1#1001', pattern: 1, payUrl: null, enabled: true },
};
export const ali: ReceivingChannel = {
  ...{ cid: '3', type: 'alipay', channel: 'alipay1#1002', pattern: 0, payUrl: null, enabled: true },
};

export const settings: ReceivingSettings = {
  ...{ offsetsMax: 0, offsetStepMinor: 1n, offsetUp: true, settleMs: 60_000, lateMs: 86_400_000 },
};

export const register = (
  over: Partial<AccountCommandOf<'RegisterReceivingAccount'>> = {},
): AccountCommand => ({
  type: 'RegisterReceivingAccount',
  data: { ...who, name: 'till', currency: 'CNY', channels: [wx, ali], settings, ...over },
});

export const change = (
  over: Partial<AccountCommandOf<'ChangeReceivingAccount'>> = {},
): AccountCommand => ({
  type: 'ChangeReceivingAccount',
  data: { ...who, name: 'till', channels: [wx, ali], settings, ...over },
});

export const pause: AccountCommand = {
  type: 'PauseReceivingAccount',
  data: { ...who, reason: 'phone is broken' },
};

export const resume: AccountCommand = { type: 'ResumeReceivingAccount', data: who };

/** Waits for three minutes, on the channel of WeChat. */
export const activate = (
  name: string,
  amountMinor: bigint,
  over: Partial<AccountCommandOf<'ActivateOrder'>> = {},
): AccountCommand => ({
  type: 'ActivateOrder',
  data: {
    ...{ ...who, cid: '2', orderNo: `O-${name}`, payNo: `PAY-${name}`, reference: `R-${name}` },
    ...{ amountMinor, currency: 'CNY', expireAt: t0 + 180_000, ...over },
  },
});

export const query = (name: string): AccountCommand => ({
  type: 'QueryActiveOrder',
  data: { ...who, reference: `R-${name}` },
});

export const end = (name: string): AccountCommand => ({
  type: 'EndActiveOrder',
  data: { ...who, reference: `R-${name}` },
});

export const money = (
  platformOrder: string,
  amountMinor: bigint,
  over: Partial<AccountCommandOf<'ReportMoney'>> = {},
): AccountCommand => ({
  type: 'ReportMoney',
  data: {
    ...{ ...who, payway: 'wxpay', channel: 'wxpay1#1001', amountMinor, currency: 'CNY' },
    ...{ platformOrder, rawPayload: 'enc:v1:test:e30', reportedBy: 'mc_1', ...over },
  },
});

export const match = (platformOrder: string, name: string): AccountCommand => ({
  type: 'MatchMoney',
  data: { ...who, platformOrder, reference: `R-${name}`, reason: 'seen on the phone' },
});

export const setAside = (platformOrder: string): AccountCommand => ({
  type: 'SetMoneyAside',
  data: { ...who, platformOrder, reason: 'a present' },
});

export const expire: AccountCommand = { type: 'ExpireOrders', data: {} };
