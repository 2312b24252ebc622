// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** A remedy starts: its command goes out with this event, unless it is a dry run. */
export interface LeaveGranted {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What is to be done. */
  readonly remedy: PolicyRemedy;
  /** Amount at stake, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Whether nothing is sent. */
  readonly dryRun: boolean;
  /** Who approved it, each once. */
  readonly approvals: readonly string[];
  /** Beginning of the clock hour against whose limits it counts. Epoch ms. */
  readonly hour: number;
  /** Broker time at which it was decided. Epoch ms. */
  readonly grantedAt: number;
}

/** How much remedies of one rule may move, in one currency. */
export interface MoneyLimit {
  /** ISO 4217 code of the amounts. */
  readonly currency: string;
  /** The most of one remedy, in minor units of the currency. */
  readonly perRemedyMinor: bigint;
  /** The most of all remedies that start within a clock hour of broker time, in minor units of the currency. */
  readonly perHourMinor: bigint;
  /** A remedy of more than this needs two persons, in minor units of the currency. */
  readonly secondPersonAboveMinor: bigint;
}

/** The policies of a tenant as they are now, for one partition. */
export interface PoliciesCopied {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** One entry a rule. */
  readonly policies: readonly RemedyPolicy[];
}

/** What is done about the alerts of a rule: nothing; what a person approves; what the limits allow. */
export type PolicyMode = 'OBSERVE' | 'PROPOSE' | 'ACT' | 'UNKNOWN';

/** What is to be done about an alert. */
export type PolicyRemedy = 'COMPLETE_ORDER' | 'REFUND' | 'PUSH_CHECKOUT' | 'QUERY_PAYMENT' | 'REFUND_SECOND' | 'TELL_AGAIN' | 'SWEEP_CHANNEL' | 'UNKNOWN';

/** Remedies may start again. */
export interface RemediesResumed {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** Name of the rule; null for all rules of the tenant. */
  readonly rule: null | string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly resumedAt: number;
}

/** From here on no remedy starts. */
export interface RemediesStopped {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** Name of the rule; null for all rules of the tenant. */
  readonly rule: null | string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly stoppedAt: number;
}

/** What is done about the alerts of one rule, and within which limits. */
export interface RemedyPolicy {
  /** Name of the rule. */
  readonly rule: string;
  /** Whether anything is done, and who decides it. */
  readonly mode: PolicyMode;
  /** What is done. */
  readonly remedy: PolicyRemedy;
  /** The most remedies that start within a clock hour of broker time. */
  readonly perHourMax: number;
  /** One entry a currency; in others nothing is moved. */
  readonly money: readonly MoneyLimit[];
  /** Whether everything is decided and nothing is sent. */
  readonly dryRun: boolean;
}

/** From here on this is done about the alerts of a rule. */
export interface RemedyPolicySet {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** All of it. */
  readonly policy: RemedyPolicy;
  /** 1…n: which setting of this rule it is. */
  readonly revision: number;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly setAt: number;
}

/** Ask that a remedy may start. */
export interface RequestLeave {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Id of the remedy, derived from that of its alert. */
  readonly remedyId: string;
  /** Id of the alert. */
  readonly alertId: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment; null if none is concerned. */
  readonly payNo: null | string;
  /** What is to be done. */
  readonly remedy: PolicyRemedy;
  /** Amount at stake, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Id of the event of the payment that the order is told of; null if it is told of none. */
  readonly sourceEventId: null | string;
  /** Broker time of that event. Epoch ms. */
  readonly sourceTime: null | number;
  /** Who approved it, each once. */
  readonly approvals: readonly string[];
  /** Key under which the answer is awaited. */
  readonly replyTo: string;
}

/** Let remedies start again. */
export interface ResumeRemedies {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** Name of the rule; null for all rules of the tenant. */
  readonly rule: null | string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Set what is done about the alerts of a rule. */
export interface SetRemedyPolicy {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** All of it, as it is to be. */
  readonly policy: RemedyPolicy;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Let no remedy start any more. */
export interface StopRemedies {
  /** Whose desk: the tenant of the orders. */
  readonly tenant: string;
  /** Name of the rule; null for all rules of the tenant. */
  readonly rule: null | string;
  /** Why, in words for people. */
  readonly reason: string;
}

export type DesksEvent =
  | { readonly type: 'LeaveGranted'; readonly data: LeaveGranted }
  | { readonly type: 'RemediesResumed'; readonly data: RemediesResumed }
  | { readonly type: 'RemediesStopped'; readonly data: RemediesStopped }
  | { readonly type: 'RemedyPolicySet'; readonly data: RemedyPolicySet };

/** Full record names of {@link DesksEvent}. */
export const desksEventNames = [
  'plumbline.desks.LeaveGranted',
  'plumbline.desks.RemediesResumed',
  'plumbline.desks.RemediesStopped',
  'plumbline.desks.RemedyPolicySet',
] as const;

export type DesksCommand =
  | { readonly type: 'RequestLeave'; readonly data: RequestLeave }
  | { readonly type: 'ResumeRemedies'; readonly data: ResumeRemedies }
  | { readonly type: 'SetRemedyPolicy'; readonly data: SetRemedyPolicy }
  | { readonly type: 'StopRemedies'; readonly data: StopRemedies };

/** Full record names of {@link DesksCommand}. */
export const desksCommandNames = [
  'plumbline.desks.RequestLeave',
  'plumbline.desks.ResumeRemedies',
  'plumbline.desks.SetRemedyPolicy',
  'plumbline.desks.StopRemedies',
] as const;

export type DesksRecord =
  | { readonly type: 'PoliciesCopied'; readonly data: PoliciesCopied };

/** Full record names of {@link DesksRecord}. */
export const desksRecordNames = [
  'plumbline.desks.PoliciesCopied',
] as const;
