import type { NotificationsEvent } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NotificationsState } from '../domain/notification/state.ts';
import { hasEnded, notificationsOf } from '../domain/notification/state.ts';
import { startMs } from '../domain/notification/testing-commands.ts';
import { anyHistory, endings, runHistory } from '../testing/notification-history.ts';
import { notificationDeliveries } from './deliveries.ts';

const codec = createCodec(createMemorySchemaIds());

interface Entry {
  readonly key: string;
  readonly laneKey: string;
  readonly notificationId: string;
  readonly attempt: number;
  readonly dueMs: number;
  readonly notification: { readonly content: object; readonly sequence: bigint };
}

/** What an aggregate's state says is due, as the store should have it: `id attempt due`. */
const saysOf = (key: string, state: NotificationsState): readonly unknown[] =>
  notificationsOf(state).flatMap((one) => {
    if (one.status !== 'NOTIFYING' && one.status !== 'RETRYING') return [];
    const { notificationId, attempt, dueMs, content, sequence, endpointId } = one;
    return [[key, notificationId, attempt, dueMs, content, sequence, endpointId ?? 'url']];
  });

const standsIn = (driver: TestDriver): readonly unknown[] =>
  [...driver.store('due')].map(([dueKey, value]) => {
    const { key, laneKey, notificationId, attempt, dueMs, notification } = value as Entry;
    const at = String(dueMs).padStart(15, '0');
    expect(dueKey).toBe(`d/${laneKey}/${at}/${notificationId}`);
    const { content, sequence } = notification;
    const lane = laneKey.startsWith('url:') ? 'url' : laneKey;
    return [key, notificationId, attempt, dueMs, content, sequence, lane];
  });

/** In any order. */
const sorted = (all: readonly unknown[]): readonly unknown[] =>
  [...all].sort((one, other) => (String(one) < String(other) ? -1 : 1));

const openIds = (state: NotificationsState): readonly string[] =>
  notificationsOf(state)
    .filter((one) => !hasEnded(one))
    .map(({ notificationId }) => notificationId);

const tell = (driver: TestDriver, key: string, news: readonly NotificationsEvent[]): void => {
  const { name: topic } = topics.notificationsEvents;
  for (const payload of news) driver.pipeInput({ topic, key, payload });
};

const openDriver = () => createTestDriver(notificationDeliveries, { startMs, codec });

describe('whatever happened to the notifications of an order', () => {
  it('what is due is what their state says, after every step and after a takeover', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, fc.nat({ max: 59 }), async (history, takenOver) => {
        const driver = await openDriver();
        let steps = 0;
        runHistory(history, ({ state, news }) => {
          tell(driver, 'main/O-1', news);
          steps += 1;
          if (steps === takenOver) driver.restart();
          expect(sorted(standsIn(driver))).toEqual(sorted(saysOf('main/O-1', state)));
          expect([...driver.store('open').keys()].sort()).toEqual([...openIds(state)].sort());
        });
      }),
      { numRuns: 60 },
    );
  });

  it('nothing is due when all of it has ended', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const driver = await openDriver();
        const rounds = Array.from({ length: 6 }, () => endings).flat();
        const state = runHistory([...history, ...rounds], ({ news }) => {
          tell(driver, 'main/O-1', news);
        });
        expect([...driver.store('due')]).toEqual([]);
        expect([...driver.store('open').keys()].sort()).toEqual([...openIds(state)].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('those of other orders stand beside them', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistory, anyHistory, async (one, other) => {
        const driver = await openDriver();
        const batches: (readonly [string, readonly NotificationsEvent[]])[] = [];
        const states = (
          [
            ['a', one],
            ['b', other],
          ] as const
        ).map(([name, history]) => {
          const own: (readonly [string, readonly NotificationsEvent[]])[] = [];
          const state = runHistory(history, ({ news }) =>
            own.push([`main/${name}`, renamed(name, news)]),
          );
          batches.push(...own);
          return [`main/${name}`, name, state] as const;
        });
        for (const [key, news] of batches) tell(driver, key, news);
        const says = states.flatMap(([key, name, state]) =>
          (saysOf(key, state) as (readonly unknown[])[]).map(([at, id, ...rest]) => [
            ...[at, `${name}-${String(id)}`, ...rest],
          ]),
        );
        expect(sorted(standsIn(driver))).toEqual(sorted(says));
      }),
      { numRuns: 30 },
    );
  });
});

/** The same under ids of its own: no id is that of two orders. */
const renamed = (name: string, news: readonly NotificationsEvent[]): NotificationsEvent[] =>
  news.map((event) => {
    if (event.type === 'NotificationsForgotten') {
      const notificationIds = event.data.notificationIds.map((id) => `${name}-${id}`);
      return { ...event, data: { ...event.data, notificationIds } };
    }
    const notificationId = `${name}-${event.data.notificationId}`;
    // The same event about another notification.
    return { ...event, data: { ...event.data, notificationId } } as NotificationsEvent;
  });
