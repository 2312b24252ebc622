import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receivingDecider as decider } from './account.ts';
import type { AccountCommand } from './commands.ts';
import type { AccountEvent } from './events.ts';
import type { AccountState } from './state.ts';
import * as c from './testing-commands.ts';
import { openAccount } from './testing-account.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const;
const anyName = fc.constantFrom(...names);
/** Few, so that they meet. */
const anyAmount = fc.constantFrom(1n, 1_000n, 1_000n, 1_000n, 1_001n);
const anyMoney = fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6');
const settings = fc.record({
  offsetsMax: fc.constantFrom(0, 1, 3),
  offsetStepMinor: fc.constant(1n),
  offsetUp: fc.boolean(),
  settleMs: fc.constant(60_000),
  lateMs: fc.constantFrom(0, 60_000, 600_000),
});

/** What is said at a moment. */
type Saying = (atMs: number) => AccountCommand;
const always =
  (command: AccountCommand): Saying =>
  () =>
    command;

const anyActivation = fc
  .tuple(
    anyName,
    anyAmount,
    fc.constantFrom('2', '2', '3', null),
    fc.integer({ min: 1, max: 400_000 }),
  )
  .map(
    ([name, amount, cid, lifeMs]): Saying =>
      (atMs) =>
        c.activate(name, amount, { cid, expireAt: atMs + lifeMs }),
  );
const wx = 'wxpay1#1001';
const anyReport = fc
  .tuple(anyMoney, anyAmount, fc.constantFrom(wx, wx, wx, wx, 'alipay1#1002', 'x'))
  .map(([id, amount, channel]) =>
    c.money(id, amount, { channel, payway: channel.startsWith('ali') ? 'alipay' : 'wxpay' }),
  );

const anySaying: fc.Arbitrary<Saying> = fc.oneof(
  { weight: 6, arbitrary: anyActivation },
  { weight: 6, arbitrary: anyReport.map(always) },
  anyName.map(c.end).map(always),
  anyName.map(c.query).map(always),
  fc.tuple(anyMoney, anyName).map(([id, name]) => always(c.match(id, name))),
  anyMoney.map(c.setAside).map(always),
  fc.constantFrom(c.pause, c.resume, c.resume).map(always),
  settings.map((each) => always(c.change({ settings: each }))),
);

interface Seen {
  readonly command: AccountCommand;
  readonly before: AccountState;
  readonly after: AccountState;
  readonly events: readonly AccountEvent[];
  readonly atMs: number;
}

/** Every command of a history, a while after the one before, with what came by time between. */
function holds(check: (seen: readonly Seen[]) => void): void {
  const waits = fc.constantFrom(0, 0, 1, 1, 1_000, 30_000, 61_000, 200_000);
  const history = fc.array(fc.tuple(anySaying, waits), { maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(settings, history, (its, sayings) => {
      const account = openAccount();
      account.tell(c.register({ settings: its }));
      let atMs = account.atMs();
      const seen = sayings.map(([saying, waitMs]): Seen => {
        atMs += waitMs;
        const command = saying(atMs);
        // What is due comes before it, so that the state before it is that of its moment.
        account.tell(c.query('nobody'), atMs - c.t0);
        const before = account.state();
        const { events, state: after } = account.tell(command, atMs - c.t0);
        return { command, before, after, events, atMs };
      });
      check(seen);
    }),
    { numRuns: 150 },
  );
}

const known = (state: AccountState) => {
  if (state.status === 'none') throw new Error('registered at the beginning');
  return state;
};

describe('whatever is asked of an account, in whatever order', () => {
  it('money pays one order at most, an order is paid by one money at most', () => {
    holds((seen) => {
      const matches = seen.flatMap(({ events }) =>
        events.flatMap((event) => (event.type === 'MoneyMatched' ? [event.data] : [])),
      );
      expect(new Set(matches.map((each) => each.platformOrder)).size).toBe(matches.length);
      expect(new Set(matches.map((each) => each.reference)).size).toBe(matches.length);
    });
  });

  it('what is matched without a person is the only one that it could be', () => {
    holds((seen) => {
      for (const { events, before, atMs } of seen) {
        const [event] = events;
        if (event?.type !== 'MoneyMatched' || event.data.kind === 'MANUAL') continue;
        const { channels, active, ended, settings: its } = known(before);
        const { data } = event;
        const cid = channels.find(({ channel }) => channel === data.channel)?.cid;
        const waits = active.map((each) => ({ ...each, sinceMs: atMs }));
        const past = ended.entries.flatMap(([, , each]) =>
          each.status === 'PAID' ? [] : [{ ...each, sinceMs: each.endedAtMs }],
        );
        const could = [...waits, ...past].filter(
          (each) => each.cid === cid && each.payableMinor === data.amountMinor,
        );
        const near = could.filter(({ sinceMs }) => atMs - sinceMs <= its.settleMs);
        const far = could.filter(({ sinceMs }) => atMs - sinceMs <= its.lateMs);
        const fitting = near.length > 0 ? near : far;
        expect(fitting.map(({ reference }) => reference)).toEqual([data.reference]);
      }
    });
  });

  it('all money that was taken is matched, set aside or kept', () => {
    holds((seen) => {
      const taken = new Set<string>();
      for (const { events, after } of seen) {
        for (const event of events) {
          if (event.type === 'MoneyMatched' || event.type === 'MoneyUnmatched')
            taken.add(event.data.platformOrder);
        }
        const { unmatched, settled } = known(after);
        const kept = unmatched.map(({ platformOrder }) => platformOrder);
        const over = settled.entries.map(([, , each]) => each.platformOrder);
        expect([...kept, ...over].sort()).toEqual([...taken].sort());
      }
    });
  });

  it('with offsets no two orders of a channel wait for the same amount', () => {
    holds((seen) => {
      for (const { events, before, after } of seen) {
        const [event] = events;
        if (event?.type !== 'OrderActivated' || known(before).settings.offsetsMax === 0) continue;
        const { cid, payableMinor, amountMinor } = event.data;
        const same = known(after).active.filter(
          (each) => each.cid === cid && each.payableMinor === payableMinor,
        );
        expect(same).toHaveLength(1);
        const steps =
          Number(payableMinor - amountMinor) * (known(before).settings.offsetUp ? 1 : -1);
        expect(steps).toBeGreaterThanOrEqual(0);
        expect(steps).toBeLessThanOrEqual(known(before).settings.offsetsMax);
      }
    });
  });

  it('no order waits beyond its time', () => {
    holds((seen) => {
      for (const { before, atMs } of seen)
        for (const { expireAtMs } of known(before).active) expect(expireAtMs).toBeGreaterThan(atMs);
    });
  });

  it('the same command twice makes no second event, and every answer is JSON', () => {
    holds((seen) => {
      for (const { command, after, atMs } of seen) {
        const context = {
          slot: 0 as never,
          offset: 0n,
          correlationId: 'c',
          actor: 'a',
          eventId: String,
        };
        const again = decider.decide(command, after, { ...context, atMs });
        expect(again.kind).not.toBe('accepted');
        if (again.kind === 'rejected') continue;
        const answer = decider.answer(after, command, again);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
      }
    });
  });
});
