import type { IncidentCounts, IncidentsEvent, RemediesEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestEvents } from './open-test-queries.ts';

const counts = (over: Partial<IncidentCounts>): IncidentCounts => ({
  ...{ members: 0, open: 0, resolved: 0, autoResolved: 0 },
  ...{ superseded: 0, writtenOff: 0, suppressed: 0, ...over },
});
const of = (incidentId: string, rule: string) => ({ incidentId, rule, tenant: 'main' });
const cny = (amountMinor: bigint, openMinor: bigint) => ({
  ...{ currency: 'CNY', amountMinor, openMinor },
});

/** Of the alerts of the story, o1, o4 and o5 in one incident of rule A, o6 in one of V. */
const incidents = (t0: number): readonly IncidentsEvent[] => [
  {
    type: 'IncidentOpened',
    data: {
      ...{ ...of('i-a', 'A'), firstAt: t0, lastAt: t0 + 1, openedAt: t0 + 2 },
      joined: ['alert-o1', 'alert-o4'],
      counts: counts({ members: 2, open: 2 }),
      money: [cny(500n, 500n), { currency: 'JPY', amountMinor: 7n, openMinor: 7n }],
    },
  },
  {
    type: 'IncidentUpdated',
    data: {
      ...{ ...of('i-a', 'A'), lastAt: t0 + 9, updatedAt: t0 + 10, joined: ['alert-o5'] },
      counts: counts({ members: 3, open: 1, autoResolved: 1, superseded: 1 }),
      money: [cny(1_000n, 400n)],
    },
  },
  {
    type: 'IncidentOpened',
    data: {
      ...{ ...of('i-v', 'V'), firstAt: t0, lastAt: t0, openedAt: t0 + 20, joined: ['alert-o6'] },
      ...{ counts: counts({ members: 1, writtenOff: 1 }), money: [cny(100n, 0n)] },
    },
  },
  {
    type: 'IncidentEnded',
    data: {
      ...{ ...of('i-v', 'V'), reason: 'ALL_ENDED', endedAt: t0 + 30 },
      ...{ counts: counts({ members: 1, writtenOff: 1 }), money: [cny(100n, 0n)] },
    },
  },
];

/** Of the alert in the incident of V, and of one in none; approved by one person twice. */
const remedies = (t0: number): readonly RemediesEvent[] => {
  const about = (remedyId: string, alertId: string) => ({
    ...{ remedyId, alertId, rule: 'V', tenant: 'main', orderNo: 'o-mended' },
  });
  const proposed = (remedyId: string, alertId: string): RemediesEvent => ({
    type: 'RemedyProposed',
    data: {
      ...{ ...about(remedyId, alertId), kind: 'QUERY_PAYMENT', payNo: 'P-1', amountMinor: 100n },
      ...{ currency: 'CNY', sourceEventId: null, sourceTime: null, proposedAt: t0 },
    },
  });
  const approved: RemediesEvent = {
    type: 'RemedyApproved',
    data: {
      ...{ ...about('r-v', 'alert-o6'), by: 'operator:test', reason: 'yes' },
      ...{ isEnough: false, approvedAt: t0 },
    },
  };
  return [proposed('r-v', 'alert-o6'), proposed('r-none', 'alert-o3'), approved, approved];
};

/** Told after the story of their alerts. */
export function tellOfIncidents(events: TestEvents, t0: number): void {
  for (const payload of incidents(t0)) {
    events.append(topics.incidentsEvents.name, `incidents.${payload.data.rule}`, payload);
  }
  for (const payload of remedies(t0)) {
    events.append(topics.remediesEvents.name, payload.data.orderNo, payload);
  }
}
