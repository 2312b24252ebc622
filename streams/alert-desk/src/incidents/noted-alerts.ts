import type { AlertEnd, AlertNoted, AlertsEvent } from '@plumbline/events';
import * as limits from './limits.ts';

/** What is kept of an alert, so that its end counts as much as its beginning did. */
export interface NotedAlert {
  readonly alertId: string;
  readonly rule: string;
  readonly raisedAtMs: number;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** How it ended; null while it stands. */
  readonly end: AlertEnd | null;
}

/** The alerts of one order key, by when they were raised or last ended. */
export type NotedAlerts = readonly NotedAlert[];

export const noAlerts: NotedAlerts = [];

/** A step of an alert, but for whose it is and where it stands in the log. */
export type Step = Pick<
  AlertNoted,
  'alertId' | 'rule' | 'step' | 'end' | 'raisedAt' | 'amountMinor' | 'currency'
>;

/**
 * The alerts after an event, and what it means for an incident: null for an event that leaves an
 * alert standing or ended as it was, and of an alert that is not known any more.
 */
export function note(
  alerts: NotedAlerts,
  { type, data }: AlertsEvent,
  atMs: number,
): { readonly alerts: NotedAlerts; readonly step: Step | null } {
  switch (type) {
    case 'AlertRaised': {
      const { alertId, rule, amountMinor, currency } = data;
      if (alertIn(alerts, alertId) !== null) return { alerts, step: null };
      const alert = { alertId, rule, raisedAtMs: atMs, amountMinor, currency, end: null };
      return { alerts: [...alerts, alert], step: stepOf(alert, 'RAISED', null) };
    }
    case 'AlertResolved': {
      const alert = alertIn(alerts, data.alertId);
      if (alert === null || alert.end !== null) return { alerts, step: null };
      const ended = { ...alert, end: data.resolution };
      return {
        alerts: withRoom([...alerts.filter((each) => each !== alert), ended]),
        step: stepOf(alert, 'ENDED', ended.end),
      };
    }
    case 'AlertReopened': {
      const alert = alertIn(alerts, data.alertId);
      if (alert === null || alert.end === null) return { alerts, step: null };
      const open = { ...alert, end: null };
      return {
        alerts: alerts.map((each) => (each === alert ? open : each)),
        step: stepOf(alert, 'REOPENED', alert.end),
      };
    }
    case 'AlertAcknowledged':
    case 'AlertInvestigated':
    case 'RulesActivated':
      // Whoever looks at an alert leaves it standing.
      return { alerts, step: null };
  }
}

const alertIn = (alerts: NotedAlerts, alertId: string): NotedAlert | null =>
  alerts.find((each) => each.alertId === alertId) ?? null;

/** Without the one that ended first, where more have ended than can be reopened. */
function withRoom(alerts: NotedAlerts): NotedAlerts {
  const ended = alerts.filter(({ end }) => end !== null);
  if (ended.length <= limits.endedAlertsMax) return alerts;
  return alerts.filter((each) => each !== ended[0]);
}

const stepOf = (
  { alertId, rule, raisedAtMs, amountMinor, currency }: NotedAlert,
  step: Step['step'],
  end: Step['end'],
): Step => ({ alertId, rule, step, end, raisedAt: raisedAtMs, amountMinor, currency });
