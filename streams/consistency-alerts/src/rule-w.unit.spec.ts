import type { SignalKind, SignalsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { alertIdOf } from './stores.ts';
import { consistencyAlerts } from './topology.ts';

const key = 'platform/channel.LAKALA';
const graceMs = 120_000;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

const counts = {
  ...{ created: 17, succeeded: 0, failed: 4, closed: 1 },
  ...{ unknown: 0, callbacks: 0, answers: 0 },
};
const span = { channel: 'LAKALA', since: 60_000, until: 660_000 };

const silent = (kind: SignalKind = 'SILENT', succeeded = 0): SignalsEvent => ({
  type: 'ChannelSilent',
  data: { ...span, kind, counts: { ...counts, succeeded }, expected: 42, usualPerMille: 905 },
});
const speaks: SignalsEvent = {
  type: 'ChannelSpeaks',
  data: { ...span, kind: 'SILENT', counts: { ...counts, succeeded: 2 } },
};

const say = (payload: SignalsEvent, id: string): void => {
  driver.pipeInput({ topic: topics.signalsEvents.name, key, payload, envelope: { id } });
};
const said = () =>
  driver
    .readOutput(topics.alertsEvents.name)
    .map(({ payload }) => ({ type: payload.type, data: payload.data }));

describe('Rule W: silence', () => {
  it('is raised when it lasts, under the channel, and over when the channel speaks', () => {
    say(silent(), 's1');
    driver.advanceStreamTime(graceMs - 2);
    expect(said()).toEqual([]);
    driver.restart();
    driver.advanceStreamTime(2);
    const alertId = alertIdOf('W', key, 's1');
    expect(said()).toMatchObject([
      {
        type: 'AlertRaised',
        data: {
          ...{ alertId, rule: 'W', severity: 'WARNING', tenant: 'platform', payNo: null },
          ...{ orderNo: 'channel.LAKALA', amountMinor: 0n, currency: 'XXX' },
          summary: 'no payment of LAKALA has succeeded for 10 minutes',
          expected: '42 payments succeed in 10 minutes',
          actual: 'none did; 17 were created',
          evidence: [{ eventId: 's1', type: 'ChannelSilent', topic: topics.signalsEvents.name }],
        },
      },
    ]);
    driver.restart();
    say(speaks, 's2');
    expect(said()).toMatchObject([
      {
        type: 'AlertResolved',
        data: { alertId, resolution: 'AUTO_RESOLVED', evidence: [{ eventId: 's2' }] },
      },
    ]);
  });

  it('is not raised when the channel speaks within the grace, as after an outage of the broker', () => {
    say(silent(), 's1');
    driver.advanceStreamTime(60_000);
    say(speaks, 's2');
    driver.advanceStreamTime(10 * graceMs);
    expect(said()).toEqual([]);
  });

  it('says how many succeed and how many usually do, when their share has collapsed', () => {
    say(silent('COLLAPSED', 5), 's1');
    driver.advanceStreamTime(graceMs);
    expect(said()).toMatchObject([
      {
        data: {
          summary: 'fewer payments of LAKALA succeed than usual',
          expected: '90.5 % of those that end succeed',
          actual: '50.0 % in 10 minutes, 5 in all',
        },
      },
    ]);
  });

  it('is another alert each time', () => {
    say(silent(), 's1');
    driver.advanceStreamTime(graceMs);
    say(speaks, 's2');
    say(silent(), 's3');
    driver.advanceStreamTime(graceMs);
    expect(said().map(({ type, data }) => [type, (data as { alertId: string }).alertId])).toEqual([
      ['AlertRaised', alertIdOf('W', key, 's1')],
      ['AlertResolved', alertIdOf('W', key, 's1')],
      ['AlertRaised', alertIdOf('W', key, 's3')],
    ]);
  });
});
