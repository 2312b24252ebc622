import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { EndpointCommand } from './commands.ts';
import type { EndpointEvent } from './events.ts';
import { alertAfterMs, alertFailing, change, decider, endQuiet } from './testing-commands.ts';
import { failing, gone, health, incidentsOf, overdue, pause } from './testing-commands.ts';
import { recovered, register, remove, resume, rotate, settingsOf } from './testing-commands.ts';
import { startMs, stateOf, told, usedUp } from './testing-commands.ts';

const dayMs = 24 * 3_600_000;

const histories = {
  none: [],
  ACTIVE: told(register()),
  failing: told(register(), failing),
  alerted: told(register(), failing, [alertFailing, alertAfterMs]),
  PAUSED: told(register(), pause),
  DISABLED: told(register(), gone),
  'used up': told(register(), usedUp('n1')),
  REMOVED: told(register(), failing, remove),
} as const satisfies Readonly<Record<string, readonly EndpointEvent[]>>;

const none = 'ENDPOINT_NOT_FOUND';
const removed = 'ENDPOINT_REMOVED';
const off = 'ENDPOINT_DISABLED';
const opened = 'EndpointIncidentOpened';
const ended = 'EndpointIncidentEnded';
const resumed = 'EndpointResumed';
const times = (count: number, cell: string): readonly string[] => Array<string>(count).fill(cell);
/** What a living endpoint, a removed one and none say where it makes no other difference. */
const alike = (cell: string): readonly string[] => [none, ...times(6, cell), removed];

/** What a command meets in each of them: the events, `=` for unchanged, else the refusal's code. */
const table: readonly (readonly [string, EndpointCommand, readonly string[]])[] = [
  ['register', register(), ['EndpointRegistered', ...times(6, '='), removed]],
  [
    'register another',
    register({ url: 'https://x.example' }),
    ['EndpointRegistered', ...times(6, 'ENDPOINT_EXISTS'), removed],
  ],
  [
    'register of another tenant',
    register({}, { tenant: 'other' }),
    ['EndpointRegistered', ...times(6, 'ENDPOINT_EXISTS'), removed],
  ],
  ['register what cannot be', register({ url: '' }), times(8, 'SETTINGS_INVALID')],
  ['change', change({ inOrder: true }), alike('EndpointChanged')],
  ['change to the same', change(), alike('=')],
  ['change to what cannot be', change({ events: [] }), alike('SETTINGS_INVALID')],
  ['pause', pause, [none, ...times(3, 'EndpointPaused'), '=', off, 'EndpointPaused', removed]],
  ['resume', resume, [none, '=', '=', '=', resumed, `${resumed} ${ended}`, '=', removed]],
  [
    'remove',
    remove,
    [
      ...[none, 'EndpointRemoved', 'EndpointRemoved', `EndpointRemoved ${ended}`],
      ...['EndpointRemoved', `EndpointRemoved ${ended}`, `EndpointRemoved ${ended}`, '='],
    ],
  ],
  ['rotate the secret', rotate('s1'), alike('EndpointSecretRotated')],
  ['fails', failing, [none, 'EndpointFailing', '=', '=', ...times(3, 'EndpointFailing'), removed]],
  [
    'recovers',
    recovered,
    [none, '=', 'EndpointRecovered', `EndpointRecovered ${ended}`, '=', '=', '=', removed],
  ],
  [
    'is gone',
    gone,
    [none, ...times(4, `EndpointDisabled ${opened}`), '=', `EndpointDisabled ${opened}`, removed],
  ],
  ['used up', usedUp('n2'), [none, ...times(5, opened), '=', removed]],
  ['overdue', overdue, alike(opened)],
  ['alert', alertFailing, [none, '=', opened, '=', '=', '=', '=', '=']],
  ['quiet for a day', endQuiet, [none, '=', '=', '=', '=', '=', ended, '=']],
];

const contextOf = (command: EndpointCommand) =>
  command === endQuiet ? { atMs: startMs + dayMs } : {};

