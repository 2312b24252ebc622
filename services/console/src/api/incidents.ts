import { pageEntries } from '../limits.ts';
import type { PageOf } from './calls.ts';
import type { Client } from './client.ts';
import type { Digits } from './exact-json.ts';
import type { Alert, AlertAction, AlertOutcome, Place } from './views.ts';

/** Alerts of one rule that came together: one matter to look at. */
export interface Incident {
  readonly incidentId: string;
  readonly rule: string;
  readonly tenant: string;
  /** OPEN or ENDED. */
  readonly status: string;
  /** ALL_ENDED or QUIET. */
  readonly endReason: string | null;
  readonly firstAlertId: string | null;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  readonly openedAt: string | null;
  readonly endedAt: string | null;
  readonly openedIn: Place | null;
  readonly endedIn: Place | null;
  readonly alerts: Digits;
  readonly open: Digits;
  readonly resolved: Digits;
  readonly autoResolved: Digits;
  readonly superseded: Digits;
  readonly writtenOff: Digits;
  readonly suppressed: Digits;
  readonly atStake: readonly {
    readonly currency: string;
    readonly amount: Digits;
    readonly open: Digits;
  }[];
}

export const incidentStatuses = ['OPEN', 'ENDED'] as const;

export interface IncidentFilters {
  readonly rule?: string;
  readonly status?: string;
  readonly tenant?: string;
  readonly alertId?: string;
  readonly cursor?: string;
}

export interface SayingOfIncident {
  readonly incidentId: string;
  readonly action: AlertAction;
  readonly reason: string;
  /** Of a suppression, RFC 3339; for good where it is not given. */
  readonly until?: string;
  readonly idempotencyKey: string;
  /** Of the page of alerts; the newest where it is not given. */
  readonly cursor?: string;
}

export interface IncidentApi {
  incidents(filters: IncidentFilters): Promise<PageOf<Incident>>;
  /** What there is to look at: incidents once, and alerts that are in none. */
  matters(): Promise<Digits>;
  incident(incidentId: string): Promise<Incident>;
  /** Newest first. */
  alertsOf(incidentId: string, cursor?: string): Promise<PageOf<Alert>>;
  /** Of a page of alerts, what became of those that it can be said of. */
  sayOfIncident(saying: SayingOfIncident): Promise<PageOf<AlertOutcome>>;
}

const pathOf = (incidentId: string): string => `/api/incidents/${encodeURIComponent(incidentId)}`;

export function createIncidentApi(client: Client): IncidentApi {
  const limit = String(pageEntries);
  return {
    async incidents(filters) {
      const answer = await client.ask({ path: '/api/incidents', query: { ...filters, limit } });
      const page = answer as { incidents: readonly Incident[]; nextCursor: string | null };
      return { rows: page.incidents, nextCursor: page.nextCursor };
    },
    async matters() {
      const answer = await client.ask({ path: '/api/incidents/summary' });
      return (answer as { readonly matters: Digits }).matters;
    },
    async incident(incidentId) {
      const answer = await client.ask({ path: pathOf(incidentId), query: { limit: '1' } });
      return (answer as { readonly incident: Incident }).incident;
    },
    async alertsOf(incidentId, cursor) {
      const answer = await client.ask({ path: pathOf(incidentId), query: { limit, cursor } });
      const page = answer as { alerts: readonly Alert[]; nextCursor: string | null };
      return { rows: page.alerts, nextCursor: page.nextCursor };
    },
    async sayOfIncident({ incidentId, idempotencyKey, ...body }) {
      const answer = await client.ask({
        ...{ method: 'POST', path: `${pathOf(incidentId)}/actions`, body },
        headers: { 'Idempotency-Key': idempotencyKey },
      });
      const said = answer as { results: readonly AlertOutcome[]; nextCursor: string | null };
      return { rows: said.results, nextCursor: said.nextCursor };
    },
  };
}
