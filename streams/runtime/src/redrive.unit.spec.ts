import type { CommandOutcome, OrdersEvent, RedriveMode } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ProcessManager } from '@plumbline/kernel';
import { beforeEach, describe, expect, it } from 'vitest';
import { processManagerTopology } from './process-manager.ts';
import { closeDoor } from './testing/door-aggregate.ts';
import type { TestDriver } from './testing/driver.ts';
import { createTestDriver } from './testing/driver.ts';

/** Tells what it saw, and fails on what it does not understand. */
const managerThatFailsOn = (
  bad: readonly string[],
): ProcessManager<number, OrdersEvent, ReturnType<typeof closeDoor>> => ({
  initialState: 0,
  react(event, seen) {
    if (event.type !== 'OrderCancelled') return [];
    const { reason } = event.data;
    if (bad.includes(reason)) throw new Error(`cannot understand ${reason}`);
    return [closeDoor(`${seen} ${reason}`)];
  },
  evolve: (seen) => seen + 1,
});

const topologyThatFailsOn = (...bad: string[]) =>
  processManagerTopology({
    name: 'checkout',
    manager: managerThatFailsOn(bad),
    events: [topics.ordersEvents.name],
    commands: [topics.ordersCommands.name],
    topics: {
      changelog: topics.checkoutChangelog.name,
      deadLetters: topics.checkoutDeadLetters.name,
    },
    route: (_command, key) => ({ topic: topics.ordersCommands.name, key, subject: 'D1' }),
  });

const key = 'main/a';
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(topologyThatFailsOn('odd', 'worse'));
});

const event = (reason: string): bigint =>
  driver.pipeInput({
    ...{ topic: topics.ordersEvents.name, key },
    payload: { type: 'OrderCancelled', data: { orderNo: 'a', reason } },
  });

function ask(mode: RedriveMode, over: { topology?: string; key?: string; id?: string } = {}) {
  driver.pipeInput({
    topic: topics.deadLettersCommands.name,
    key: over.key ?? key,
    ...(over.id === undefined ? {} : { envelope: { id: over.id } }),
    payload: {
      type: 'RedriveParkedKey',
      data: {
        topology: over.topology ?? 'checkout',
        ...{ originTopic: topics.ordersEvents.name, mode, reason: 'mended' },
      },
    },
  });
  return driver.readOutput(topics.deadLettersOutcomes.name).map(({ payload }) => {
    const { status, code, answer } = payload.data as CommandOutcome;
    return { status, code, answer: answer === null ? null : (JSON.parse(answer) as object) };
  });
}

/** What the manager asked for, in order. */
const seen = (): string[] =>
  driver
    .readOutput(topics.ordersCommands.name)
    .map(({ payload }) => (payload.data as { reason: string }).reason);

const letters = (): number => driver.readOutput(topics.checkoutDeadLetters.name).length;
const told = { dropped: 0, remaining: 0, stoppedAt: null, stoppedBy: null };

describe('a parked key that is redriven', () => {
  it('takes what waited in order, with the code of today, and goes on', () => {
    for (const reason of ['fine', 'odd', 'second', 'third']) event(reason);
    expect(seen()).toEqual(['0 fine']);
    driver.restart(topologyThatFailsOn());
    expect(ask('REDRIVE')).toEqual([
      { status: 'ACCEPTED', code: null, answer: { ...told, redriven: 3 } },
    ]);
    expect(seen()).toEqual(['1 odd', '2 second', '3 third']);
    event('fourth');
    driver.restart();
    event('fifth');
    expect(seen()).toEqual(['4 fourth', '5 fifth']);
  });

  it('stops at the first that fails again, keeps the rest, and leaves nothing of it behind', () => {
    for (const reason of ['odd', 'second']) event(reason);
    const worse = event('worse');
    event('last');
    expect(letters()).toBe(4);
    driver.restart(topologyThatFailsOn('worse'));
    expect(ask('REDRIVE')).toMatchObject([
      {
        status: 'ACCEPTED',
        answer: {
          redriven: 2,
          remaining: 2,
          stoppedAt: `${worse}`,
          stoppedBy: 'PROCESSING_FAILED',
        },
      },
    ]);
    event('newest');
    expect(seen()).toEqual(['0 odd', '1 second']);
    driver.restart(topologyThatFailsOn());
    expect(ask('REDRIVE')).toMatchObject([{ answer: { redriven: 3, remaining: 0 } }]);
    expect(seen()).toEqual(['2 worse', '3 last', '4 newest']);
  });

  it('goes on without the first, or without all', () => {
    for (const reason of ['odd', 'second', 'third']) event(reason);
    expect(ask('SKIP_FIRST')).toMatchObject([
      { answer: { redriven: 2, dropped: 1, remaining: 0 } },
    ]);
    expect(seen()).toEqual(['0 second', '1 third']);
    for (const reason of ['worse', 'fifth']) event(reason);
    expect(ask('DISCARD')).toMatchObject([{ answer: { redriven: 0, dropped: 2, remaining: 0 } }]);
    event('sixth');
    expect(seen()).toEqual(['2 sixth']);
  });

  it('is taken in portions, each of which says how many still wait', () => {
    event('odd');
    for (let i = 0; i < 700; i += 1) event(`n${i}`);
    driver.restart(topologyThatFailsOn());
    expect(ask('REDRIVE')).toMatchObject([{ answer: { redriven: 500, remaining: 201 } }]);
    event('behind');
    expect(ask('REDRIVE')).toMatchObject([{ answer: { redriven: 202, remaining: 0 } }]);
    const all = seen();
    expect(all).toHaveLength(702);
    expect(all.at(-1)).toBe('701 behind');
  });
});

