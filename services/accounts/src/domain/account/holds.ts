import type { Decision, DecisionContext, Earmark, EarmarkRefusal, Money } from '@plumbline/kernel';
import {
  accepted,
  dueEarmarks,
  judgeMake,
  judgeRelease,
  judgeTake,
  rejected,
  unchanged,
  unreachable,
} from '@plumbline/kernel';
import { amountProblem, shortage } from './amounts.ts';
import type { AccountCommandOf } from './commands.ts';
import type { AccountEvent } from './events.ts';
import { holdLimits } from './limits.ts';
import { accountRejection, holdRefusals } from './rejections.ts';
import type { Account } from './state.ts';

type AccountDecision = Decision<AccountEvent>;

const same = (one: Money, other: Money): boolean =>
  one.amountMinor === other.amountMinor && one.currency === other.currency;

const refuse = (why: EarmarkRefusal) => accountRejection(holdRefusals[why]);

export function holdFunds(
  data: AccountCommandOf<'HoldFunds'>,
  state: Account,
  { atMs }: DecisionContext,
): AccountDecision {
  const { tenant, account, holdId, orderNo, amountMinor, currency, expireAt } = data;
  const stake = { amountMinor, currency };
  const wrong = amountProblem(data);
  if (wrong !== null) return rejected(accountRejection(wrong));
  const asked: Earmark<Money> = { id: holdId, orderNo, untilMs: expireAt, stake };
  const verdict = judgeMake(state.holds, asked, { atMs, limits: holdLimits, same, refuse });
  if (verdict.kind !== 'make') return verdict;
  const hold = { tenant, account, holdId, orderNo, ...stake, expireAt, heldAt: atMs };
  return shortage(state, stake) ?? accepted<AccountEvent>({ type: 'FundsHeld', data: hold });
}

export function captureHold(
  { tenant, account, holdId }: AccountCommandOf<'CaptureHold'>,
  state: Account,
  { atMs }: DecisionContext,
): AccountDecision {
  const verdict = judgeTake(state.holds, holdId, refuse);
  if (verdict.kind !== 'take') return verdict;
  const { orderNo, afterExpiry, stake } = verdict;
  // The money is free again: it may be held for something else by now.
  const refusal = afterExpiry ? shortage(state, stake) : null;
  if (refusal !== null) return refusal;
  const data = { tenant, account, holdId, orderNo, ...stake, afterExpiry, capturedAt: atMs };
  return accepted<AccountEvent>({ type: 'HoldCaptured', data });
}

export function releaseHold(
  { tenant, account, holdId, reason }: AccountCommandOf<'ReleaseHold'>,
  state: Account,
  { atMs }: DecisionContext,
): AccountDecision {
  const verdict = judgeRelease(state.holds, holdId, refuse);
  const about = { tenant, account, holdId, reason };
  switch (verdict.kind) {
    case 'bar':
      return accepted<AccountEvent>({ type: 'HoldBarred', data: { ...about, barredAt: atMs } });
    case 'release': {
      const { orderNo, stake } = verdict.earmark;
      const data = { ...about, orderNo, ...stake, releasedAt: atMs };
      return accepted<AccountEvent>({ type: 'HoldReleased', data });
    }
    case 'unchanged':
    case 'rejected':
      return verdict;
    default:
      return unreachable(verdict);
  }
}

/** Ends every hold whose time is over. */
export function expireHolds(state: Account, { atMs }: DecisionContext): AccountDecision {
  const { tenant, account } = state;
  const [first, ...more] = dueEarmarks(state.holds, atMs).map(
    ({ id, orderNo, stake }): AccountEvent => ({
      type: 'HoldExpired',
      data: { tenant, account, holdId: id, orderNo, ...stake, expiredAt: atMs },
    }),
  );
  return first === undefined ? unchanged : accepted<AccountEvent>(first, ...more);
}
