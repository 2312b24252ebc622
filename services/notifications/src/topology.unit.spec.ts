import type { CommandOutcome, EndpointCopied } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NotificationsDriver } from './announcements/testing-notifications.ts';
import { delayTopics, key, openNotifications } from './announcements/testing-notifications.ts';
import { succeeded } from './announcements/testing-notifications.ts';
import type { EndpointCommand } from './domain/endpoint/commands.ts';
import {
  alertAfterMs,
  change,
  failing,
  gone,
  overdue,
} from './domain/endpoint/testing-commands.ts';
import { pause, recovered, register, remove, resume } from './domain/endpoint/testing-commands.ts';
import { rotate, settingsOf, startMs, usedUp } from './domain/endpoint/testing-commands.ts';
import * as asked from './domain/notification/testing-commands.ts';
import { endpointsTopology, notificationsByDefault } from './topology.ts';

const { create, payNo, report, retry, start } = asked;

describe('the notifications topology', () => {
  let driver: NotificationsDriver;

  beforeEach(async () => {
    driver = await openNotifications();
  });

  /** What waits in the delay topics since the last call. */
  const waiting = () =>
    delayTopics.flatMap((topic) =>
      driver.readOutput(topic).map((message) => ({ ...message, topic })),
    );
  const toEndpoints = () => driver.readOutput(topics.endpointsCommands.name);

  /** An announcement to `ep-1`, with those waits; returns its id. */
  function announced(intervalsMs: readonly number[]): string {
    driver.copy({ settings: settingsOf({ events: ['*'], intervalsMs }) });
    driver.pay(succeeded);
    const [one] = driver.events();
    return one?.type === 'NotificationCreated' ? one.data.notificationId : '';
  }

  it('puts one command into the topic of the wait, which begins the attempt when it comes', () => {
    driver.ask(create('n1'));
    driver.ask(report('n1', 1), key, 'r1');
    const dueAt = driver.nowMs() - 1 + 30_000;
    const [told, ...others] = waiting();
    expect(others).toEqual([]);
    expect(told).toMatchObject({
      ...{ topic: 'plumbline-delay.30s', key },
      payload: {
        type: 'StartAttempt',
        data: { notificationId: 'n1', attempt: 2, dueAt, trigger: 'SCHEDULE' },
      },
      envelope: { subject: 'n1', causationId: 'r1', actor: 'system:notifications' },
    });
    expect(driver.timers().map(({ name }) => name)).toEqual(['expire']);
    // A repeat asks nothing again, nor does what changes nothing.
    driver.ask(report('n1', 1), key, 'r1');
    driver.ask(report('n1', 1), key, 'r2');
    expect(waiting()).toEqual([]);
    driver.events();
    driver.advanceStreamTime(dueAt - driver.nowMs());
    driver.ask(start('n1', 2, { dueAt }));
    expect(driver.events()).toMatchObject([{ type: 'NotificationAttemptDue', data: { dueAt } }]);
  });

  it('waits by a timer where no topic keeps the wait, through a takeover', () => {
    const id = announced([45_000]);
    driver.ask(report(id, 1));
    driver.events();
    expect([waiting(), toEndpoints()]).toEqual([[], []]);
    const dueMs = driver.nowMs() - 1 + 45_000;
    expect(driver.timers()).toContainEqual({ key, name: `retry:${id}:2`, dueMs });
    driver.restart();
    driver.advanceStreamTime(dueMs - driver.nowMs());
    expect(driver.events()).toEqual([]);
    driver.advanceStreamTime(1);
    const attempt = { trigger: 'SCHEDULE', attempt: 2, dueAt: dueMs };
    expect(driver.events()).toMatchObject([{ type: 'NotificationAttemptDue', data: attempt }]);
  });

  it('has no timer of a retry that a person was quicker than', () => {
    const id = announced([45_000]);
    driver.ask(report(id, 1));
    driver.ask(retry(null), payNo);
    expect(driver.timers().map(({ name }) => name)).toEqual(['expire']);
  });

  it('uses every topic of the ladder once in a schedule that is used up', () => {
    driver.ask(create('n1'));
    const used = asked.levelsMs.map((_levelMs, index) => {
      driver.ask(report('n1', index + 1));
      const [told, ...others] = waiting();
      expect(others).toEqual([]);
      const { dueAt } = told?.payload.data as { readonly dueAt: number };
      driver.advanceStreamTime(dueAt - driver.nowMs());
      driver.ask(start('n1', index + 2, { dueAt }));
      return told?.topic;
    });
    expect(used).toEqual(delayTopics);
    driver.ask(report('n1', 6));
    // Nobody looks after a URL that only its caller knows.
    expect([waiting(), toEndpoints()]).toEqual([[], []]);
  });

  it('tells the endpoint when no attempt is left', () => {
    const id = announced([]);
    driver.ask(report(id, 1, { code: 'TIMED_OUT' }));
    expect(toEndpoints()).toMatchObject([
      {
        key: 'ep-1',
        envelope: { subject: 'ep-1' },
        payload: {
          type: 'ReportRetriesUsedUp',
          data: { endpointId: 'ep-1', notificationId: id, code: 'TIMED_OUT' },
        },
      },
    ]);
  });

  it('tells the endpoint that it is gone, and that alone', () => {
    const id = announced([30_000]);
    driver.ask(asked.gone(id, 1));
    const data = { endpointId: 'ep-1', notificationId: id };
    expect(toEndpoints()).toMatchObject([
      { key: 'ep-1', payload: { type: 'ReportEndpointGone', data } },
    ]);
    expect(waiting()).toEqual([]);
    driver.ask(report(id, 2));
    expect([waiting().length, toEndpoints().length]).toEqual([1, 0]);
  });

  it('tells the endpoint of what a sweep begins, in the transaction that begins it', () => {
    const id = announced([30_000]);
    driver.ask(report(id, 1));
    const dueAt = driver.nowMs() - 1 + 30_000;
    // Whoever begins it in its time, early or by hand, has nothing to tell.
    const sweep = start(id, 2, { dueAt, trigger: 'SWEEP' });
    driver.ask(sweep, key, 's0');
    expect(toEndpoints()).toEqual([]);
    driver.advanceStreamTime(90_000);
    driver.ask(sweep, key, 's1');
    expect(toEndpoints()).toMatchObject([
      {
        ...{ key: 'ep-1', envelope: { subject: 'ep-1', causationId: 's1' } },
        payload: { type: 'ReportOverdue', data: { endpointId: 'ep-1', notificationId: id, dueAt } },
      },
    ]);
    // Another process finds it as well, or the same one has heard no answer.
    driver.ask(sweep, key, 's1');
    driver.ask(sweep, key, 's2');
    driver.ask(report(id, 2));
    expect(toEndpoints().map(({ payload }) => payload.type)).toEqual(['ReportRetriesUsedUp']);
  });

  it.each(['SCHEDULE', 'SWEEP'] as const)(
    'of %s tells no endpoint where there is none',
    (trigger) => {
      driver.ask(create('n1'));
      driver.ask(report('n1', 1));
      driver.advanceStreamTime(90_000);
      driver.ask(start('n1', 2, { trigger }));
      expect(driver.events().at(-1)).toMatchObject({ data: { trigger } });
      expect(toEndpoints()).toEqual([]);
    },
  );

  it('tells nobody of what ends well or is given up', () => {
    const id = announced([30_000]);
    driver.ask(asked.delivered(id, 1));
    driver.ask(create('n1'));
    driver.ask(asked.abandon('n1'));
    expect([waiting(), toEndpoints()]).toEqual([[], []]);
  });

  it('forgets what is over, by time', () => {
    driver.ask(create('n1'));
    driver.ask(asked.delivered('n1', 1));
    driver.advanceStreamTime(asked.policy.keepMs + 1);
    expect(driver.events().at(-1)).toMatchObject({
      type: 'NotificationsForgotten',
      data: { notificationIds: ['n1'] },
    });
    expect(driver.timers()).toEqual([]);
    expect(driver.ask(retry('n1'))).toMatchObject({ code: 'NOTIFICATION_NOT_FOUND' });
  });

  it('may write to the delay topics of the default ladder', () => {
    expect(notificationsByDefault.outputs).toEqual(expect.arrayContaining([...delayTopics]));
    expect(notificationsByDefault.outputs).toContain(topics.endpointsCommands.name);
  });
});

