// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Say that a remedy may start. */
export interface ApproveRemedy {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** The gateway of a channel is asked about the payments that lingered there the longest. */
export interface ChannelSwept {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** The channel, as channel.<CHANNEL>; the part of the routing key behind the slash. */
  readonly orderNo: string;
  /** Numbers of the payments that are asked about, the longest silent first. */
  readonly payNos: readonly string[];
  /** How many more lingered, and are left to their own timers. */
  readonly left: number;
  /** Broker time. Epoch ms. */
  readonly sweptAt: number;
}

/** What was decided of a request to start. */
export type LeaveVerdict = 'STARTED' | 'HELD' | 'DRY_RUN' | 'UNKNOWN';

/** Tell a remedy what was decided of its request to start. */
export interface RecordLeave {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What was decided. */
  readonly verdict: LeaveVerdict;
  /** Why it may not start; null if it may. */
  readonly code: null | string;
  /** How many persons have to approve it. */
  readonly approvalsNeeded: number;
}

/** Tell a remedy which payments of its channel linger at their gateway. */
export interface RecordLingering {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Numbers of payments, the longest silent first. */
  readonly payNos: readonly string[];
  /** How many more linger. */
  readonly left: number;
}

/** Say that a remedy is not to start. */
export interface RejectRemedy {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** The alert that it was for has ended. */
export interface RemedyAlertEnded {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How the alert ended. */
  readonly resolution: string;
  /** The event that says so. */
  readonly proof: RemedyProof;
  /** Broker time. Epoch ms. */
  readonly endedAt: number;
}

/** Somebody says that it may start. */
export interface RemedyApproved {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Who. */
  readonly by: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Whether it now asks to start. */
  readonly isEnough: boolean;
  /** Broker time of the command. Epoch ms. */
  readonly approvedAt: number;
}

/** Nothing more comes of it. */
export interface RemedyEnded {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How it ended. */
  readonly ending: RemedyEnding;
  /** Why it brought nothing about; null if it did. */
  readonly code: null | string;
  /** Why, in words for people. */
  readonly reason: string;
  /** What it brought about; null if nothing. */
  readonly proof: null | RemedyProof;
  /** Broker time. Epoch ms. */
  readonly endedAt: number;
}

/** How a remedy ended. */
export type RemedyEnding = 'DONE' | 'REFUSED' | 'FAILED' | 'REJECTED' | 'WITHDRAWN' | 'DRY_RUN' | 'UNKNOWN';

/** It does not start by itself: it waits for a person. */
export interface RemedyHeld {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why. */
  readonly code: string;
  /** How many persons have to approve it. */
  readonly approvalsNeeded: number;
  /** Broker time of the decision. Epoch ms. */
  readonly heldAt: number;
}

/** What is done about an alert. */
export type RemedyKind = 'COMPLETE_ORDER' | 'REFUND' | 'PUSH_CHECKOUT' | 'QUERY_PAYMENT' | 'REFUND_SECOND' | 'TELL_AGAIN' | 'SWEEP_CHANNEL' | 'UNKNOWN';

/** The event that shows what a remedy brought about. */
export interface RemedyProof {
  /** Id of the event. */
  readonly eventId: string;
  /** Type of the event. */
  readonly type: string;
  /** Topic in which it stands. */
  readonly topic: string;
}

/** An alert was raised for which there is a policy. */
export interface RemedyProposed {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What is done. */
  readonly kind: RemedyKind;
  /** Number of the payment; null if none is concerned. */
  readonly payNo: null | string;
  /** Amount at stake, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Id of the event of the payment that the order is told of; null if it is told of none. */
  readonly sourceEventId: null | string;
  /** Broker time of that event. Epoch ms. */
  readonly sourceTime: null | number;
  /** Broker time of the alert. Epoch ms. */
  readonly proposedAt: number;
}

/** Its command is in the log. */
export interface RemedyStarted {
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What is done. */
  readonly kind: RemedyKind;
  /** Id of the command. */
  readonly commandId: string;
  /** Broker time at which that became known here. Epoch ms. */
  readonly startedAt: number;
}

export type RemediesEvent =
  | { readonly type: 'ChannelSwept'; readonly data: ChannelSwept }
  | { readonly type: 'RemedyAlertEnded'; readonly data: RemedyAlertEnded }
  | { readonly type: 'RemedyApproved'; readonly data: RemedyApproved }
  | { readonly type: 'RemedyEnded'; readonly data: RemedyEnded }
  | { readonly type: 'RemedyHeld'; readonly data: RemedyHeld }
  | { readonly type: 'RemedyProposed'; readonly data: RemedyProposed }
  | { readonly type: 'RemedyStarted'; readonly data: RemedyStarted };

/** Full record names of {@link RemediesEvent}. */
export const remediesEventNames = [
  'plumbline.remedies.ChannelSwept',
  'plumbline.remedies.RemedyAlertEnded',
  'plumbline.remedies.RemedyApproved',
  'plumbline.remedies.RemedyEnded',
  'plumbline.remedies.RemedyHeld',
  'plumbline.remedies.RemedyProposed',
  'plumbline.remedies.RemedyStarted',
] as const;

export type RemediesCommand =
  | { readonly type: 'ApproveRemedy'; readonly data: ApproveRemedy }
  | { readonly type: 'RecordLeave'; readonly data: RecordLeave }
  | { readonly type: 'RecordLingering'; readonly data: RecordLingering }
  | { readonly type: 'RejectRemedy'; readonly data: RejectRemedy };

/** Full record names of {@link RemediesCommand}. */
export const remediesCommandNames = [
  'plumbline.remedies.ApproveRemedy',
  'plumbline.remedies.RecordLeave',
  'plumbline.remedies.RecordLingering',
  'plumbline.remedies.RejectRemedy',
] as const;
