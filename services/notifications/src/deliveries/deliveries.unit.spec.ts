import type { EndpointCopied, NotificationsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../domain/endpoint/testing-commands.ts';
import type { Timed } from '../domain/notification/testing-commands.ts';
import * as of from '../domain/notification/testing-commands.ts';
import { parseDueKey } from '../worker/due-store.ts';
import type { DueDelivery } from '../worker/port.ts';
import { notificationDeliveries } from './deliveries.ts';

const { announce, announceInOrder, create, delivered, policy, report, startMs } = of;
const { start, targetOf, told } = of;
const key = 'main/O-1';
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(notificationDeliveries, { startMs });
});

function tell(events: readonly NotificationsEvent[], traceparent: string | null = null): void {
  const { name: topic } = topics.notificationsEvents;
  const envelope = { correlationId: 'c1', traceparent };
  for (const payload of events) driver.pipeInput({ topic, key, payload, envelope });
}

/** `<lane> +<ms after the start> <id> <attempt>` of each attempt that is due. */
const due = () =>
  [...driver.store('due')].map(([dueKey, value]) => {
    const [, lane, dueMs, id] = dueKey.split('/');
    const { attempt } = value as { readonly attempt: number };
    return `${lane} +${Number(dueMs) - startMs} ${id} ${attempt}`;
  });
const open = () => [...driver.store('open').keys()];

/** What is due after each of the commands. */
function dueAfter(...commands: readonly (Timed[0] | Timed)[]): readonly (readonly string[])[] {
  let before = 0;
  return commands.map((_each, at) => {
    const events = told(commands.slice(0, at + 1));
    tell(events.slice(before));
    before = events.length;
    return due();
  });
}

const once = announce(targetOf('n1', { intervalsMs: [30_000] }));

describe('what is due', () => {
  it('is the attempt at hand, until it is reported, and the next one when its time has come', () => {
    const steps: readonly Timed[] = [
      [once, 0],
      [report('n1', 1), 10],
      [start('n1', 2), 30_010],
      [report('n1', 2), 30_020],
      [of.replay('n1'), 99_000],
      [delivered('n1', 3), 99_010],
    ];
    expect(dueAfter(...steps)).toEqual([
      ['ep-1 +0 n1 1'],
      [],
      ['ep-1 +30010 n1 2'],
      [],
      ['ep-1 +99000 n1 3'],
      [],
    ]);
    expect(open()).toEqual([]);
  });

  it('is no attempt of one that is given up or whose turn has not come', () => {
    const steps = [announceInOrder('n1'), announceInOrder('n2'), of.abandon('n1')];
    expect(dueAfter(...steps)).toEqual([['ep-1 +0 n1 1'], ['ep-1 +0 n1 1'], ['ep-1 +0 n2 1']]);
    expect(open()).toEqual(['n2']);
  });

  it('is the next attempt at once where the endpoint is gone', () => {
    const steps: readonly Timed[] = [
      [once, 0],
      [of.gone('n1', 1), 7],
    ];
    expect(dueAfter(...steps)).toEqual([['ep-1 +0 n1 1'], ['ep-1 +7 n1 2']]);
  });

  it('is a status that somebody is told of, with what it is by then', () => {
    const waits = create('n1', { status: 'PROCESSING', transactionId: null });
    const steps: readonly Timed[] = [
      [waits, 0],
      [of.update('REFUNDING', 'T-9'), 5],
      [of.update('SUCCESS'), 9],
    ];
    const [first, second, third] = dueAfter(...steps);
    expect([first, second]).toEqual([[], []]);
    expect(third).toEqual([expect.stringMatching(/^url:[0-9a-f]{16} \+9 n1 1$/)]);
    const [entry] = [...driver.store('due').values()];
    const content = { status: 'SUCCESS', transactionId: 'T-9', occurredAt: startMs + 9 };
    expect(entry).toMatchObject({ notification: { content } });
  });

  it('is nothing of what is forgotten', () => {
    const steps: readonly Timed[] = [
      [once, 0],
      [of.expire, policy.keepMs],
      [of.expire, policy.keepMs + 8 * of.dayMs],
    ];
    expect(dueAfter(...steps)).toEqual([['ep-1 +0 n1 1'], [], []]);
    expect(open()).toEqual([]);
  });

  it('is whole: to whom, what, which attempt, and how it is traced', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    tell(told([once]), traceparent);
    const [[dueKey, entry] = []] = [...driver.store('due')];
    expect(dueKey).toBe(`d/ep-1/00${startMs}/n1`);
    expect(entry).toEqual({
      ...{ key, orderKey: key, laneKey: 'ep-1', notificationId: 'n1', attempt: 1, isFirst: true },
      ...{ dueMs: startMs, correlationId: 'c1', traceparent },
      notification: {
        ...{ notificationId: 'n1', endpointId: 'ep-1', callbackUrl: null, sequence: 1n },
        content: of.contentOf({ sourceEventId: 'e-1' }),
      },
    });
    tell(told([once, report('n1', 1), [start('n1', 2), 30_000]]).slice(1));
    expect([...driver.store('due').values()]).toMatchObject([{ attempt: 2, isFirst: false }]);
  });

  it('is what it was after a takeover, and goes on from there', () => {
    const events = told([once, report('n1', 1), of.retry('n1'), delivered('n1', 2)]);
    tell(events.slice(0, 3));
    const before = [...driver.store('due')];
    driver.restart();
    expect([...driver.store('due')]).toEqual(before);
    tell(events.slice(3));
    expect([due(), open()]).toEqual([[], []]);
  });

  it('is told again whole when one is replayed that had ended', () => {
    const events = told([announce(targetOf('n1')), delivered('n1', 1), of.replay('n1')]);
    // A task that never heard of its beginning knows all of it.
    tell(events.slice(2));
    expect([...driver.store('due').values()]).toMatchObject([
      { notification: { endpointId: 'ep-1', sequence: 1n, content: { paymentId: of.payNo } } },
    ]);
  });

  it('is nothing of an event whose beginning nobody knows', () => {
    const events = told([once, report('n1', 1), [start('n1', 2), 30_000], report('n1', 2)]);
    tell(events.slice(1));
    tell(told([create('u1', { status: 'PROCESSING' }), of.update('SUCCESS')]).slice(1));
    expect([due(), open()]).toEqual([[], []]);
  });
});

