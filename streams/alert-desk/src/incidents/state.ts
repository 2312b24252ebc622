import type { AlertEnd, IncidentCounts, MoneyAtStake } from '@plumbline/events';

/**
 * Alerts of one rule and tenant.
 *
 *     alone ──so many within the window──► OPEN ──all ended and settled, or quiet──► ENDED
 *                                           ▲│                                       ▲│
 *                                           └┘ joins, ends, is reopened              └┘ ends, is reopened
 *
 * Which incident an alert is in is a function of the broker time at which it was raised: an incident
 * has those from its first alert to its end. So no list of members is needed, however many there
 * are, and an end counts where the beginning did.
 */
export interface RuleIncidents {
  /** By partition of the alerts topic: the newest event that has been counted. */
  readonly seen: Readonly<Record<string, bigint>>;
  /** Raised within the window and in no incident, by when; fewer than make one. */
  readonly pending: readonly PendingAlert[];
  /** The newest ones, oldest first. All but the last have ended. */
  readonly incidents: readonly Incident[];
}

export interface PendingAlert {
  readonly alertId: string;
  readonly raisedAtMs: number;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly end: AlertEnd | null;
}

export interface Incident {
  readonly incidentId: string;
  readonly rule: string;
  readonly tenant: string;
  /** Of its first alert. */
  readonly fromMs: number;
  /** Alerts that were raised later are not in it; null while it is open. */
  readonly untilMs: number | null;
  /** Of its newest alert. */
  readonly lastAtMs: number;
  readonly counts: IncidentCounts;
  /** By the codes of the currencies. */
  readonly money: readonly MoneyAtStake[];
  /** Broker time of the newest note, and of the newest of an alert that was raised. */
  readonly notedMs: number;
  readonly joinedMs: number;
  /** Members that no event has named yet. */
  readonly unsaid: readonly string[];
  /** Since when the newest event does not say how it stands; null when it does. */
  readonly unsaidSinceMs: number | null;
}

export const noIncidents: RuleIncidents = { seen: {}, pending: [], incidents: [] };
