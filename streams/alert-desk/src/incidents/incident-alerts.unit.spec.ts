import type { AlertNoted, AlertRaised, AlertsEvent, IncidentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { incidentAlertsTopology } from './incident-alerts.ts';
import { incidentsTopology } from './incidents-topology.ts';
import * as limits from './limits.ts';

const alertsTopic = topics.alertsEvents.name;
const notesTopic = topics.incidentsAlerts.name;
const noteKey = 'shop/incidents.A';
let alerts: TestDriver;
let incidents: TestDriver;

beforeEach(async () => {
  alerts = await createTestDriver(incidentAlertsTopology);
  incidents = await createTestDriver(incidentsTopology);
});

const facts = (alertId: string) => ({
  ...{ alertId, rule: 'A', tenant: 'shop', orderNo: 'O-1', reason: 'because' },
});

const raised = (alertId: string, over: Partial<AlertRaised> = {}): AlertsEvent => ({
  type: 'AlertRaised',
  data: {
    ...{ ...facts(alertId), ruleVersion: 1, payNo: null, severity: 'WARNING' },
    ...{ summary: 's', expected: 'e', actual: 'a', deadline: null, detectedAt: 1 },
    ...{ amountMinor: 250n, currency: 'CNY', howSeen: 'h', triggerEventId: 't', evidence: [] },
    ...over,
  },
});
const resolved = (
  alertId: string,
  resolution: 'AUTO_RESOLVED' | 'SUPERSEDED' = 'AUTO_RESOLVED',
): AlertsEvent => ({
  type: 'AlertResolved',
  data: {
    ...{ ...facts(alertId), resolution, supersededBy: null, resolvedAt: 2, evidence: [] },
    ...{ lossMinor: null, lossCurrency: null, suppressedUntil: null },
  },
});
const reopened = (alertId: string): AlertsEvent => ({
  type: 'AlertReopened',
  data: { ...facts(alertId), reopenedAt: 3 },
});
const acknowledged = (alertId: string): AlertsEvent => ({
  type: 'AlertAcknowledged',
  data: { ...facts(alertId), acknowledgedAt: 3 },
});

const say = (...events: readonly AlertsEvent[]): void => {
  for (const payload of events) alerts.pipeInput({ topic: alertsTopic, key: 'shop/O-1', payload });
};
const notes = (): readonly AlertNoted[] =>
  alerts.readOutput(notesTopic).map(({ payload }) => payload.data as AlertNoted);

describe('what becomes of an alert', () => {
  it('is noted under the key of its rule, with what only its beginning told', () => {
    const raisedAt = alerts.nowMs();
    alerts.pipeInput({
      ...{ topic: alertsTopic, key: 'shop/O-1', payload: raised('x') },
      envelope: { id: 'e1', correlationId: 'c1' },
    });
    alerts.advanceStreamTime(5_000);
    say(resolved('x', 'SUPERSEDED'));
    const both = alerts.readOutput(notesTopic);
    expect(both).toMatchObject([
      {
        ...{ key: noteKey, envelope: { subject: 'x', causationId: 'e1', correlationId: 'c1' } },
        payload: {
          type: 'AlertNoted',
          data: {
            ...{ alertId: 'x', rule: 'A', tenant: 'shop', orderNo: 'O-1', step: 'RAISED' },
            ...{ end: null, raisedAt, amountMinor: 250n, currency: 'CNY' },
            ...{ alertPartition: 0, alertOffset: 0n, alertEventId: 'e1' },
          },
        },
      },
      {
        payload: {
          data: {
            ...{ step: 'ENDED', end: 'SUPERSEDED', raisedAt, amountMinor: 250n, alertOffset: 1n },
          },
        },
      },
    ]);
  });

  it('is noted when it is reopened, with how it had ended, and ends again', () => {
    say(raised('x'), resolved('x'), reopened('x'), resolved('x', 'SUPERSEDED'));
    expect(notes().map(({ step, end }) => [step, end])).toEqual([
      ['RAISED', null],
      ['ENDED', 'AUTO_RESOLVED'],
      ['REOPENED', 'AUTO_RESOLVED'],
      ['ENDED', 'SUPERSEDED'],
    ]);
  });

  it.each([
    ['that it is looked at', [acknowledged('x')]],
    ['that it is raised again', [raised('x')]],
    ['that it stands again while it stands', [reopened('x')]],
    ['of one that nobody raised', [resolved('y'), reopened('y')]],
  ])('is not noted: %s', (_what, events) => {
    say(raised('x'));
    notes();
    say(...events);
    expect(notes()).toEqual([]);
    expect(alerts.readOutput(incidentAlertsTopology.deadLetters)).toEqual([]);
  });

  it('is not what rules are set to', () => {
    alerts.pipeInput({
      ...{
        topic: alertsTopic,
        key: 'shop/rules',
        payload: {
          type: 'RulesActivated',
          data: { revision: 1n, rules: [], reason: 'r', activatedAt: 1 },
        },
      },
    });
    expect(notes()).toEqual([]);
    expect(alerts.store('noted').size).toBe(0);
  });

  it('can be noted of as many ended alerts of an order as can be reopened', () => {
    for (let index = 0; index <= limits.endedAlertsMax; index += 1) {
      say(raised(`a${index}`), resolved(`a${index}`));
    }
    say(raised('stands'));
    notes();
    say(reopened('a0'), reopened('a1'), resolved('stands'));
    expect(notes().map(({ alertId }) => alertId)).toEqual(['a1', 'stands']);
  });

  it('is noted under the same ids after takeovers', async () => {
    const story = [raised('x'), resolved('x'), reopened('x')];
    say(...story);
    const expected = alerts
      .readOutput(notesTopic)
      .map(({ envelope, payload }) => [envelope.id, payload]);
    alerts = await createTestDriver(incidentAlertsTopology);
    for (const event of story) {
      say(event);
      alerts.restart();
    }
    const ids = alerts.readOutput(notesTopic).map(({ payload }) => payload);
    expect(ids.map((payload) => (payload.data as AlertNoted).step)).toEqual([
      'RAISED',
      'ENDED',
      'REOPENED',
    ]);
    expect(expected).toHaveLength(3);
  });
});

describe('alerts of many orders', () => {
  const told = (): readonly IncidentsEvent[] =>
    incidents
      .readOutput(topics.incidentsEvents.name)
      .map(({ payload }) => payload as IncidentsEvent);
  const pass = (): void => {
    for (const { key, payload, envelope } of alerts.readOutput(notesTopic)) {
      incidents.pipeInput({ topic: notesTopic, key, payload, envelope });
    }
  };
  const storm = (count: number, rule = 'A'): void => {
    for (let index = 0; index < count; index += 1) {
      const orderNo = `O-${index}`;
      alerts.pipeInput({
        ...{ topic: alertsTopic, key: `shop/${orderNo}` },
        payload: raised(rule === 'A' ? `a${index}` : `${rule}${index}`, { rule, orderNo }),
      });
    }
    pass();
  };

  it('meet under tenant and rule, and are one incident through takeovers', () => {
    storm(limits.alertsToOpen);
    incidents.restart();
    alerts.pipeInput({ topic: alertsTopic, key: 'shop/O-3', payload: resolved('a3') });
    pass();
    incidents.advanceStreamTime(limits.flushMs);
    incidents.restart();
    incidents.advanceStreamTime(limits.quietMs);
    expect(
      told().map(({ type, data }) => [type, data.counts.open, data.counts.autoResolved]),
    ).toEqual([
      ['IncidentOpened', limits.alertsToOpen, 0],
      ['IncidentUpdated', limits.alertsToOpen - 1, 1],
      ['IncidentEnded', limits.alertsToOpen - 1, 1],
    ]);
    expect(incidents.timers()).toEqual([]);
  });

  it('of two rules are not one incident', () => {
    storm(limits.alertsToOpen - 1, 'A');
    storm(limits.alertsToOpen - 1, 'C');
    expect(told()).toEqual([]);
    expect([...incidents.store('incidents').keys()].sort()).toEqual([noteKey, 'shop/incidents.C']);
  });
});
