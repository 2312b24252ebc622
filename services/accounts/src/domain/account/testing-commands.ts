import { anyContext } from '@plumbline/kernel/testing';
import type { AccountCommand, AccountCommandOf } from './commands.ts';

const who = { tenant: 'main', account: 'ada' };

/** When the holds of these commands end. */
export const expireAt = anyContext.atMs + 1_000;

export const credit = (
  entryId: string,
  amountMinor: bigint,
  over: Partial<AccountCommandOf<'CreditAccount'>> = {},
): AccountCommand => ({
  type: 'CreditAccount',
  data: { ...who, entryId, amountMinor, currency: 'CNY', reason: 'paid in', ...over },
});

export const debit = (entryId: string, amountMinor: bigint, currency = 'CNY'): AccountCommand => ({
  type: 'DebitAccount',
  data: { ...who, entryId, amountMinor, currency, reason: 'paid out' },
});

export const hold = (
  holdId: string,
  amountMinor: bigint,
  over: Partial<AccountCommandOf<'HoldFunds'>> = {},
): AccountCommand => ({
  type: 'HoldFunds',
  data: {
    ...{ ...who, holdId, amountMinor, currency: 'CNY' },
    ...{ orderNo: 'O-1', expireAt, replyTo: null, ...over },
  },
});

export const capture = (holdId: string, replyTo: string | null = null): AccountCommand => ({
  type: 'CaptureHold',
  data: { ...who, holdId, replyTo },
});

export const release = (holdId: string, replyTo: string | null = null): AccountCommand => ({
  type: 'ReleaseHold',
  data: { ...who, holdId, reason: 'mind', replyTo },
});

export const expire: AccountCommand = { type: 'ExpireHolds', data: {} };
