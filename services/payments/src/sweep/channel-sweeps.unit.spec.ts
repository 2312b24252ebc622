import type { RemediesEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { channelSweepsTopology, waitingSweepsStore } from './channel-sweeps.ts';

const key = 'platform/channel.MOCK';
let driver: TestDriver;
beforeEach(async () => {
  driver = await createTestDriver(channelSweepsTopology);
});

const about = (remedyId: string) => ({
  ...{ remedyId, alertId: 'a', rule: 'W', tenant: 'platform', orderNo: 'channel.MOCK' },
});
const started = (remedyId: string, kind: 'SWEEP_CHANNEL' | 'REFUND'): RemediesEvent => ({
  type: 'RemedyStarted',
  data: { ...about(remedyId), kind, commandId: 'c', startedAt: 5 },
});
const ended = (remedyId: string): RemediesEvent => ({
  type: 'RemedyEnded',
  data: {
    ...{ ...about(remedyId), ending: 'DONE', code: null, reason: 'r', proof: null, endedAt: 6 },
  },
});

const hear = (payload: RemediesEvent): void =>
  void driver.pipeInput({ topic: topics.remediesEvents.name, key, payload });
const waiting = () => Object.fromEntries(driver.store(waitingSweepsStore));

it('keeps the sweeps that started and have not ended, and no other remedy', () => {
  hear(started('r1', 'SWEEP_CHANNEL'));
  hear(started('r2', 'SWEEP_CHANNEL'));
  hear(started('r3', 'REFUND'));
  hear(ended('r2'));
  hear(ended('r3'));
  driver.restart();
  expect(waiting()).toMatchObject({ r1: { key, channel: 'MOCK' } });
  expect(Object.keys(waiting())).toEqual(['r1']);
  hear(ended('r1'));
  expect(waiting()).toEqual({});
});
