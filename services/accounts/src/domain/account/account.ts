import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import {
  accepted,
  earmarkOf,
  firstDueMs,
  recall,
  rejected,
  unchanged,
  unreachable,
} from '@plumbline/kernel';
import { amountProblem, shortage } from './amounts.ts';
import type { AccountCommand, AccountCommandOf } from './commands.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { captureHold, expireHolds, holdFunds, releaseHold } from './holds.ts';
import { accountCharsMax, balanceMinorMax, currenciesMax } from './limits.ts';
import type { AccountRejectionCode } from './rejections.ts';
import { accountRejection } from './rejections.ts';
import type { Account, AccountState, BookedEntry } from './state.ts';
import { balanceOf, heldOf, holdStatus, noAccount } from './state.ts';

const expireTimer = 'expire';

type AccountDecision = Decision<AccountEvent>;

const refuse = (code: AccountRejectionCode): AccountDecision => rejected(accountRejection(code));

/** What an entry of that id comes to that was booked before; `null` when none was. */
function repeated(
  state: Account,
  kind: BookedEntry['kind'],
  data: AccountCommandOf<'CreditAccount' | 'DebitAccount'>,
): AccountDecision | null {
  const known = recall(state.entries, data.entryId);
  if (known === null) return null;
  const sameAmount = known.amountMinor === data.amountMinor && known.currency === data.currency;
  return known.kind === kind && sameAmount ? unchanged : refuse('ID_REUSED');
}

/** The account after it, were it booked, is within its limits. */
function roomFor(
  state: Account,
  { amountMinor, currency }: AccountCommandOf<'CreditAccount'>,
): AccountRejectionCode | null {
  const { balances } = state;
  const isNew = balances.every((each) => each.currency !== currency);
  if (isNew && balances.length >= currenciesMax) return 'TOO_MANY_CURRENCIES';
  return balanceOf(state, currency) + amountMinor > balanceMinorMax ? 'BALANCE_TOO_LARGE' : null;
}

function creditAccount(
  data: AccountCommandOf<'CreditAccount'>,
  state: AccountState,
  { atMs }: DecisionContext,
): AccountDecision {
  const wrong = amountProblem(data);
  if (wrong !== null) return refuse(wrong);
  const { account } = data;
  if (account === '' || Array.from(account).length > accountCharsMax)
    return refuse('ACCOUNT_ID_INVALID');
  if (state.status === 'open') {
    if (!isAbout(data, state)) return refuse('ACCOUNT_NOT_FOUND');
    const known = repeated(state, 'CREDIT', data);
    if (known !== null) return known;
    const full = roomFor(state, data);
    if (full !== null) return refuse(full);
  }
  return accepted({ type: 'AccountCredited', data: { ...data, creditedAt: atMs } });
}

function debitAccount(
  data: AccountCommandOf<'DebitAccount'>,
  state: Account,
  { atMs }: DecisionContext,
): AccountDecision {
  const wrong = amountProblem(data);
  if (wrong !== null) return refuse(wrong);
  const event: AccountEvent = { type: 'AccountDebited', data: { ...data, debitedAt: atMs } };
  return repeated(state, 'DEBIT', data) ?? shortage(state, data) ?? accepted<AccountEvent>(event);
}

/** Whether a command means this account: its record key led here, whatever else it says. */
const isAbout = (
  { tenant, account }: { readonly tenant: string; readonly account: string },
  state: Account,
): boolean => state.tenant === tenant && state.account === account;

function decide(
  command: AccountCommand,
  state: AccountState,
  context: DecisionContext,
): AccountDecision {
  if (command.type === 'CreditAccount') return creditAccount(command.data, state, context);
  if (state.status === 'none') {
    // Nothing can be held of it, so there is nothing to give back: whoever compensates is done.
    return command.type === 'ReleaseHold' ? unchanged : refuse('ACCOUNT_NOT_FOUND');
  }
  if (command.type === 'ExpireHolds') return expireHolds(state, context);
  if (!isAbout(command.data, state)) return refuse('ACCOUNT_NOT_FOUND');
  switch (command.type) {
    case 'DebitAccount':
      return debitAccount(command.data, state, context);
    case 'HoldFunds':
      return holdFunds(command.data, state, context);
    case 'CaptureHold':
      return captureHold(command.data, state, context);
    case 'ReleaseHold':
      return releaseHold(command.data, state, context);
    default:
      return unreachable(command);
  }
}

/** The hold that a command is about, as it is now; `null` where there is none. */
function holdAnswer(state: Account, holdId: string): Json {
  const known = earmarkOf(state.holds, holdId);
  if (known === null) return null;
  const nothing = { amountMinor: null, currency: null, expireAtMs: null };
  const hold = { holdId, status: holdStatus[known.status], ...nothing };
  if (known.status === 'barred') return hold;
  const { amountMinor, currency } = known.status === 'open' ? known.earmark.stake : known.stake;
  const expireAtMs = known.status === 'open' ? known.earmark.untilMs : null;
  return { ...hold, amountMinor: amountMinor.toString(), currency, expireAtMs };
}

/**
 * The account as JSON, with the hold at hand; never all of them, because answers are kept. `null`
 * where there is no account.
 */
function answer(state: AccountState, command: AccountCommand): Json {
  if (state.status === 'none') return null;
  return {
    account: state.account,
    balances: state.balances.map(({ currency, balanceMinor }) => {
      const heldMinor = heldOf(state, currency);
      return { currency, balanceMinor: balanceMinor.toString(), heldMinor: heldMinor.toString() };
    }),
    hold: 'holdId' in command.data ? holdAnswer(state, command.data.holdId) : null,
  };
}

function timers(state: AccountState): readonly AggregateTimer[] {
  const dueMs = state.status === 'none' ? null : firstDueMs(state.holds);
  return dueMs === null ? [] : [{ name: expireTimer, dueMs }];
}

export const accountDecider: Decider<AccountState, AccountCommand, AccountEvent> = {
  initialState: noAccount,
  decide,
  evolve,
  answer,
  timers,
  onTimer: () => ({ type: 'ExpireHolds', data: {} }),
};
