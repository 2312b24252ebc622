import type { EndpointSettings, IncidentKind } from '@plumbline/events';

/**
 *   none ──► ACTIVE ◄──resume── PAUSED
 *              │  └────pause──────▲
 *              ├──410──► DISABLED ──resume──► ACTIVE
 *              └──remove, from anywhere──► REMOVED, for good
 *
 * What comes for one that is PAUSED or DISABLED is kept, and delivered when it is ACTIVE again.
 */
export type EndpointState = NoEndpoint | Endpoint;

export interface NoEndpoint {
  readonly status: 'none';
}

export interface Endpoint {
  readonly status: 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'REMOVED';
  readonly endpointId: string;
  readonly tenant: string;
  readonly settings: EndpointSettings;
  readonly settingsVersion: number;
  /** Of the newest secret; the vault has it. */
  readonly secretId: string | null;
  /** Since when attempts fail one after the other; null while they do not. */
  readonly failing: Failing | null;
  /** One of each kind at most, the oldest first. */
  readonly incidents: readonly Incident[];
}

export interface Failing {
  readonly sinceMs: number;
  /** Broker time at which it was said. */
  readonly seenAtMs: number;
  readonly failures: number;
  readonly code: string | null;
}

export interface Incident {
  readonly incidentId: string;
  readonly kind: IncidentKind;
  /** Broker time at which it was opened. */
  readonly atMs: number;
}

export const noEndpoint: EndpointState = { status: 'none' };

export const incidentOf = ({ incidents }: Endpoint, kind: IncidentKind): Incident | null =>
  incidents.find((each) => each.kind === kind) ?? null;
