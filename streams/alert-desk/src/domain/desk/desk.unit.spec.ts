import type { RemedyPolicy } from '@plumbline/events';
import { given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { DeskCommand } from './commands.ts';
import { deskDecider } from './desk.ts';
import type { DeskEvent } from './events.ts';
import { remedyFacts } from './remedies.ts';
import { hourMs, leave, refunds, resume, set, stop, yen } from './testing-commands.ts';

/** The events of commands that were taken at the beginning of the hour. */
const told = (...commands: readonly DeskCommand[]): readonly DeskEvent[] =>
  commands.reduce<readonly DeskEvent[]>((history, command) => {
    const { events } = given(deskDecider, history).when(command, { atMs: hourMs });
    return [...history, ...events];
  }, []);

const when = (history: readonly DeskEvent[], command: DeskCommand, atMs = hourMs) =>
  given(deskDecider, history).when(command, { atMs });

const outcome = ({ decision, events, code }: ReturnType<typeof when>): string =>
  decision.kind === 'unchanged' ? '=' : (code ?? events.map(({ type }) => type).join(' '));

const histories = {
  none: [],
  observes: told(set({ mode: 'OBSERVE' })),
  proposes: told(set({ mode: 'PROPOSE' })),
  acts: told(set()),
  'dry run': told(set({ dryRun: true })),
  'rule stopped': told(set(), stop('C')),
  'all stopped': told(set(), stop(null)),
  'used up': told(set(), leave('1'), leave('2'), leave('3')),
} as const satisfies Readonly<Record<string, readonly DeskEvent[]>>;

const policySet = 'RemedyPolicySet';
const granted = 'LeaveGranted';
const halted = 'REMEDIES_STOPPED';
const by = (...approvals: readonly string[]) => ({ approvals });

/** What a command meets in each of them: the events, `=` for unchanged, else the refusal's code. */
const table: readonly (readonly [string, DeskCommand, readonly string[]])[] = [
  ['set', set(), [policySet, policySet, policySet, '=', policySet, ...Array<string>(3).fill('=')]],
  ['set another limit', set({ perHourMax: 9 }), Array<string>(8).fill(policySet)],
  ['set what cannot be', set({ perHourMax: -1 }), Array<string>(8).fill('POLICY_INVALID')],
  [
    'stop the rule',
    stop('C'),
    [...Array<string>(5).fill('RemediesStopped'), '=', 'RemediesStopped', 'RemediesStopped'],
  ],
  ['stop all', stop(null), [...Array<string>(6).fill('RemediesStopped'), '=', 'RemediesStopped']],
  ['resume the rule', resume('C'), ['=', '=', '=', '=', '=', 'RemediesResumed', '=', '=']],
  ['resume all', resume(null), ['=', '=', '=', '=', '=', '=', 'RemediesResumed', '=']],
  [
    'ask',
    leave('n'),
    [
      ...['POLICY_NOT_FOUND', 'POLICY_OBSERVES', 'APPROVAL_MISSING', granted, granted],
      ...[halted, halted, 'HOUR_COUNT_USED_UP'],
    ],
  ],
  [
    'ask, approved',
    leave('n', by('operator:a')),
    [
      ...['POLICY_NOT_FOUND', 'POLICY_OBSERVES', granted, granted, granted],
      ...[halted, halted, 'HOUR_COUNT_USED_UP'],
    ],
  ],
  [
    'ask again for what started',
    leave('1', by('operator:a')),
    [
      ...['POLICY_NOT_FOUND', 'POLICY_OBSERVES', granted, granted, granted],
      ...[halted, halted, '='],
    ],
  ],
  [
    'ask for another remedy',
    leave('n', { remedy: 'QUERY_PAYMENT' }),
    [
      ...['POLICY_NOT_FOUND', 'POLICY_OBSERVES', 'POLICY_CHANGED', 'POLICY_CHANGED'],
      ...['POLICY_CHANGED', halted, halted, 'POLICY_CHANGED'],
    ],
  ],
];

describe('what a desk decides, in every state', () => {
  const states = Object.keys(histories) as readonly (keyof typeof histories)[];
  for (const [name, command, cells] of table) {
    it(name, () => {
      expect(
        states.map((state) => `${state}: ${outcome(when(histories[state], command))}`),
      ).toEqual(states.map((state, index) => `${state}: ${cells[index] ?? '?'}`));
    });
  }

  it('serves one tenant', () => {
    const of = { tenant: 'other', rule: null, reason: 'mine' };
    expect(when(histories.acts, { type: 'StopRemedies', data: of }).code).toBe(
      'DESK_OF_ANOTHER_TENANT',
    );
  });

  it('keeps the stop of one rule when all others go on', () => {
    const history = told(set(), stop('C'), stop(null), resume(null));
    expect(outcome(when(history, leave('n')))).toBe(halted);
    expect(
      outcome(when([...history, ...told(set(), stop('C'), resume('C')).slice(2)], leave('n'))),
    ).toBe(granted);
  });
});

describe('limits', () => {
  it('of one remedy: up to it and not a unit more, whoever approves', () => {
    const two = by('operator:a', 'operator:b');
    expect(outcome(when(histories.acts, leave('n', { ...two, amountMinor: 5_000n })))).toBe(
      granted,
    );
    const more = leave('n', { ...two, amountMinor: 5_001n });
    expect(outcome(when(histories.acts, more))).toBe('ABOVE_REMEDY_LIMIT');
  });

  it('of an hour: the sum, and from its turn on all of it again', () => {
    const two = by('operator:a', 'operator:b');
    const history = told(set(), leave('1', { ...two, amountMinor: 5_000n }));
    const last = 3_600_000 - 1;
    const rest = leave('n', { ...two, amountMinor: 4_000n });
    const more = leave('n', { ...two, amountMinor: 4_001n });
    expect(outcome(when(history, rest, hourMs + last))).toBe(granted);
    expect(outcome(when(history, more, hourMs + last))).toBe('HOUR_SUM_USED_UP');
    expect(outcome(when(history, more, hourMs + last + 1))).toBe(granted);
    expect(outcome(when(histories['used up'], leave('n'), hourMs + last))).toBe(
      'HOUR_COUNT_USED_UP',
    );
    expect(outcome(when(histories['used up'], leave('n'), hourMs + last + 1))).toBe(granted);
  });

  it('of a currency that has none: nothing is moved', () => {
    const of = leave('n', { currency: 'CNY', ...by('operator:a', 'operator:b') });
    expect(outcome(when(histories.acts, of))).toBe('CURRENCY_WITHOUT_LIMIT');
    expect(outcome(when(histories.acts, leave('n', { amountMinor: 0n })))).toBe('AMOUNT_INVALID');
  });

  it('a second person above an amount: two of them, and no process of ours', () => {
    const of = (amountMinor: bigint, ...approvals: readonly string[]) =>
      outcome(when(histories.acts, leave('n', { amountMinor, approvals })));
    expect(of(2_000n)).toBe(granted);
    expect(of(2_001n)).toBe('APPROVAL_MISSING');
    expect(of(2_001n, 'operator:a')).toBe('APPROVAL_MISSING');
    expect(of(2_001n, 'operator:a', 'operator:a')).toBe('APPROVAL_MISSING');
    expect(of(2_001n, 'operator:a', 'system:remedies')).toBe('APPROVAL_MISSING');
    expect(of(2_001n, 'operator:a', 'operator:b')).toBe(granted);
  });

  it('what a dry run would have done counts for the dry run alone', () => {
    const tried = told(set({ dryRun: true }), leave('1'), leave('2'), leave('3'));
    expect(outcome(when(tried, leave('n')))).toBe('HOUR_COUNT_USED_UP');
    const real = [...tried, ...when(tried, set()).events];
    expect(outcome(when(real, leave('n')))).toBe(granted);
  });

  it('do not ask for money where none moves', () => {
    const push = { rule: 'R', remedy: 'PUSH_CHECKOUT' } as const;
    const history = told(set({ ...push, money: [] }));
    expect(outcome(when(history, leave('n', { ...push, amountMinor: 0n, currency: 'XXX' })))).toBe(
      granted,
    );
  });
});

describe('a policy that cannot be', () => {
  const refusalOf = (over: Partial<RemedyPolicy>) => when([], set(over)).code;
  const absurd: readonly (readonly [string, Partial<RemedyPolicy>, string])[] = [
    ['no limit of an hour', { perHourMax: 0 }, 'POLICY_WITHOUT_LIMIT'],
    ['no limit of money', { money: [] }, 'POLICY_WITHOUT_LIMIT'],
    ['no limit, and only proposed', { mode: 'PROPOSE', money: [] }, 'POLICY_WITHOUT_LIMIT'],
    ['too many an hour', { perHourMax: 1_001 }, 'POLICY_INVALID'],
    ['a negative limit', { money: [{ ...yen, perRemedyMinor: -1n }] }, 'POLICY_INVALID'],
    ['nothing', { money: [{ ...yen, perHourMinor: 0n }] }, 'POLICY_INVALID'],
    ['one more than all', { money: [{ ...yen, perRemedyMinor: 9_001n }] }, 'POLICY_INVALID'],
    ['absurdly much', { money: [{ ...yen, perHourMinor: 10n ** 12n + 1n }] }, 'POLICY_INVALID'],
    ['below nothing', { money: [{ ...yen, secondPersonAboveMinor: -1n }] }, 'POLICY_INVALID'],
    ['a currency twice', { money: [yen, yen] }, 'POLICY_INVALID'],
    ['no currency', { money: [{ ...yen, currency: 'yen' }] }, 'POLICY_INVALID'],
    ['a mode that is not known', { mode: 'UNKNOWN' }, 'POLICY_INVALID'],
    ['a rule that has no name', { rule: '__proto__' }, 'POLICY_INVALID'],
    ['a remedy of another rule', { rule: 'A' }, 'REMEDY_NOT_FOR_RULE'],
    ['refunding what refunds raise', { rule: 'H' }, 'POLICY_CYCLE'],
    ['querying what queries raise', { rule: 'N', remedy: 'QUERY_PAYMENT' }, 'POLICY_CYCLE'],
  ];
  for (const [name, over, code] of absurd) {
    it(name, () => expect(refusalOf(over)).toBe(code));
  }

  it('says which rules the remedy may raise', () => {
    const { decision } = when([], set({ rule: 'J' }));
    expect(decision).toMatchObject({
      rejection: { code: 'POLICY_CYCLE', details: { mayRaise: ['H', 'I', 'J'] } },
    });
  });

  it('may observe without any limit', () => {
    expect(refusalOf({ mode: 'OBSERVE', money: [], perHourMax: 0 })).toBeNull();
  });

  it('the pairs that are allowed make no circle over several rules', () => {
    const facts = Object.values(remedyFacts);
    const next = (rule: string): readonly string[] =>
      facts.filter(({ rules }) => rules.includes(rule)).flatMap(({ mayRaise }) => mayRaise);
    const reached = (from: string, seen: readonly string[] = []): readonly string[] =>
      next(from).reduce<readonly string[]>(
        (all, rule) => (all.includes(rule) ? all : reached(rule, [...all, rule])),
        seen,
      );
    for (const rule of facts.flatMap(({ rules }) => rules))
      expect(reached(rule)).not.toContain(rule);
  });

  it('and a policy of the same content is no news', () => {
    expect(outcome(when(told(set()), set({ money: [{ ...yen }] })))).toBe('=');
    expect(refunds.mode).toBe('ACT');
  });
});
