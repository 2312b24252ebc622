// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** How an alert ended, as on the alerts topic. */
export type AlertEnd = 'RESOLVED' | 'AUTO_RESOLVED' | 'SUPERSEDED' | 'WRITTEN_OFF' | 'SUPPRESSED' | 'UNKNOWN';

/** A step of an alert, said again under the key of its rule. */
export interface AlertNoted {
  /** Id of the alert. */
  readonly alertId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose order it is. */
  readonly tenant: string;
  /** Number of the order, unique within its tenant. */
  readonly orderNo: string;
  /** What became of it. */
  readonly step: AlertStep;
  /** How it ended, or had ended before it was reopened; null of one that is raised. */
  readonly end: null | AlertEnd;
  /** Broker time at which it was raised. Epoch ms. */
  readonly raisedAt: number;
  /** Amount at stake, in minor units of the currency. */
  readonly amountMinor: bigint;
  /** ISO 4217 code of the amount. */
  readonly currency: string;
  /** Partition of the event on the alerts topic. */
  readonly alertPartition: number;
  /** Offset of the event there: what of a partition has been noted once is not counted again. */
  readonly alertOffset: bigint;
  /** Id of the event on the alerts topic. */
  readonly alertEventId: string;
}

/** What became of an alert, as far as it counts. */
export type AlertStep = 'RAISED' | 'ENDED' | 'REOPENED' | 'UNKNOWN';

/** How many alerts an incident has, and what became of them. */
export interface IncidentCounts {
  /** All of them. */
  readonly members: number;
  /** Those that stand. */
  readonly open: number;
  /** Ended by a person. */
  readonly resolved: number;
  /** Ended by what healed them. */
  readonly autoResolved: number;
  /** Ended by another alert that took their place. */
  readonly superseded: number;
  /** Written off. */
  readonly writtenOff: number;
  /** Suppressed. */
  readonly suppressed: number;
}

/** Why an incident is over: all of its alerts had ended, or none came for long. */
export type IncidentEnd = 'ALL_ENDED' | 'QUIET' | 'UNKNOWN';

/** No alert joins an incident any more. */
export interface IncidentEnded {
  /** Id of the incident, derived from its key and the alert that made it one. */
  readonly incidentId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose orders they are. */
  readonly tenant: string;
  /** Why. */
  readonly reason: IncidentEnd;
  /** Its alerts after this. */
  readonly counts: IncidentCounts;
  /** What is at stake, by currency, in the order of their codes. */
  readonly money: readonly MoneyAtStake[];
  /** Broker time: alerts that were raised later are not in it. Epoch ms. */
  readonly endedAt: number;
}

/** So many alerts of one rule were raised within a short time that they are one matter. */
export interface IncidentOpened {
  /** Id of the incident, derived from its key and the alert that made it one. */
  readonly incidentId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose orders they are. */
  readonly tenant: string;
  /** Broker time of its first alert: later ones are in it. Epoch ms. */
  readonly firstAt: number;
  /** Broker time of its newest alert. Epoch ms. */
  readonly lastAt: number;
  /** Ids of the alerts that have joined since the event before. */
  readonly joined: readonly string[];
  /** Its alerts after this. */
  readonly counts: IncidentCounts;
  /** What is at stake, by currency, in the order of their codes. */
  readonly money: readonly MoneyAtStake[];
  /** Broker time. Epoch ms. */
  readonly openedAt: number;
}

/** Alerts have joined an incident, ended or been reopened; also after its end. */
export interface IncidentUpdated {
  /** Id of the incident, derived from its key and the alert that made it one. */
  readonly incidentId: string;
  /** Name of the rule. */
  readonly rule: string;
  /** Whose orders they are. */
  readonly tenant: string;
  /** Broker time of its newest alert. Epoch ms. */
  readonly lastAt: number;
  /** Ids of the alerts that have joined since the event before. */
  readonly joined: readonly string[];
  /** Its alerts after this. */
  readonly counts: IncidentCounts;
  /** What is at stake, by currency, in the order of their codes. */
  readonly money: readonly MoneyAtStake[];
  /** Broker time. Epoch ms. */
  readonly updatedAt: number;
}

/** What the alerts of an incident put at stake in one currency. */
export interface MoneyAtStake {
  /** ISO 4217 code. */
  readonly currency: string;
  /** Of all its alerts, in minor units. */
  readonly amountMinor: bigint;
  /** Of those that stand, in minor units. */
  readonly openMinor: bigint;
}

export type IncidentsEvent =
  | { readonly type: 'IncidentEnded'; readonly data: IncidentEnded }
  | { readonly type: 'IncidentOpened'; readonly data: IncidentOpened }
  | { readonly type: 'IncidentUpdated'; readonly data: IncidentUpdated };

/** Full record names of {@link IncidentsEvent}. */
export const incidentsEventNames = [
  'plumbline.incidents.IncidentEnded',
  'plumbline.incidents.IncidentOpened',
  'plumbline.incidents.IncidentUpdated',
] as const;

export type IncidentsRecord =
  | { readonly type: 'AlertNoted'; readonly data: AlertNoted };

/** Full record names of {@link IncidentsRecord}. */
export const incidentsRecordNames = [
  'plumbline.incidents.AlertNoted',
] as const;
