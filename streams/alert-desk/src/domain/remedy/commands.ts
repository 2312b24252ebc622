import type { RemediesCommand, RemedyKind, RemedyProof } from '@plumbline/events';

/** An alert was raised for which there is a policy. Heard. */
export interface ProposeRemedy {
  readonly type: 'ProposeRemedy';
  readonly data: {
    readonly remedyId: string;
    readonly alertId: string;
    readonly rule: string;
    readonly kind: RemedyKind;
    readonly tenant: string;
    readonly orderNo: string;
    readonly payNo: string | null;
    readonly amountMinor: bigint;
    readonly currency: string;
    readonly sourceEventId: string | null;
    readonly sourceTime: number | null;
  };
}

/** What became of a command that a remedy sent. Heard. */
export interface NoteOutcome {
  readonly type: 'NoteOutcome';
  readonly data: {
    readonly commandId: string;
    readonly isRefused: boolean;
    readonly code: string | null;
    readonly message: string | null;
    /** In the order in which they were written; none of what changed nothing. */
    readonly events: readonly RemedyProof[];
  };
}

/** How a refund went. Heard. */
export interface NoteRefund {
  readonly type: 'NoteRefund';
  readonly data: {
    readonly refundId: string;
    /** `null` when the money went back. */
    readonly failure: { readonly code: string; readonly reason: string } | null;
    readonly proof: RemedyProof;
  };
}

/** The alert has ended, whatever the reason. Heard. */
export interface NoteAlertEnd {
  readonly type: 'NoteAlertEnd';
  readonly data: {
    readonly alertId: string;
    readonly resolution: string;
    readonly proof: RemedyProof;
  };
}

export type HeardCommand = ProposeRemedy | NoteOutcome | NoteRefund | NoteAlertEnd;

export type RemedyCommand = RemediesCommand | HeardCommand;

export type RemedyCommandOf<T extends RemedyCommand['type']> = Extract<
  RemedyCommand,
  { readonly type: T }
>['data'];