describe('the endpoints topology', () => {
  const partitions = 4;

  async function open() {
    const topology = endpointsTopology({ partitions, tenant: 'main', alertAfterMs });
    const driver = await createTestDriver(topology, { startMs });
    return {
      ...driver,
      ask(payload: EndpointCommand, id?: string): CommandOutcome {
        const envelope = id === undefined ? {} : { id };
        const topic = topics.endpointsCommands.name;
        driver.pipeInput({ topic, key: 'ep-1', payload, envelope });
        const [outcome] = driver.readOutput(topics.endpointsOutcomes.name);
        return outcome?.payload.data as CommandOutcome;
      },
      copies: () => driver.readOutput(topics.endpointsCopies.name),
      types: () => driver.readOutput(topics.endpointsEvents.name).map((each) => each.payload.type),
    };
  }

  it('tells every partition once of each change that matters', async () => {
    const driver = await open();
    const changes = [register(), change({ inOrder: true }), rotate('s1'), pause, resume, gone];
    const statuses = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'PAUSED', 'ACTIVE', 'DISABLED', 'REMOVED'];
    const said = [...changes, remove].map((command) => {
      expect(driver.ask(command)).toMatchObject({ status: 'ACCEPTED' });
      const copies = driver.copies();
      const homes = copies.map((copy) => partitionOfRecordKey(copy.key, partitions));
      expect(homes).toEqual([0, 1, 2, 3]);
      expect(new Set(copies.map((copy) => JSON.stringify(copy.payload))).size).toBe(1);
      return copies[0]?.payload.data as EndpointCopied;
    });
    expect(said.map(({ status }) => status)).toEqual(statuses);
    expect(said.at(-1)).toEqual({
      ...{ endpointId: 'ep-1', tenant: 'main', status: 'REMOVED', settingsVersion: 2 },
      ...{ settings: settingsOf({ inOrder: true }), secretId: 's1' },
    });
  });

  it('tells nobody of its health, of what changes nothing, and of what is refused', async () => {
    const driver = await open();
    driver.ask(register(), 'r1');
    driver.copies();
    driver.ask(register(), 'r1');
    for (const command of [register(), failing, overdue, usedUp('n1'), recovered, change()])
      driver.ask(command);
    expect(driver.ask(register({ url: '' }))).toMatchObject({ code: 'SETTINGS_INVALID' });
    expect(driver.copies()).toEqual([]);
  });

  it('alerts by time, through a takeover, and ends by time what nothing else ends', async () => {
    const driver = await open();
    for (const command of [register(), failing, usedUp('n1')]) driver.ask(command);
    driver.types();
    driver.restart();
    driver.advanceStreamTime(alertAfterMs);
    expect(driver.types()).toEqual(['EndpointIncidentOpened']);
    driver.advanceStreamTime(24 * 3_600_000);
    expect(driver.types()).toEqual(['EndpointIncidentEnded']);
    expect(driver.timers()).toEqual([]);
    driver.ask(remove);
    expect(driver.types()).toEqual(['EndpointRemoved', 'EndpointIncidentEnded']);
    // Once, when it was removed: neither for an incident nor for its end.
    expect(driver.copies()).toHaveLength(2 * partitions);
  });

  it('answers with the endpoint, without its templates', async () => {
    const driver = await open();
    const templates = [{ payWay: null, contentType: 'text/plain', text: 'hello' }];
    const { answer } = driver.ask(register({ templates }));
    expect(JSON.parse(answer ?? '')).toMatchObject({ endpointId: 'ep-1', status: 'ACTIVE' });
    expect(answer).not.toContain('hello');
  });
});