describe('every command in every state', () => {
  for (const [name, command, row] of table) {
    Object.entries(histories).forEach(([state, events], column) => {
      it(`${name}, ${state}: ${row[column] ?? 'not said'}`, () => {
        const decided = given(decider, events).when(command, contextOf(command));
        const types = decided.events.map(({ type }) => type).join(' ');
        expect(decided.code ?? (types || '=')).toBe(row[column]);
      });
    });
  }
});

describe('an endpoint', () => {
  it('counts its settings and knows its newest secret', () => {
    const events = told(register(), change({ inOrder: true }), rotate('s1'), rotate('s2'));
    expect(stateOf(events)).toEqual({
      ...{ status: 'ACTIVE', endpointId: 'ep-1', tenant: 'main', settingsVersion: 2 },
      ...{ settings: settingsOf({ inOrder: true }), secretId: 's2', failing: null, incidents: [] },
    });
    expect(told(register(), rotate('s1'), rotate('s1'))).toHaveLength(2);
    expect(events.at(-1)?.data).toMatchObject({ secretId: 's2', overlapUntil: startMs + 1_000 });
  });

  it('is not that of another tenant, even where its id leads to it', () => {
    for (const command of [change({ inOrder: true }), pause, resume, remove, rotate('s1')]) {
      // The same command of somebody else.
      const data = { ...command.data, tenant: 'other' };
      const other = { ...command, data } as EndpointCommand;
      expect(given(decider, histories.PAUSED).when(other).code).toBe(none);
      expect(given(decider, histories.REMOVED).when(other).code).toBe(none);
    }
  });

  it('keeps its place among the paused and the disabled when its settings change', () => {
    for (const [before, status] of [
      [pause, 'PAUSED'],
      [gone, 'DISABLED'],
    ] as const)
      expect(stateOf(told(register(), before, change({ inOrder: true })))).toMatchObject({
        status,
      });
  });

  it('that said it is gone is disabled also while it is paused, and resumed by hand', () => {
    expect(stateOf(told(register(), pause, gone))).toMatchObject({ status: 'DISABLED' });
    const events = told(register(), gone, [resume, 5]);
    expect(stateOf(events)).toMatchObject({ status: 'ACTIVE', incidents: [] });
    expect(told(register(), gone, resume, gone)).toHaveLength(7);
    expect(histories.DISABLED.slice(1)).toMatchObject([
      { data: { reason: 'it answered 410 Gone; what comes is kept until it is resumed' } },
      { data: { kind: 'GONE', notificationId: 'n1', since: startMs } },
    ]);
  });

  it('is shown without its templates', () => {
    const templates = [{ payWay: null, contentType: 'text/plain', text: 'secret' }];
    const command = register({ templates });
    const { state, decision } = given(decider, []).when(command);
    expect(decider.answer(state, command, decision)).toEqual({
      ...{ endpointId: 'ep-1', tenant: 'main', status: 'ACTIVE', settingsVersion: 1 },
      ...{ secretId: null, url: 'https://merchant.example/hooks', description: null },
      ...{ events: ['payment.succeeded'], incidents: [] },
    });
    expect(decider.answer(decider.initialState, command, decision)).toBeNull();
  });
});

describe('an endpoint that fails', () => {
  it('is alerted about once, some minutes after it was seen, and the alert ends with it', () => {
    const at = stateOf(histories.failing);
    const alert = { name: 'alert', dueMs: startMs + alertAfterMs };
    expect(decider.timers(at)).toEqual([alert]);
    expect(decider.onTimer(alert, at)).toEqual(alertFailing);
    expect(histories.alerted.at(-1)).toMatchObject({
      type: opened,
      data: {
        ...{ kind: 'FAILING', since: startMs - 4_000, notificationId: null },
        detail: '5 attempts failed in a row, the last with HTTP_500, and none has succeeded since',
      },
    });
    expect(decider.timers(stateOf(histories.alerted))).toEqual([]);
    const after = told(register(), failing, [alertFailing, alertAfterMs], recovered);
    expect(incidentsOf(stateOf(after))).toEqual([]);
    expect(after.at(-2)).toMatchObject({ data: { failingSince: startMs - 4_000 } });
  });

  it('and recovers in time is not alerted about; its time begins anew', () => {
    const events = told(register(), failing, [recovered, 10], [failing, 20]);
    const dueMs = startMs + 20 + alertAfterMs;
    expect(decider.timers(stateOf(events))).toEqual([{ name: 'alert', dueMs }]);
    const early = told(register(), failing, [recovered, 10]);
    expect(decider.timers(stateOf(early))).toEqual([]);
    expect(given(decider, early).when(alertFailing).decision.kind).toBe('unchanged');
  });

  it('says nothing of how the last attempt failed where nobody knows', () => {
    const unknown = told(register(), health(true, { code: null, failures: 7 }), alertFailing);
    const detail = '7 attempts failed in a row, and none has succeeded since';
    expect(unknown.at(-1)?.data).toMatchObject({ detail });
  });
});

