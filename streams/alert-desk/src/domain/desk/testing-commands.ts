import type { MoneyLimit, RemedyPolicy } from '@plumbline/events';
import type { DeskCommand, DeskCommandOf } from './commands.ts';

export const tenant = 'main';
/** The beginning of a clock hour: 2026-01-01T12:00:00Z. */
export const hourMs = 1_767_268_800_000;

export const yen: MoneyLimit = {
  ...{ currency: 'JPY', perRemedyMinor: 5_000n, perHourMinor: 9_000n },
  secondPersonAboveMinor: 2_000n,
};

export const refunds: RemedyPolicy = {
  ...{ rule: 'C', mode: 'ACT', remedy: 'REFUND', perHourMax: 3, money: [yen], dryRun: false },
};

export const set = (over: Partial<RemedyPolicy> = {}): DeskCommand => ({
  type: 'SetRemedyPolicy',
  data: { tenant, policy: { ...refunds, ...over }, reason: 'so be it' },
});

export const stop = (rule: string | null): DeskCommand => ({
  type: 'StopRemedies',
  data: { tenant, rule, reason: 'wait' },
});

export const resume = (rule: string | null): DeskCommand => ({
  type: 'ResumeRemedies',
  data: { tenant, rule, reason: 'go on' },
});

type Leave = DeskCommandOf<'RequestLeave'>;

export const leave = (remedyId: string, over: Partial<Leave> = {}): DeskCommand => ({
  type: 'RequestLeave',
  data: {
    ...{ tenant, rule: 'C', remedyId, alertId: `alert-${remedyId}`, orderNo: 'O-1', payNo: 'P-1' },
    ...{ remedy: 'REFUND', amountMinor: 1_000n, currency: 'JPY', approvals: [] },
    ...{ sourceEventId: null, sourceTime: null, replyTo: 'main/O-1', ...over },
  },
});
