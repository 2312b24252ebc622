import type { IncidentKind } from '@plumbline/events';
import type { Finding, Rule } from './rule.ts';
import { nothing } from './rule.ts';
import type { IncidentView } from './view.ts';

/** What should be seen of an endpoint, and how much it matters that it is not. */
const words: Readonly<
  Record<IncidentKind, { readonly expected: string; readonly severity: Finding['severity'] }>
> = {
  FAILING: { expected: 'the endpoint takes notifications', severity: 'WARNING' },
  EXHAUSTED: { expected: 'a notification is delivered within its schedule', severity: 'CRITICAL' },
  GONE: { expected: 'the endpoint exists', severity: 'WARNING' },
  // No merchant can bring this about: a retry that nobody begins is a defect of the platform.
  OVERDUE: { expected: 'a retry begins in its time', severity: 'CRITICAL' },
  UNKNOWN: { expected: 'the endpoint takes notifications', severity: 'WARNING' },
};

/**
 * ALERTS.md, rule U: a merchant is not told (hyperswitch#9278). The endpoint itself decides what an
 * incident is, and when it is over; there is one alert of each.
 */
export const merchantIsNotTold: Rule = {
  id: 'U',
  version: 1,
  title: 'Merchant not told: notifications are not delivered',
  severity: 'WARNING',
  graceMs: 0,
  howSeen: 'incidents of an endpoint, as deliveries to it show them',
  find: ({ endpoint }) => (endpoint === null ? nothing : endpoint.incidents.map(findingOf)),
};

function findingOf({ incidentId, kind, detail, seen }: IncidentView): Finding {
  const { expected, severity } = words[kind];
  return {
    summary: detail,
    expected,
    actual: kind,
    evidence: [seen],
    saidBy: seen,
    condition: incidentId,
    ...(severity === undefined ? {} : { severity }),
  };
}
