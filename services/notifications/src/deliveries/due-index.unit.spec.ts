import type { EndpointCopied } from '@plumbline/events';
import { topics } from '@plumbline/events';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NotificationsDriver } from '../announcements/testing-notifications.ts';
import { key, openNotifications, refunded } from '../announcements/testing-notifications.ts';
import { succeeded } from '../announcements/testing-notifications.ts';
import { settingsOf } from '../domain/endpoint/testing-commands.ts';
import type { NotificationsState } from '../domain/notification/state.ts';
import { notificationsOf } from '../domain/notification/state.ts';
import * as of from '../domain/notification/testing-commands.ts';
import { anyHistory, runHistory } from '../testing/notification-history.ts';
import { parseDueKey } from '../worker/due-store.ts';
import type { DueDelivery } from '../worker/port.ts';
import { dueIndex } from './due-index.ts';

const { create, delivered, report, start, startMs } = of;
let driver: NotificationsDriver;

beforeEach(async () => {
  driver = await openNotifications();
});

/** `<lane> <attempt>` of each attempt that is due, by lane and time; settings stand beside them. */
const due = () => deliveries().map(({ laneKey, attempt }) => `${laneKey} ${attempt}`);
const deliveries = () =>
  [...driver.store('due')]
    .filter(([dueKey]) => dueKey.startsWith('d/'))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => value as DueDelivery);

/** Tells `ep-1` of a payment; returns the notification's id. */
function announced(settings: Partial<EndpointCopied['settings']> = {}, event = succeeded): string {
  driver.copy({ settings: settingsOf({ events: ['*'], intervalsMs: [30_000], ...settings }) });
  driver.pay(event);
  const id = deliveries().at(-1)?.notificationId;
  return id ?? '';
}

describe('what is due', () => {
  it('is the attempt at hand, until it is reported, and the next one when its time has come', () => {
    const id = announced();
    expect(due()).toEqual(['ep-1 1']);
    driver.ask(report(id, 1));
    expect(due()).toEqual([]);
    const dueAt = driver.nowMs() - 1 + 30_000;
    driver.advanceStreamTime(30_000);
    driver.ask(start(id, 2, { dueAt }));
    expect(due()).toEqual(['ep-1 2']);
    expect(deliveries()).toMatchObject([{ isFirst: false }]);
    driver.ask(report(id, 2));
    expect(due()).toEqual([]);
    driver.ask(of.replay(id));
    expect(due()).toEqual(['ep-1 3']);
    driver.ask(delivered(id, 3));
    expect(due()).toEqual([]);
  });

  it('is no attempt of one that is given up or whose turn has not come', () => {
    const id = announced({ inOrder: true });
    driver.pay(refunded, key, 'e-2');
    expect(due()).toEqual(['ep-1 1']);
    driver.ask(of.abandon(id));
    const [next, ...others] = deliveries();
    expect(others).toEqual([]);
    expect(next).toMatchObject({ laneKey: 'ep-1', attempt: 1, notification: { sequence: 2n } });
    expect(next?.notificationId).not.toBe(id);
  });

  it('is the next attempt at once where the endpoint is gone', () => {
    driver.ask(of.gone(announced(), 1));
    expect(due()).toEqual(['ep-1 2']);
  });

  it('is a status that somebody is told of, with what it is by then', () => {
    driver.ask(create('n1', { status: 'PROCESSING', transactionId: null }));
    driver.ask(of.update('REFUNDING', 'T-9'));
    expect(due()).toEqual([]);
    driver.ask(of.update('SUCCESS'));
    expect(due()).toEqual([expect.stringMatching(/^url:[0-9a-f]{16} 1$/)]);
    const content = { status: 'SUCCESS', transactionId: 'T-9', occurredAt: driver.nowMs() - 1 };
    expect(deliveries()).toMatchObject([{ notification: { content } }]);
  });

  it('is nothing of what is forgotten', () => {
    driver.ask(create('n1'));
    driver.advanceStreamTime(of.policy.keepMs + 1);
    driver.advanceStreamTime(8 * of.dayMs);
    expect([driver.events().at(-1)?.type, due()]).toEqual(['NotificationsForgotten', []]);
  });

  it('is whole: to whom, what, which attempt, and how it is traced', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    driver.pipeInput({
      ...{ topic: topics.notificationsCommands.name, key, payload: create('n1') },
      envelope: { correlationId: 'c1', traceparent },
    });
    const [entry] = deliveries();
    expect(entry).toEqual({
      ...{ key, orderKey: key, laneKey: entry?.laneKey, notificationId: 'n1', attempt: 1 },
      ...{ isFirst: true, dueMs: startMs, correlationId: 'c1', traceparent },
      notification: {
        ...{ notificationId: 'n1', endpointId: null, callbackUrl: of.callbackUrl, sequence: 1n },
        content: of.contentOf(),
      },
    });
    expect(driver.store('due').has(`d/${entry?.laneKey}/00${startMs}/n1`)).toBe(true);
  });

  it('is what it was after a takeover, and goes on from there', () => {
    const id = announced();
    driver.ask(create('n2'));
    const before = new Map(driver.store('due'));
    driver.restart();
    expect(new Map(driver.store('due'))).toEqual(before);
    driver.ask(delivered(id, 1));
    expect(due()).toEqual([expect.stringMatching(/^url:/)]);
  });
});

