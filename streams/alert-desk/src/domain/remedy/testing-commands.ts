import type { LeaveVerdict, RemedyKind, RemedyProof } from '@plumbline/events';
import type { RemedyCommand, RemedyCommandOf } from './commands.ts';
import { effectIdOf, remedyIdOf } from './ids.ts';
import { remedyDeciderOf } from './remedy.ts';

export const remedyDecider = remedyDeciderOf('own.events.v1');

export const key = 'main/O-1';
export const alertId = 'alert-1';
export const remedyId = remedyIdOf(key, alertId);
export const commandId = effectIdOf(key, remedyId);

export const proof = (type: string): RemedyProof => ({
  ...{ eventId: `of ${type}`, type, topic: 'x.events.v1' },
});

export const propose = (kind: RemedyKind = 'REFUND'): RemedyCommand => ({
  type: 'ProposeRemedy',
  data: {
    ...{ remedyId, alertId, rule: 'C', kind, tenant: 'main', orderNo: 'O-1', payNo: 'P-1' },
    ...{ amountMinor: 1_000n, currency: 'JPY', sourceEventId: 'e-1', sourceTime: 5 },
  },
});

export const leave = (
  verdict: LeaveVerdict,
  over: Partial<RemedyCommandOf<'RecordLeave'>> = {},
): RemedyCommand => ({
  type: 'RecordLeave',
  data: { remedyId, orderNo: 'O-1', verdict, code: null, approvalsNeeded: 0, ...over },
});

export const held = (approvalsNeeded = 1): RemedyCommand =>
  leave('HELD', { code: 'APPROVAL_MISSING', approvalsNeeded });

export const approve: RemedyCommand = { type: 'ApproveRemedy', data: { remedyId, reason: 'yes' } };
export const reject: RemedyCommand = { type: 'RejectRemedy', data: { remedyId, reason: 'no' } };

export const outcome = (over: Partial<RemedyCommandOf<'NoteOutcome'>> = {}): RemedyCommand => ({
  type: 'NoteOutcome',
  data: { commandId, isRefused: false, code: null, message: null, events: [], ...over },
});

export const refused: RemedyCommand = outcome({ isRefused: true, code: 'REFUND_EXCEEDS_CAPTURED' });

export const refunded: RemedyCommand = {
  type: 'NoteRefund',
  data: { refundId: remedyId, failure: null, proof: proof('RefundSucceeded') },
};

export const notRefunded: RemedyCommand = {
  type: 'NoteRefund',
  data: {
    ...{ refundId: remedyId, proof: proof('RefundFailed') },
    failure: { code: 'NO_BALANCE', reason: 'the merchant has no balance' },
  },
};

export const alertEnd: Extract<RemedyCommand, { readonly type: 'NoteAlertEnd' }> = {
  type: 'NoteAlertEnd',
  data: { alertId, resolution: 'AUTO_RESOLVED', proof: proof('AlertResolved') },
};

export const lingering = (payNos: readonly string[], left = 0): RemedyCommand => ({
  type: 'RecordLingering',
  data: { remedyId, payNos, left },
});
