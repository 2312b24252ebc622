import { topics } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { Place } from './finding.ts';
import { logOfEachTest, placeText, said, verified } from './testing-log.ts';

const key = 'main/H1';
const nowMs = Date.UTC(2026, 0, 5);
const hourMs = 3_600_000;
const world = logOfEachTest({ clock: { nowMs: () => nowMs } });

const write = (type: string, data: object): Promise<Place> =>
  world.log.event(topics.notificationsEvents.name, key, { type, data });

const to = { endpointId: 'ep_1', callbackUrl: null };
const content = {
  ...{ type: 'payment.succeeded', sourceEventId: 's1', tenant: 'main', orderNo: 'H1' },
  ...{ paymentId: 'P1', refundId: null, amountMinor: 100n, currency: 'CNY', status: 'SUCCESS' },
  ...{ paymentMethod: null, transactionId: null, occurredAt: 1, data: null },
};
const report = {
  ...{ outcome: 'FAILED', code: 'HTTP_500', message: null, httpStatus: 500, retryAfterMs: null },
  ...{ startedAt: 1, durationMs: 1, dnsMs: null, connectMs: null, firstByteMs: null },
  ...{ requestBytes: 1, response: null, responseTruncated: false },
};

const created = (notificationId: string, over: object = {}) =>
  write('NotificationCreated', {
    ...{ notificationId, ...to, content, sequence: 1n, status: 'NOTIFYING', inOrder: false },
    ...{ intervalsMs: [1_000], settingsVersion: 1, createdAt: nowMs, expireAt: nowMs + hourMs },
    ...over,
  });
const due = (notificationId: string, attempt: number, trigger = 'SCHEDULE') =>
  write('NotificationAttemptDue', {
    ...{ notificationId, attempt, trigger, dueAt: nowMs, startedAt: nowMs, status: 'RETRYING' },
    ...{ step: 1, reason: null, ...to, content: null, sequence: null },
  });
const failed = (notificationId: string, attempt: number, nextDueAt: number | null) =>
  write('NotificationAttemptFailed', {
    ...{ notificationId, attempt, report, status: nextDueAt === null ? 'RETRY_FAILED' : 'FAILED' },
    ...{ nextDueAt, levelMs: null, step: 1, failedAt: nowMs },
  });
const delivered = (notificationId: string, attempt: number) =>
  write('NotificationDelivered', { notificationId, attempt, report, deliveredAt: nowMs });

async function findings(): Promise<readonly string[]> {
  const { exitCode, result } = await verified(world.session, 'notifications');
  expect(exitCode).toBe(result.findings.length === 0 ? 0 : 1);
  return said(result);
}

describe('notifications', () => {
  it('are delivered, used up, given up, or open; one that ended can be replayed', async () => {
    await created('n1');
    await failed('n1', 1, nowMs + 1_000);
    await due('n1', 2);
    await delivered('n1', 2);
    await created('n2');
    await failed('n2', 1, null);
    await due('n2', 2, 'REPLAY');
    await delivered('n2', 2);
    await created('n3');
    await failed('n3', 1, null);
    await created('n4', { status: 'PENDING' });
    await write('NotificationAbandoned', { notificationId: 'n4', reason: 'r', abandonedAt: 1 });
    await created('n5');
    const { result } = await verified(world.session, 'notifications');
    expect(result).toMatchObject({
      ...{ state: 'holds', findings: [] },
      looked: { notifications: 5, delivered: 2, usedUp: 1, abandoned: 1, open: 1 },
    });
  });

  it('are found where nobody tells of one any more', async () => {
    await created('n1');
    const at = await failed('n1', 1, nowMs - hourMs);
    const expired = await created('n2', { status: 'PENDING', expireAt: nowMs - hourMs });
    await created('n3');
    await failed('n3', 1, nowMs - 60_000);
    expect(await findings()).toEqual([
      `NOT_BEGUN ${placeText(at)} ${key}`,
      `NOT_BEGUN ${placeText(expired)} ${key}`,
    ]);
  });

  it('are found where an attempt is not reported, left out, or reported without being due', async () => {
    await created('n1');
    const unreported = await due('n1', 2);
    await failed('n1', 2, nowMs);
    const skipped = await due('n1', 4);
    const early = await delivered('n1', 5);
    const again = await delivered('n1', 5);
    expect(await findings()).toEqual([
      `UNREPORTED ${placeText(unreported)} ${key}`,
      `ATTEMPT_MISSING ${placeText(skipped)} ${key}`,
      `NOT_DUE ${placeText(early)} ${key}`,
      `NOT_DUE ${placeText(again)} ${key}`,
    ]);
  });

  it('are found where one is made twice, was never made, or is forgotten without an end', async () => {
    await created('n1');
    const twice = await created('n1');
    const never = await due('n2', 1);
    const forgotten = await write('NotificationsForgotten', {
      ...{ notificationIds: ['n1'], forgottenAt: nowMs },
    });
    expect(await findings()).toEqual([
      `CREATED_TWICE ${placeText(twice)} ${key}`,
      `UNKNOWN ${placeText(never)} ${key}`,
      `FORGOTTEN_OPEN ${placeText(forgotten)} ${key}`,
    ]);
  });
});