describe('lanes', () => {
  const laneOf = (url: string): string => {
    tell(told([create(url, {}, url)]));
    const all = [...driver.store('due').values()] as DueDelivery[];
    return all.find(({ notificationId }) => notificationId === url)?.laneKey ?? '';
  };

  it('are one for each origin of callers’ URLs, and have no slash', () => {
    const one = laneOf('https://one.example/a');
    expect(laneOf('https://one.example:443/b?c')).toBe(one);
    const others = ['http://one.example/a', 'https://one.example:8443/', 'no url'].map(laneOf);
    expect(new Set([one, ...others]).size).toBe(4);
    for (const lane of [one, ...others]) expect(lane).toMatch(/^url:[0-9a-f]{16}$/);
  });

  it('are found in the keys by whoever follows the store', () => {
    tell(told([once]));
    const [dueKey = ''] = [...driver.store('due').keys()];
    expect(parseDueKey(dueKey)).toEqual({ kind: 'attempt', laneKey: 'ep-1' });
  });

  it('have the settings of their endpoint, until it is removed', () => {
    const settings = settingsOf({ concurrencyMax: 3, ratePerSecond: 4, timeoutMs: 5_000 });
    const copy = (status: EndpointCopied['status']): unknown => {
      const who = { endpointId: 'ep-1', tenant: 'main', status };
      const data = { ...who, settings, settingsVersion: 1, secretId: 's1' };
      driver.pipeInput({
        ...{ topic: topics.endpointsCopies.name, key: 'main/endpoints-0' },
        payload: { type: 'EndpointCopied', data },
      });
      return driver.store('due').get('e/ep-1');
    };
    const lane = { concurrencyMax: 3, ratePerSecond: 4, timeoutMs: 5_000 };
    for (const status of ['ACTIVE', 'PAUSED', 'DISABLED'] as const) {
      const whole = { ...settings, tenant: 'main', secretId: 's1' };
      expect(copy(status)).toEqual({ ...lane, status, settings: whole });
    }
    tell(told([once]));
    expect(copy('REMOVED')).toBeUndefined();
    // What is due is kept: whoever delivers says that the endpoint is no more.
    expect(due()).toEqual(['ep-1 +0 n1 1']);
    expect(parseDueKey('e/ep-1')).toEqual({ kind: 'settings', laneKey: 'ep-1' });
  });
});

it('reads what it reads, writes nothing, and sets no timer', () => {
  expect(notificationDeliveries.outputs).toEqual([]);
  const processor = notificationDeliveries.createProcessor({
    ...{ topology: 'notification-deliveries', partition: 0, partitions: 1 },
  });
  const timer = { key, name: 'x', dueMs: 0 };
  expect(() => processor.onTimer(timer, null as never)).toThrow('sets no timers');
});
