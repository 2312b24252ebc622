import type { AlertRaised, AlertResolved, EndpointsEvent, IncidentKind } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WatchedOrder } from './stores.ts';
import { alertIdOf, watchedStore } from './stores.ts';
import { consistencyAlerts } from './topology.ts';

const endpointId = 'ep_main_0123456789abcdef01234567';
const key = `main/${endpointId}`;
const about = { endpointId, tenant: 'main' };
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

const say = (...events: readonly EndpointsEvent[]): void => {
  for (const payload of events)
    driver.pipeInput({ topic: topics.endpointsEvents.name, key, payload });
};

const opened = (incidentId: string, kind: IncidentKind): EndpointsEvent => ({
  type: 'EndpointIncidentOpened',
  data: {
    ...{ ...about, incidentId, kind, since: 1_000, notificationId: null, openedAt: 2_000 },
    detail: `what ${incidentId} is about`,
  },
});

const ended = (incidentId: string, kind: IncidentKind): EndpointsEvent => ({
  type: 'EndpointIncidentEnded',
  data: { ...about, incidentId, kind, reason: 'it takes notifications again', endedAt: 3_000 },
});

const setRule = (enabled: boolean): void => {
  const rules = [{ rule: 'U', version: 1, enabled, graceMs: 0, values: [] }];
  driver.pipeInput({
    ...{ topic: topics.alertsCommands.name, key: 'main/rules-0' },
    payload: { type: 'ActivateRules', data: { rules, reason: 'test' } },
  });
  driver.readOutput(topics.alertsEvents.name);
};

const said = () =>
  driver
    .readOutput(topics.alertsEvents.name)
    .map(({ payload }) => ({ type: payload.type, data: payload.data }));

describe('Rule U: a merchant is not told', () => {
  it('is raised at once for an incident, and over with it', () => {
    say(opened('i1', 'FAILING'));
    const [raise, ...others] = said();
    expect(others).toEqual([]);
    const alert = raise?.data as AlertRaised;
    expect(alert).toMatchObject({
      ...{ rule: 'U', severity: 'WARNING', tenant: 'main', orderNo: endpointId, payNo: null },
      ...{ summary: 'what i1 is about', actual: 'FAILING', amountMinor: 0n, currency: 'XXX' },
      evidence: [{ type: 'EndpointIncidentOpened', topic: topics.endpointsEvents.name }],
    });
    expect(alert.alertId).toBe(alertIdOf('U', key, alert.triggerEventId));
    say(ended('i1', 'FAILING'));
    const [resolve] = said();
    expect(resolve?.data as AlertResolved).toMatchObject({
      ...{ alertId: alert.alertId, resolution: 'AUTO_RESOLVED' },
      evidence: [{ type: 'EndpointIncidentEnded' }],
    });
  });

  it('is one alert for each incident, and another for the same again', () => {
    say(opened('i1', 'FAILING'), opened('i2', 'EXHAUSTED'));
    const ids = said().map(({ data }) => (data as AlertRaised).alertId);
    expect(new Set(ids).size).toBe(2);
    say(ended('i1', 'FAILING'));
    expect(said()).toMatchObject([{ type: 'AlertResolved', data: { alertId: ids[0] } }]);
    say(opened('i3', 'FAILING'));
    const [again] = said();
    expect(again?.type).toBe('AlertRaised');
    expect(ids).not.toContain((again?.data as AlertRaised).alertId);
  });

  it.each<[IncidentKind, string]>([
    ['FAILING', 'WARNING'],
    ['EXHAUSTED', 'CRITICAL'],
    ['GONE', 'WARNING'],
    ['OVERDUE', 'CRITICAL'],
  ])('of kind %s is %s', (kind, severity) => {
    say(opened('i1', kind));
    expect(said()).toMatchObject([{ data: { severity, actual: kind } }]);
  });

  it('says nothing of an endpoint whose settings change or that fails for a moment', () => {
    say(
      { type: 'EndpointPaused', data: { ...about, reason: null, pausedAt: 1 } },
      {
        type: 'EndpointFailing',
        data: { ...about, since: 1, failures: 5, code: 'HTTP_500', seenAt: 2 },
      },
      ended('i9', 'FAILING'),
    );
    expect(said()).toEqual([]);
  });

  it('is not raised while it is off', () => {
    setRule(false);
    say(opened('i1', 'FAILING'));
    expect(said()).toEqual([]);
  });

  it('begins with the next event when it is on again, each incident under its own id', () => {
    setRule(false);
    say(opened('i1', 'FAILING'), opened('i2', 'GONE'), opened('i3', 'OVERDUE'));
    say(ended('i3', 'OVERDUE'));
    setRule(true);
    say(opened('i4', 'EXHAUSTED'));
    const alerts = said().map(({ data }) => data as AlertRaised);
    expect(alerts.map(({ actual }) => actual)).toEqual(['FAILING', 'GONE', 'EXHAUSTED']);
    expect(new Set(alerts.map(({ alertId }) => alertId)).size).toBe(3);
    for (const { alertId, triggerEventId, evidence } of alerts) {
      // What opened it, not what came when the rule was on again.
      expect(evidence).toMatchObject([{ eventId: triggerEventId, type: 'EndpointIncidentOpened' }]);
      expect(alertId).toBe(alertIdOf('U', key, triggerEventId));
    }
    driver.restart();
    say(ended('i2', 'GONE'));
    const resolved = { alertId: alerts[1]?.alertId, resolution: 'AUTO_RESOLVED' };
    expect(said()).toMatchObject([{ type: 'AlertResolved', data: resolved }]);
  });

  it('keeps the name of what is watched, which an earlier version wrote', () => {
    say(opened('i1', 'FAILING'));
    expect((driver.store(watchedStore).get(key) as WatchedOrder).watches).toMatchObject({
      'U/i1': { open: true },
    });
  });
});
