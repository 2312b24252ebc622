import type { Channel as ChannelName, ChannelCounted, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { channelCountsTopology, channelKeyOf } from './channel-counts.ts';
import { channelSignalsTopology } from './channel-signals.ts';
import { noCounts } from './counts.ts';
import * as limits from './limits.ts';

const topic = topics.paymentsEvents.name;
const countsTopic = topics.signalsCounts.name;
const { minuteMs } = limits;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(channelCountsTopology);
});

const ids = (payNo: string) => ({ payNo, orderNo: 'O-1' });
const money = { amountMinor: 100n, currency: 'CNY' };

const created = (payNo: string, channel: ChannelName = 'MOCK'): PaymentsEvent => ({
  type: 'PaymentCreated',
  data: {
    ...{ ...ids(payNo), ...money, id: 1n, tenant: 'main', channel, expireAt: 9, createdAt: 1 },
    ...{ gateway: null, merchant: null },
  },
});
const succeeded = (payNo: string, channel: ChannelName = 'MOCK'): PaymentsEvent => ({
  type: 'PaymentSucceeded',
  data: {
    ...{ ...ids(payNo), ...money, eventId: 'e', channel, channelTradeNo: 'T', paidAt: 5 },
    ...{ eventTime: 5, traceId: 't', version: '1.0' },
  },
});
const unknown = (payNo: string): PaymentsEvent => ({
  type: 'PaymentUnknown',
  data: { ...ids(payNo), code: 'c', message: 'm', since: 1 },
});
const closed = (payNo: string): PaymentsEvent => ({
  type: 'PaymentClosed',
  data: { ...ids(payNo), reason: 'r', closedAt: 3 },
});

const pay = (...events: readonly PaymentsEvent[]): void => {
  for (const payload of events) driver.pipeInput({ topic, key: 'main/O-1', payload });
};
const said = () => driver.readOutput(countsTopic);
const counted = (): readonly ChannelCounted[] =>
  said().map(({ payload }) => payload.data as ChannelCounted);

describe('what happens to the payments of a channel', () => {
  it('is not even decoded where it says nothing of the channel', () => {
    const nonsense = (type: string, name: string): number => {
      const record = { key: Buffer.from(`main/${name}`), value: Buffer.from('nonsense') };
      driver.pipeRaw({ topic, ...record, headers: { ce_type: Buffer.from(type) } });
      return driver.readOutput(topics.channelCountsDeadLetters.name).length;
    };
    for (const type of ['GatewayCallRequested', 'RefundSucceeded'])
      expect(nonsense(type, 'O-1')).toBe(0);
    expect(nonsense('GatewayCallReported', 'O-2')).toBe(1);
    // Whether it counts, code that knows it can say.
    expect(nonsense('OfNewerCode', 'O-3')).toBe(1);
  });

  it('is told by the minute, under the key of the channel', () => {
    const minuteAt = driver.nowMs();
    pay(created('P1'), created('P2'), unknown('P1'), succeeded('P1'), created('P3', 'LAKALA'));
    pay(closed('P2'), succeeded('P3', 'LAKALA'));
    expect(said()).toEqual([]);
    driver.advanceStreamTime(minuteMs);
    expect(said()).toMatchObject([
      {
        key: channelKeyOf('LAKALA'),
        payload: { data: { channel: 'LAKALA', counts: { created: 1, succeeded: 1 } } },
      },
      {
        key: 'platform/channel.MOCK',
        payload: {
          type: 'ChannelCounted',
          data: {
            ...{ channel: 'MOCK', partition: 0, minuteAt, isLast: false },
            counts: { ...noCounts, created: 2, succeeded: 1, closed: 1, unknown: 1 },
          },
        },
      },
    ]);
  });

  it('is told when it was nothing, for as long as somebody may miss it', () => {
    pay(created('P1'));
    driver.advanceStreamTime((limits.idleMinutesMax + 100) * minuteMs);
    const all = counted();
    expect(all).toHaveLength(limits.idleMinutesMax + 1);
    expect(all.map(({ isLast }) => isLast).indexOf(true)).toBe(limits.idleMinutesMax);
    expect(all[1]?.counts).toEqual(noCounts);
    expect(driver.timers()).toEqual([]);
    pay(succeeded('P1'));
    driver.advanceStreamTime(minuteMs);
    expect(counted()).toMatchObject([{ counts: { succeeded: 1 }, isLast: false }]);
  });

  it('is kept of a payment until it ends, and is the same through takeovers', async () => {
    const story = [created('P1'), unknown('P1'), created('P2'), closed('P1'), succeeded('P2')];
    pay(...story);
    driver.advanceStreamTime(2 * minuteMs);
    const expected = said();
    expect(driver.store('channels').size).toBe(0);
    driver = await createTestDriver(channelCountsTopology);
    for (const event of story) {
      pay(event);
      driver.restart();
    }
    driver.advanceStreamTime(2 * minuteMs);
    expect(said()).toEqual(expected);
  });
});

describe('a channel that falls silent', () => {
  it('is told of in the log, and that it speaks again', async () => {
    const signals = await createTestDriver(channelSignalsTopology);
    const minute = (payments: number): void => {
      for (let index = 0; index < payments; index += 1) {
        const payNo = `P${driver.nowMs()}-${index}`;
        pay(created(payNo), succeeded(payNo));
      }
      driver.advanceStreamTime(minuteMs);
      for (const { key, payload, envelope } of said()) {
        signals.pipeInput({ topic: countsTopic, key, payload, envelope });
      }
    };
    for (let left = limits.learntMinutes + limits.windowMinutes + 2; left > 0; left -= 1) minute(3);
    signals.restart();
    for (let left = limits.windowMinutes + 3; left > 0; left -= 1) minute(0);
    minute(1);
    minute(0);
    expect(signals.readOutput(topics.signalsEvents.name)).toMatchObject([
      {
        key: 'platform/channel.MOCK',
        envelope: { aggregateVersion: 1n, subject: 'MOCK', actor: 'system:channel-signals' },
        payload: { type: 'ChannelSilent', data: { kind: 'SILENT', expected: 30 } },
      },
      { payload: { type: 'ChannelSpeaks', data: { counts: { succeeded: 1 } } } },
    ]);
  });
});