describe('lanes', () => {
  const laneOf = (url: string): string => {
    driver.ask(create(url, {}, url), `main/${url}`);
    return deliveries().find(({ notificationId }) => notificationId === url)?.laneKey ?? '';
  };

  it('are one for each origin of callers’ URLs, and have no slash', () => {
    const one = laneOf('https://one.example/a');
    expect(laneOf('https://one.example:443/b?c')).toBe(one);
    const others = ['http://one.example/a', 'https://one.example:8443/', 'no url'].map(laneOf);
    expect(new Set([one, ...others]).size).toBe(4);
    for (const lane of [one, ...others]) expect(lane).toMatch(/^url:[0-9a-f]{16}$/);
  });

  it('are found in the keys by whoever follows the store', () => {
    announced();
    expect([...driver.store('due').keys()].sort().map(parseDueKey)).toEqual([
      { kind: 'attempt', laneKey: 'ep-1' },
      { kind: 'settings', laneKey: 'ep-1' },
    ]);
  });

  it('have the settings of their endpoint, until it is removed', () => {
    const settings = settingsOf({ concurrencyMax: 3, ratePerSecond: 4, timeoutMs: 5_000 });
    const copy = (status: EndpointCopied['status']): unknown => {
      driver.copy({ status, settings, secretId: 's1' });
      return driver.store('due').get('e/ep-1');
    };
    const lane = { concurrencyMax: 3, ratePerSecond: 4, timeoutMs: 5_000 };
    for (const status of ['ACTIVE', 'PAUSED', 'DISABLED'] as const) {
      const whole = { ...settings, tenant: 'main', secretId: 's1' };
      expect(copy(status)).toEqual({ ...lane, status, settings: whole });
    }
    announced();
    expect(copy('REMOVED')).toBeUndefined();
    // What is due is kept: whoever delivers says that the endpoint is no more.
    expect(due()).toEqual(['ep-1 1']);
  });
});

describe('whatever happened to the notifications of an order', () => {
  const cause = { id: 'e', actor: 'a', correlationId: 'c', traceparent: null };
  const entriesOf = (state: NotificationsState) =>
    [...dueIndex.partsOf(state)].map(([dueKey, part]) => ({
      ...{ dueKey, part, entry: dueIndex.entryOf(part, { key, cause }) as DueDelivery },
    }));

  it('each attempt at hand is due once, where it is found, and as it is', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        runHistory(history, ({ state }) => {
          const wanted = notificationsOf(state).filter(
            ({ status }) => status === 'NOTIFYING' || status === 'RETRYING',
          );
          const found = entriesOf(state);
          expect(found.map(({ entry }) => entry.notificationId).sort()).toEqual(
            wanted.map(({ notificationId }) => notificationId).sort(),
          );
          for (const { dueKey, entry } of found) {
            const one = wanted.find(
              ({ notificationId }) => notificationId === entry.notificationId,
            );
            expect(one).toMatchObject({ attempt: entry.attempt, dueMs: entry.dueMs });
            expect(one).toMatchObject(entry.notification);
            expect(parseDueKey(dueKey)).toEqual({ kind: 'attempt', laneKey: entry.laneKey });
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('an entry is written again only when it has become another one', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        runHistory(history, ({ before, state }) => {
          const had = dueIndex.partsOf(before);
          for (const { dueKey, part, entry } of entriesOf(state)) {
            const old = had.get(dueKey);
            if (old === part || old === undefined) continue;
            expect(dueIndex.entryOf(old, { key, cause })).not.toEqual(entry);
          }
        });
      }),
      { numRuns: 60 },
    );
  });
});