describe('a redrive that comes again under its id', () => {
  it('gets the same answer and leaves out nothing more, through a takeover', () => {
    for (const reason of ['odd', 'worse', 'third']) event(reason);
    const first = ask('SKIP_FIRST', { id: 'c1' });
    expect(first).toMatchObject([{ status: 'ACCEPTED', answer: { dropped: 1, remaining: 2 } }]);
    expect(ask('SKIP_FIRST', { id: 'c1' })).toEqual(first);
    driver.restart();
    expect(ask('SKIP_FIRST', { id: 'c1' })).toEqual(first);
    driver.restart(topologyThatFailsOn());
    expect(ask('REDRIVE', { id: 'c2' })).toMatchObject([{ answer: { redriven: 2 } }]);
    expect(seen()).toEqual(['0 worse', '1 third']);
  });

  it('takes nothing of what has come to wait since', () => {
    event('odd');
    const discarded = ask('DISCARD', { id: 'c1' });
    const none = ask('SKIP_FIRST', { id: 'c2' });
    expect(none).toMatchObject([{ status: 'UNCHANGED' }]);
    for (const reason of ['worse', 'second']) event(reason);
    expect([ask('DISCARD', { id: 'c1' }), ask('SKIP_FIRST', { id: 'c2' })]).toEqual([
      ...[discarded, none],
    ]);
    expect(ask('SKIP_FIRST', { id: 'c3' })).toMatchObject([{ answer: { dropped: 1 } }]);
    expect(seen()).toEqual(['0 second']);
  });

  it('is refused with other content, and new again after four others of its key', () => {
    for (const reason of ['odd', 'worse', 'odd']) event(reason);
    ask('SKIP_FIRST', { id: 'c1' });
    expect(ask('DISCARD', { id: 'c1' })).toMatchObject([
      { status: 'REJECTED', code: 'COMMAND_ID_REUSED' },
    ]);
    for (const id of ['c2', 'c3', 'c4']) ask('REDRIVE', { id });
    expect(ask('SKIP_FIRST', { id: 'c1' })).toMatchObject([{ answer: { remaining: 2 } }]);
    ask('REDRIVE', { id: 'c5' });
    expect(ask('SKIP_FIRST', { id: 'c1' })).toMatchObject([{ answer: { remaining: 1 } }]);
  });
});

describe('a record that is too large to be kept with the state', () => {
  it('holds its place, and only skipping it lets the rest go on', () => {
    event('odd');
    const large = event('x'.repeat(800_000));
    event('last');
    driver.restart(topologyThatFailsOn());
    expect(ask('REDRIVE')).toMatchObject([
      {
        answer: {
          redriven: 1,
          remaining: 2,
          stoppedAt: `${large}`,
          stoppedBy: 'TOO_LARGE_TO_KEEP',
        },
      },
    ]);
    expect(ask('SKIP_FIRST')).toMatchObject([
      { answer: { redriven: 1, dropped: 1, remaining: 0 } },
    ]);
    expect(seen()).toEqual(['0 odd', '1 last']);
  });
});

describe('a redrive of what is not parked', () => {
  it('changes nothing, and says so; one for another topology is not answered here', () => {
    event('odd');
    expect(ask('REDRIVE', { key: 'main/b' })).toMatchObject([
      { status: 'UNCHANGED', answer: { ...told, redriven: 0 } },
    ]);
    expect(ask('REDRIVE', { topology: 'consistency-alerts' })).toEqual([]);
    expect(ask('UNKNOWN')).toMatchObject([{ status: 'REJECTED', code: 'INVALID_MODE' }]);
    expect(ask('DISCARD')).toMatchObject([{ answer: { dropped: 1 } }]);
  });
});
