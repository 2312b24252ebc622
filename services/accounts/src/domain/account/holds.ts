import type { Decision, DecisionContext, Earmark, Money } from '@plumbline/kernel';
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
  const verdict = judgeMake(state.holds, asked, { atMs, limits: holdLimits, same });
  switch (verdict.kind) {
    case 'unchanged':
      return unchanged;
    case 'refused':
      return rejected(accountRejection(holdRefusals[verdict.why]));
    case 'make': {
      const hold = { tenant, account, holdId, orderNo, ...stake, expireAt, heldAt: atMs };
      return shortage(state, stake) ?? accepted<AccountEvent>({ type: 'FundsHeld', data: hold });
    }
    default:
      return unreachable(verdict);
  }
}

export function captureHold(
  { tenant, account, holdId }: AccountCommandOf<'CaptureHold'>,
  state: Account,
  { atMs }: DecisionContext,
): AccountDecision {
  const verdict = judgeTake(state.holds, holdId);
  switch (verdict.kind) {
    case 'unchanged':
      return unchanged;
    case 'refused':
      return rejected(accountRejection(holdRefusals[verdict.why]));
    case 'take': {
      const { orderNo, afterExpiry, stake } = verdict;
      // The money is free again: it may be held for something else by now.
      const refusal = afterExpiry ? shortage(state, stake) : null;
      if (refusal !== null) return refusal;
      const about = { tenant, account, holdId, orderNo, ...stake };
      return accepted<AccountEvent>({
        type: 'HoldCaptured',
        data: { ...about, afterExpiry, capturedAt: atMs },
      });
    }
    default:
      return unreachable(verdict);
  }
}

export function releaseHold(
  { tenant, account, holdId, reason }: AccountCommandOf<'ReleaseHold'>,
  state: Account,
  { atMs }: DecisionContext,
): AccountDecision {
  const verdict = judgeRelease(state.holds, holdId);
  const about = { tenant, account, holdId, reason };
  switch (verdict.kind) {
    case 'unchanged':
      return unchanged;
    case 'refused':
      return rejected(accountRejection(holdRefusals[verdict.why]));
    case 'bar':
      return accepted<AccountEvent>({ type: 'HoldBarred', data: { ...about, barredAt: atMs } });
    case 'release': {
      const { orderNo, stake } = verdict.earmark;
      const data = { ...about, orderNo, ...stake, releasedAt: atMs };
      return accepted<AccountEvent>({ type: 'HoldReleased', data });
    }
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