describe('incidents', () => {
  it('are one of a kind at most, each with an id of its own', () => {
    const all = [failing, alertFailing, usedUp('n1'), overdue, gone];
    const events = told(register(), ...all, ...all, usedUp('n2'));
    expect(incidentsOf(stateOf(events))).toEqual(['FAILING', 'EXHAUSTED', 'OVERDUE', 'GONE']);
    const ids = events.flatMap(({ data }) => ('incidentId' in data ? [data.incidentId] : []));
    expect(new Set(ids).size).toBe(4);
    const again = told(register(), usedUp('n1'), remove).map(({ data }) => data);
    expect(again[3]).toMatchObject({ kind: 'EXHAUSTED', reason: 'the endpoint was removed' });
  });

  it('end with what shows that they are over', () => {
    const all = [register(), failing, alertFailing, usedUp('n1'), overdue, gone];
    const kinds = (...commands: readonly EndpointCommand[]) =>
      incidentsOf(stateOf(told(...all, ...commands)));
    expect(kinds(recovered)).toEqual(['GONE']);
    expect(kinds(resume)).toEqual(['FAILING', 'OVERDUE']);
    expect(kinds(remove)).toEqual([]);
  });

  it('of used up schedules and late retries end when a day is over, not before', () => {
    const events = told(register(), usedUp('n1'), [overdue, 1_000], failing, alertFailing);
    const at = stateOf(events);
    const quiet = { name: 'quiet', dueMs: startMs + dayMs };
    expect(decider.timers(at)).toEqual([quiet]);
    expect(decider.onTimer(quiet, at)).toEqual(endQuiet);
    const early = given(decider, events).when(endQuiet, { atMs: quiet.dueMs - 1 });
    expect(early.decision.kind).toBe('unchanged');
    const first = given(decider, events).when(endQuiet, { atMs: quiet.dueMs });
    expect(incidentsOf(first.state)).toEqual(['OVERDUE', 'FAILING']);
    expect(decider.timers(first.state)).toEqual([{ ...quiet, dueMs: quiet.dueMs + 1_000 }]);
    const again = given(decider, [...events, ...first.events]).when(usedUp('n2'));
    expect(again.events).toMatchObject([{ type: opened, data: { notificationId: 'n2' } }]);
  });

  it('say in words what is the matter', () => {
    const detailOf = (command: EndpointCommand) => {
      const [event] = given(decider, histories.ACTIVE).when(command).events;
      return event?.type === opened ? event.data.detail : null;
    };
    const hint = 'replay it when it can be';
    expect(detailOf(usedUp('n1'))).toBe(`all attempts to deliver n1 failed (HTTP_500); ${hint}`);
    expect(detailOf(usedUp('n1', null))).toBe(`all attempts to deliver n1 failed; ${hint}`);
    expect(detailOf(overdue)).toBe('a retry of n1 was not begun 60 s after its time');
  });

  it('and timers are none of an endpoint that is removed', () => {
    const events = told(register(), failing, usedUp('n1'), remove);
    expect(decider.timers(stateOf(events))).toEqual([]);
    expect(decider.timers(decider.initialState)).toEqual([]);
  });
});
