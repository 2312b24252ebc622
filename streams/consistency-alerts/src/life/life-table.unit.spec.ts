import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertLife, AlertStatus, LifeCommand, Lives, Money } from './life.ts';
import {
  decideLife,
  isEndedByPerson,
  isEndedForGood,
  lifeIn,
  nextUntilMs,
  suppressedUpTo,
  withLifeEvent,
  withoutFinding,
} from './life.ts';
import * as limits from './limits.ts';

const atMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const tomorrow = atMs + dayMs;
const atStake: Money = { amountMinor: 9_990n, currency: 'CNY' };
const context = { tenant: 'main', orderNo: 'H1', atMs, atStake };
const of = { alertId: 'a-1', rule: 'A' };
const data = { alertId: 'a-1', reason: 'because' };

const lives = {
  OPEN: { ...of, status: 'OPEN' },
  ACKNOWLEDGED: { ...of, status: 'ACKNOWLEDGED' },
  INVESTIGATING: { ...of, status: 'INVESTIGATING' },
  RESOLVED: { ...of, status: 'RESOLVED' },
  AUTO_RESOLVED: { ...of, status: 'AUTO_RESOLVED' },
  WRITTEN_OFF: { ...of, status: 'WRITTEN_OFF', loss: { amountMinor: 500n, currency: 'CNY' } },
  SUPPRESSED: { ...of, status: 'SUPPRESSED', untilMs: tomorrow },
  SUPERSEDED: { ...of, status: 'SUPERSEDED' },
} as const satisfies Record<AlertStatus, AlertLife>;

const loss = { lossMinor: 500n, lossCurrency: 'CNY' };
const commands = {
  acknowledge: { type: 'AcknowledgeAlert', data },
  investigate: { type: 'InvestigateAlert', data },
  resolve: { type: 'ResolveAlert', data },
  'write off': { type: 'WriteOffAlert', data: { ...data, ...loss } },
  suppress: { type: 'SuppressAlert', data: { ...data, until: tomorrow } },
  reopen: { type: 'ReopenAlert', data },
} as const satisfies Record<string, LifeCommand>;

/** What became of it: the status from then on, `=` for as it was, or the refusal. */
function outcome(command: LifeCommand, life: AlertLife | null, stake: Money | null = atStake) {
  const decision = decideLife(command, life, { ...context, atStake: stake });
  if (decision.kind === 'unchanged') return '=';
  if (decision.kind === 'rejected') return decision.rejection.code;
  const [event] = decision.events;
  return lifeIn(withLifeEvent(life === null ? [] : [life], event), of.alertId)?.status ?? 'none';
}

const ENDED = 'ALERT_ENDED';
const table: Readonly<Record<AlertStatus, readonly string[]>> = {
  //              acknowledge     investigate      resolve     write off      suppress      reopen
  OPEN: [
    'ACKNOWLEDGED',
    'INVESTIGATING',
    'RESOLVED',
    'WRITTEN_OFF',
    'SUPPRESSED',
    'ALERT_NOT_ENDED',
  ],
  ACKNOWLEDGED: ['=', 'INVESTIGATING', 'RESOLVED', 'WRITTEN_OFF', 'SUPPRESSED', 'ALERT_NOT_ENDED'],
  INVESTIGATING: ['=', '=', 'RESOLVED', 'WRITTEN_OFF', 'SUPPRESSED', 'ALERT_NOT_ENDED'],
  RESOLVED: [ENDED, ENDED, '=', ENDED, ENDED, 'OPEN'],
  AUTO_RESOLVED: [ENDED, ENDED, ENDED, ENDED, ENDED, 'OPEN'],
  WRITTEN_OFF: [ENDED, ENDED, ENDED, '=', ENDED, 'OPEN'],
  SUPPRESSED: [ENDED, ENDED, ENDED, ENDED, '=', 'OPEN'],
  SUPERSEDED: [ENDED, ENDED, ENDED, ENDED, ENDED, 'ALERT_SUPERSEDED'],
};

describe('every word of a person meets every alert', () => {
  it.each(Object.entries(table))('that is %s', (status, expected) => {
    const life = lives[status as AlertStatus];
    expect(Object.values(commands).map((command) => outcome(command, life))).toEqual(expected);
  });

  it('that there is not', () => {
    const refusals = Object.values(commands).map((command) => outcome(command, null));
    expect(new Set(refusals)).toEqual(new Set(['ALERT_NOT_FOUND']));
  });

  it('and needs a reason, of a length that people read', () => {
    for (const reason of ['', ' \t', 'x'.repeat(limits.reasonCharsMax + 1)]) {
      for (const command of Object.values(commands)) {
        const without = { ...command, data: { ...command.data, reason } } as LifeCommand;
        expect(outcome(without, lives.OPEN)).toBe('REASON_INVALID');
      }
    }
  });
});

