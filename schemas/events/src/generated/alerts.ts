// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** Say that somebody looks after an alert. */
export interface AcknowledgeAlert {
  /** Id of the alert. */
  readonly alertId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Set the rules. */
export interface ActivateRules {
  /** All rules with their parameters. */
  readonly rules: readonly RuleParameters[];
  /** Why, in words for people. */
  readonly reason: string;
}

/** Somebody looks after an alert: the actor of this event. */
export interface AlertAcknowledged {
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly acknowledgedAt: number;
}

/** Somebody looks into the cause of an alert: the actor of this event. */
export interface AlertInvestigated {
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly investigatedAt: number;
}

/** Orders and payments disagree. */
export interface AlertRaised {
  /** Id of the alert, derived from the rule, the routing key and the triggering event. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Version of the rule that raised it. */
  readonly ruleVersion: number;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Number of the payment; null if none is concerned. */
  readonly payNo: null | string;
  /** How much it matters. */
  readonly severity: Severity;
  /** What is wrong, in a sentence. */
  readonly summary: string;
  /** What should have been seen. */
  readonly expected: string;
  /** What was seen instead. */
  readonly actual: string;
  /** Broker time by which it was expected; null if the rule has no grace. Epoch ms. */
  readonly deadline: null | number;
  /** Broker time at which it was found. Epoch ms. */
  readonly detectedAt: number;
  /** Amount at stake, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** How it was found: by an event, by a deadline that passed. */
  readonly howSeen: string;
  /** Id of the event that set the rule off. */
  readonly triggerEventId: string;
  /** The events it rests on, in the order in which they were seen. */
  readonly evidence: readonly Evidence[];
}

/** An alert that had ended stands again, by the word of a person. */
export interface AlertReopened {
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly reopenedAt: number;
}

/** What an alert said no longer holds. */
export interface AlertResolved {
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is; the part of the routing key before the slash. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** How it ended. */
  readonly resolution: Resolution;
  /** Id of the alert that takes its place; null if none does. */
  readonly supersededBy: null | string;
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time at which it ended. Epoch ms. */
  readonly resolvedAt: number;
  /** The events it rests on, in the order in which they were seen. */
  readonly evidence: readonly Evidence[];
  /** What was written off, in minor units of the currency; null of an end of another kind. */
  readonly lossMinor: null | bigint;
  /** ISO 4217 code of the loss; null with the loss. */
  readonly lossCurrency: null | string;
  /** Broker time at which a suppressed alert stands again if it is still so; null for never, and of an end of another kind. Epoch ms. */
  readonly suppressedUntil: null | number;
}

/** One event that an alert rests on, and where to find it. */
export interface Evidence {
  /** Id of the event. */
  readonly eventId: string;
  /** Type of the event. */
  readonly type: string;
  /** Topic in which it stands. */
  readonly topic: string;
  /** Partition in which it stands. */
  readonly partition: number;
  /** Offset at which it stands. */
  readonly offset: bigint;
  /** Broker time at which it was appended. Epoch ms. */
  readonly time: number;
}

/** Say that somebody looks into the cause of an alert. */
export interface InvestigateAlert {
  /** Id of the alert. */
  readonly alertId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** Have an alert that ended stand again. */
export interface ReopenAlert {
  /** Id of the alert. */
  readonly alertId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** How an alert ended: by a person, who may write it off or suppress it, by what healed it, or by another that took its place. */
export type Resolution = 'RESOLVED' | 'AUTO_RESOLVED' | 'SUPERSEDED' | 'WRITTEN_OFF' | 'SUPPRESSED' | 'UNKNOWN';

/** End an alert by the word of a person, whatever the log says. */
export interface ResolveAlert {
  /** Id of the alert. */
  readonly alertId: string;
  /** Why, in words for people. */
  readonly reason: string;
}

/** How one rule is set. */
export interface RuleParameters {
  /** Name of the rule. */
  readonly rule: string;
  /** Version of the rule: changes when what it means changes. */
  readonly version: number;
  /** Whether it raises alerts. */
  readonly enabled: boolean;
  /** How long the world has to catch up before it is an inconsistency, in milliseconds; null if the rule has no grace. */
  readonly graceMs: null | number;
  /** What else is set; parameters that are not listed are as the rule has them. */
  readonly values: readonly RuleValue[];
}

/** One number of a rule beside its grace. */
export interface RuleValue {
  /** Name of the parameter; says its unit. */
  readonly name: string;
  /** What it is set to. */
  readonly value: number;
}

/** From here on the rules are set like this. */
export interface RulesActivated {
  /** 1…n: which setting of the rules this is. */
  readonly revision: bigint;
  /** All rules with their parameters. */
  readonly rules: readonly RuleParameters[];
  /** Why, in words for people. */
  readonly reason: string;
  /** Broker time of the command. Epoch ms. */
  readonly activatedAt: number;
}

/** How much it matters. */
export type Severity = 'INFO' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

/** End an alert that nobody is to look at, for a time or for good. */
export interface SuppressAlert {
  /** Id of the alert. */
  readonly alertId: string;
  /** Broker time at which it stands again if it is still so; null for never. Epoch ms. */
  readonly until: null | number;
  /** Why, in words for people. */
  readonly reason: string;
}

/** End an alert by giving the money up. */
export interface WriteOffAlert {
  /** Id of the alert. */
  readonly alertId: string;
  /** What is lost, in minor units of the currency; null for all that is at stake. */
  readonly lossMinor: null | bigint;
  /** ISO 4217 code of the loss; null with the loss. */
  readonly lossCurrency: null | string;
  /** Why, in words for people. */
  readonly reason: string;
}

export type AlertsEvent =
  | { readonly type: 'AlertAcknowledged'; readonly data: AlertAcknowledged }
  | { readonly type: 'AlertInvestigated'; readonly data: AlertInvestigated }
  | { readonly type: 'AlertRaised'; readonly data: AlertRaised }
  | { readonly type: 'AlertReopened'; readonly data: AlertReopened }
  | { readonly type: 'AlertResolved'; readonly data: AlertResolved }
  | { readonly type: 'RulesActivated'; readonly data: RulesActivated };

/** Full record names of {@link AlertsEvent}. */
export const alertsEventNames = [
  'plumbline.alerts.AlertAcknowledged',
  'plumbline.alerts.AlertInvestigated',
  'plumbline.alerts.AlertRaised',
  'plumbline.alerts.AlertReopened',
  'plumbline.alerts.AlertResolved',
  'plumbline.alerts.RulesActivated',
] as const;

export type AlertsCommand =
  | { readonly type: 'AcknowledgeAlert'; readonly data: AcknowledgeAlert }
  | { readonly type: 'ActivateRules'; readonly data: ActivateRules }
  | { readonly type: 'InvestigateAlert'; readonly data: InvestigateAlert }
  | { readonly type: 'ReopenAlert'; readonly data: ReopenAlert }
  | { readonly type: 'ResolveAlert'; readonly data: ResolveAlert }
  | { readonly type: 'SuppressAlert'; readonly data: SuppressAlert }
  | { readonly type: 'WriteOffAlert'; readonly data: WriteOffAlert };

/** Full record names of {@link AlertsCommand}. */
export const alertsCommandNames = [
  'plumbline.alerts.AcknowledgeAlert',
  'plumbline.alerts.ActivateRules',
  'plumbline.alerts.InvestigateAlert',
  'plumbline.alerts.ReopenAlert',
  'plumbline.alerts.ResolveAlert',
  'plumbline.alerts.SuppressAlert',
  'plumbline.alerts.WriteOffAlert',
] as const;
