import type { AlertRaised, AlertResolved, AlertsEvent, Evidence } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';

/** What the rules said of one inconsistency. */
export interface SaidAlert {
  readonly raised: AlertRaised;
  /** Null while it stands, and once a person has had a word in how it ends. */
  readonly end: AlertEnd | null;
  readonly isEndedByPerson: boolean;
}

/** Ended by the rules themselves. */
export interface AlertEnd {
  readonly resolution: 'AUTO_RESOLVED' | 'SUPERSEDED';
  readonly supersededBy: string | null;
  /** Broker time, epoch ms. */
  readonly atMs: number;
  readonly evidence: readonly Evidence[];
}

/** Half open, broker time, epoch ms. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** There are more alerts than are kept. */
export class TooManyAlerts extends Error {
  override readonly name = 'TooManyAlerts';
}

/** What was said of the alerts of one partition, by whom: the log, or a replay. */
export interface SaidAlerts {
  take(event: AlertsEvent): void;
  /** Those that were raised in the window, in the order of their raising. */
  inWindow(): Iterable<SaidAlert>;
  /** Raised before the window or in it. */
  get(alertId: string): SaidAlert | null;
}

/**
 * Keeps every alert up to the end of the window, about a kilobyte each: one that was raised before it
 * here may be one that is raised in it there.
 */
export function createSaidAlerts(window: Window, alertsMax: number): SaidAlerts {
  const said = new Map<string, SaidAlert>();

  function withEnd(data: AlertResolved): void {
    const alert = said.get(data.alertId);
    if (alert === undefined || data.resolvedAt >= window.toMs) return;
    const { resolution, supersededBy, resolvedAt: atMs, evidence } = data;
    switch (resolution) {
      case 'AUTO_RESOLVED':
      case 'SUPERSEDED':
        said.set(data.alertId, { ...alert, end: { resolution, supersededBy, atMs, evidence } });
        return;
      case 'RESOLVED':
      case 'WRITTEN_OFF':
      case 'SUPPRESSED':
        said.set(data.alertId, { ...alert, end: null, isEndedByPerson: true });
        return;
      case 'UNKNOWN':
        return;
      default:
        unreachable(resolution);
    }
  }

  return {
    take(event) {
      switch (event.type) {
        case 'AlertRaised':
          if (event.data.detectedAt >= window.toMs) return;
          if (said.size >= alertsMax)
            throw new TooManyAlerts(
              `one partition has more than ${alertsMax} alerts up to the end of the window: end it ` +
                'earlier (--to), or look at a part of the orders (--sample 1/10)',
            );
          said.set(event.data.alertId, { raised: event.data, end: null, isEndedByPerson: false });
          return;
        case 'AlertResolved':
          withEnd(event.data);
          return;
        case 'AlertReopened': {
          // Only a person, or a person's suppression that is over, lets one stand again.
          const alert = said.get(event.data.alertId);
          if (alert !== undefined && event.data.reopenedAt < window.toMs)
            said.set(event.data.alertId, { ...alert, end: null, isEndedByPerson: true });
          return;
        }
        case 'AlertAcknowledged':
        case 'AlertInvestigated':
        case 'RulesActivated':
          return;
        default:
          unreachable(event);
      }
    },
    *inWindow() {
      for (const alert of said.values()) if (isIn(window, alert)) yield alert;
    },
    get: (alertId) => said.get(alertId) ?? null,
  };
}

export const isIn = ({ fromMs, toMs }: Window, { raised }: SaidAlert): boolean =>
  raised.detectedAt >= fromMs && raised.detectedAt < toMs;
