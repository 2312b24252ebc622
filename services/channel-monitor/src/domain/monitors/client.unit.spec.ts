import { anyContext, given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import { clientDecider } from './client.ts';
import type { ClientCommand } from './commands.ts';
import type { ClientEvent } from './events.ts';
import { aidsMax, keysMax, overlapMs } from './limits.ts';
import { change, hourMs, issue, keyIdOf, register, revoke } from './testing-commands.ts';
import { startMs, told } from './testing-commands.ts';

const histories = {
  none: [],
  ACTIVE: told(register(), issue(1)),
  REVOKED: told(register(), issue(1), revoke),
} as const satisfies Readonly<Record<string, readonly ClientEvent[]>>;

const none = 'CLIENT_NOT_FOUND';
const gone = 'CLIENT_REVOKED';

/** What a command meets in each of them: the event, `=` for unchanged, else the refusal's code. */
const table: readonly (readonly [string, ClientCommand, readonly string[]])[] = [
  ['register', register(), ['MonitorClientRegistered', '=', gone]],
  [
    'register the accounts in another order',
    register({ aids: ['2', '1', '2'] }),
    ['MonitorClientRegistered', '=', gone],
  ],
  [
    'register another name',
    register({ name: 'the till' }),
    ['MonitorClientRegistered', 'CLIENT_EXISTS', gone],
  ],
  [
    'register for all accounts',
    register({ aids: [] }),
    ['MonitorClientRegistered', 'CLIENT_EXISTS', gone],
  ],
  [
    'register for another merchant',
    register({ pid: '2000' }),
    ['MonitorClientRegistered', 'CLIENT_EXISTS', 'CLIENT_EXISTS'],
  ],
  ['change', change({ aids: [] }), [none, 'MonitorClientChanged', gone]],
  ['change nothing', change({ aids: ['2', '1'] }), [none, '=', gone]],
  ['change another merchant’s', change({ pid: '2000' }), [none, none, none]],
  ['change another tenant’s', change({ tenant: 'shop' }), [none, none, none]],
  ['another key', issue(2), [none, 'MonitorKeyIssued', gone]],
  ['the same key', issue(1, startMs + hourMs), [none, '=', gone]],
  ['revoke', revoke, [none, 'MonitorClientRevoked', '=']],
];

describe('a monitor client', () => {
  for (const [name, command, cells] of table) {
    it.each(Object.entries(histories).map(([state, events], at) => [state, events, cells[at]]))(
      `${name}, when it is %s`,
      (_state, events, expected) => {
        const {
          decision,
          events: made,
          code,
        } = given(clientDecider, events as readonly ClientEvent[]).when(command);
        const met = decision.kind === 'unchanged' ? '=' : (code ?? made[0]?.type);
        expect(met).toBe(expected);
        expect(made.length).toBeLessThanOrEqual(1);
      },
    );
  }

  it('is the merchant itself, or is named mc_', () => {
    const coded = (over: Parameters<typeof register>[0]) =>
      given(clientDecider).when(register(over));
    for (const clientId of ['1000', 'mc_a', `mc_${'x'.repeat(61)}`])
      expect(coded({ clientId }).code).toBeNull();
    for (const clientId of ['', '2000', 'mc_', 'phone', `mc_${'x'.repeat(62)}`, 'mc_a/b', 'mc_a\n'])
      expect(coded({ clientId }).code, clientId).toBe('CLIENT_INVALID');
    for (const pid of ['', 'a b', 'x'.repeat(33)])
      expect(coded({ pid }).code).toBe('CLIENT_INVALID');
  });

  it('has a name and accounts within limits', () => {
    const aids = Array.from({ length: aidsMax }, (_, at) => String(at));
    const wrong = [
      { name: '' },
      { name: 'x'.repeat(65) },
      { aids: ['a b'] },
      { aids: [...aids, 'x'] },
    ];
    for (const over of wrong) {
      expect(given(clientDecider).when(register(over)).code).toBe('CLIENT_INVALID');
      expect(given(clientDecider, histories.ACTIVE).when(change(over)).code).toBe('CLIENT_INVALID');
    }
    for (const over of [{ name: '𠮷'.repeat(64) }, { aids }])
      expect(given(clientDecider).when(register(over)).code).toBeNull();
  });

  it('answers with its newest key, and with nothing where there is none', () => {
    const state = told(...[register(), issue(1), issue(2)]);
    const { decision } = given(clientDecider, state).when(register());
    expect(clientDecider.answer(given(clientDecider, state).state, register(), decision)).toEqual({
      ...{ status: 'ACTIVE', pid: '1000', clientId: 'mc_phone', name: 'the phone' },
      ...{ aids: ['1', '2'], keyId: keyIdOf(2) },
    });
    expect(clientDecider.answer(clientDecider.initialState, revoke, decision)).toBeNull();
    expect(clientDecider.timers(clientDecider.initialState)).toEqual([]);
  });
});

describe('keys of a monitor client', () => {
  const keysOf = (...commands: readonly ClientCommand[]) => {
    const { state } = given(clientDecider, told(...commands));
    return state.status === 'none' ? [] : state.keys;
  };

  it('end when the next one says so, and never later than they would have', () => {
    const keys = keysOf(
      register(),
      issue(1),
      issue(2, startMs + hourMs),
      issue(3, startMs + 2 * hourMs),
    );
    expect(keys).toEqual([
      { keyId: keyIdOf(1), endsAtMs: startMs + hourMs },
      { keyId: keyIdOf(2), endsAtMs: startMs + 2 * hourMs },
      { keyId: keyIdOf(3), endsAtMs: null },
    ]);
    expect(keysOf(register(), issue(1), issue(2))[0]?.endsAtMs).toBe(startMs);
  });

  it('are good beside each other for 30 days at most, and an hour for clocks', () => {
    const max = startMs + overlapMs.max + overlapMs.slack;
    const on = given(clientDecider, histories.ACTIVE);
    expect(on.when(issue(2, max)).code).toBeNull();
    expect(on.when(issue(2, max + 1)).code).toBe('OVERLAP_TOO_LONG');
  });

  it('are eight that are good at once, of which a shorter overlap makes fewer', () => {
    const many = Array.from({ length: keysMax }, (_, at) => issue(at, startMs + hourMs));
    const on = given(clientDecider, told(register(), ...many));
    expect(on.when(issue(99, startMs + hourMs)).code).toBe('TOO_MANY_KEYS');
    expect(on.when(issue(99)).code).toBeNull();
    const later = { ...anyContext, atMs: startMs + hourMs };
    expect(on.when(issue(99, startMs + 2 * hourMs), later).code).toBeNull();
    const { state } = on.when(issue(99));
    expect(state.status === 'none' ? 0 : state.keys.length).toBe(keysMax);
  });

  it('have ids as the vault makes them', () => {
    const command = { ...issue(1), data: { ...issue(1).data, keyId: 'x' } } as ClientCommand;
    expect(given(clientDecider, histories.ACTIVE).when(command).code).toBe('CLIENT_INVALID');
  });
});