describe('a loss', () => {
  const writeOff = (lossMinor: bigint | null, lossCurrency: string | null = 'CNY') =>
    ({ type: 'WriteOffAlert', data: { ...data, lossMinor, lossCurrency } }) as const;

  it('is what is at stake, where no other is named', () => {
    const decision = decideLife(writeOff(null, null), lives.OPEN, context);
    expect(decision).toMatchObject({
      events: [{ data: { resolution: 'WRITTEN_OFF', lossMinor: 9_990n, lossCurrency: 'CNY' } }],
    });
  });

  it.each([
    [1n, 'CNY', 'WRITTEN_OFF'],
    [9_990n, 'CNY', 'WRITTEN_OFF'],
    [9_991n, 'CNY', 'LOSS_INVALID'],
    [0n, 'CNY', 'LOSS_INVALID'],
    [-1n, 'CNY', 'LOSS_INVALID'],
    [1n, 'USD', 'LOSS_INVALID'],
    [1n, null, 'LOSS_INVALID'],
  ])('of %s %s of 9990 CNY is %s', (lossMinor, currency, expected) => {
    expect(outcome(writeOff(lossMinor, currency), lives.OPEN)).toBe(expected);
  });

  it('is none where no money is', () => {
    expect(outcome(writeOff(null, null), lives.OPEN, null)).toBe('NOTHING_AT_STAKE');
    expect(outcome(writeOff(1n), lives.OPEN, null)).toBe('NOTHING_AT_STAKE');
  });

  it('that was another is not changed by saying it again', () => {
    expect(outcome(writeOff(501n), lives.WRITTEN_OFF)).toBe('ALERT_ENDED');
    expect(outcome(writeOff(500n, 'USD'), lives.WRITTEN_OFF)).toBe('ALERT_ENDED');
    expect(outcome(writeOff(null, null), lives.WRITTEN_OFF)).toBe('=');
  });
});

describe('a suppression', () => {
  const suppress = (until: number | null) =>
    ({ type: 'SuppressAlert', data: { ...data, until } }) as const;

  it.each([
    [null, 'SUPPRESSED'],
    [atMs + 1, 'SUPPRESSED'],
    [atMs + limits.suppressionDaysMax * dayMs, 'SUPPRESSED'],
    [atMs + limits.suppressionDaysMax * dayMs + 1, 'UNTIL_INVALID'],
    [atMs, 'UNTIL_INVALID'],
    [0, 'UNTIL_INVALID'],
  ])('until %s is %s', (until, expected) => {
    expect(outcome(suppress(until), lives.OPEN)).toBe(expected);
  });

  it('until another time is not changed by saying it again', () => {
    expect(outcome(suppress(tomorrow + 1), lives.SUPPRESSED)).toBe('ALERT_ENDED');
    expect(outcome(suppress(null), lives.SUPPRESSED)).toBe('ALERT_ENDED');
  });

  it('is over at its time, and never where it has none or what was found is gone', () => {
    const later: AlertLife = { ...lives.SUPPRESSED, alertId: 'a-2', untilMs: tomorrow + 1 };
    const never: AlertLife = { ...lives.SUPPRESSED, alertId: 'a-3', untilMs: null };
    const all: Lives = [later, lives.SUPPRESSED, never, lives.OPEN];
    expect(nextUntilMs(all)).toBe(tomorrow);
    expect(suppressedUpTo(all, tomorrow - 1)).toEqual([]);
    expect(suppressedUpTo(all, tomorrow)).toEqual([lives.SUPPRESSED]);
    const healed = withoutFinding([lives.SUPPRESSED, later], 'a-1');
    expect(suppressedUpTo(healed, tomorrow + 1)).toEqual([later]);
    expect(nextUntilMs([never])).toBe(null);
  });
});

it('who has ended it is a function of its status', () => {
  const ended = (by: (life: AlertLife | null) => boolean) =>
    Object.values(lives).flatMap((life) => (by(life) ? [life.status] : []));
  expect(ended(isEndedByPerson)).toEqual(['RESOLVED', 'WRITTEN_OFF', 'SUPPRESSED']);
  expect(ended(isEndedForGood)).toEqual(['RESOLVED', 'WRITTEN_OFF']);
  expect(isEndedForGood({ ...lives.SUPPRESSED, untilMs: null })).toBe(true);
  expect([isEndedByPerson(null), isEndedForGood(null)]).toEqual([false, false]);
});

it('the same word twice makes no second event, whatever was said before', () => {
  const command = fc.oneof(
    fc.constantFrom(...Object.values(commands)),
    fc
      .record({ lossMinor: fc.bigInt({ min: 1n, max: 9_990n }), lossCurrency: fc.constant('CNY') })
      .map((lost): LifeCommand => ({ type: 'WriteOffAlert', data: { ...data, ...lost } })),
    fc
      .option(fc.integer({ min: atMs + 1, max: tomorrow }))
      .map((until): LifeCommand => ({ type: 'SuppressAlert', data: { ...data, until } })),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 20 }), (said) => {
      let now: Lives = [lives.OPEN];
      for (const each of said) {
        const decision = decideLife(each, lifeIn(now, of.alertId), context);
        if (decision.kind !== 'accepted') continue;
        now = decision.events.reduce(withLifeEvent, now);
        const again = decideLife(each, lifeIn(now, of.alertId), context);
        expect(again.kind).not.toBe('accepted');
      }
    }),
  );
});
