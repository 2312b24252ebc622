import type { EndedEarmark, Money } from '@plumbline/kernel';
import {
  barEarmark,
  endEarmark,
  invariant,
  makeEarmark,
  noEarmarks,
  nothingRemembered,
  remember,
  unreachable,
} from '@plumbline/kernel';
import type { AccountEvent, AccountEventOf } from './events.ts';
import { entriesRemembered, holdLimits } from './limits.ts';
import type { Account, AccountState, BookedEntry } from './state.ts';
import { balanceOf } from './state.ts';

/** The account with that much more of the currency, or less. */
function moved(account: Account, currency: string, byMinor: bigint): Account {
  const balance = { currency, balanceMinor: balanceOf(account, currency) + byMinor };
  const { balances } = account;
  const isNew = balances.every((each) => each.currency !== currency);
  return {
    ...account,
    balances: isNew
      ? [...balances, balance]
      : balances.map((each) => (each.currency === currency ? balance : each)),
  };
}

function booked(
  account: Account,
  kind: BookedEntry['kind'],
  data: Money & { readonly entryId: string; readonly atMs: number },
): Account {
  const { entryId: id, atMs, amountMinor, currency } = data;
  const fact = { kind, amountMinor, currency };
  const entries = remember(account.entries, { id, atMs, fact }, entriesRemembered);
  return { ...moved(account, currency, kind === 'CREDIT' ? amountMinor : -amountMinor), entries };
}

function held(account: Account, data: AccountEventOf<'FundsHeld'>): Account {
  const { holdId: id, orderNo, amountMinor, currency, expireAt: untilMs } = data;
  const hold = { id, orderNo, untilMs, stake: { amountMinor, currency } };
  return { ...account, holds: makeEarmark(account.holds, hold) };
}

const ended = (
  account: Account,
  { holdId: id, atMs }: { readonly holdId: string; readonly atMs: number },
  fact: EndedEarmark<Money>,
): Account => ({ ...account, holds: endEarmark(account.holds, { id, atMs, fact }, holdLimits) });

export function evolve(state: AccountState, event: AccountEvent): AccountState {
  if (event.type === 'AccountCredited') {
    const { tenant, account, creditedAt: atMs } = event.data;
    const nothing = { balances: [], holds: noEarmarks, entries: nothingRemembered };
    const before: Account =
      state.status === 'none' ? { status: 'open', tenant, account, ...nothing } : state;
    return booked(before, 'CREDIT', { ...event.data, atMs });
  }
  invariant(state.status === 'open', `${event.type} of an account that was never credited`);
  switch (event.type) {
    case 'AccountDebited':
      return booked(state, 'DEBIT', { ...event.data, atMs: event.data.debitedAt });
    case 'FundsHeld':
      return held(state, event.data);
    case 'HoldCaptured': {
      const { holdId, amountMinor, currency, capturedAt: atMs } = event.data;
      const stake = { amountMinor, currency };
      const after = ended(state, { holdId, atMs }, { status: 'taken', stake });
      return moved(after, currency, -amountMinor);
    }
    case 'HoldReleased': {
      const { holdId, amountMinor, currency, releasedAt: atMs } = event.data;
      const stake = { amountMinor, currency };
      return ended(state, { holdId, atMs }, { status: 'released', stake });
    }
    case 'HoldExpired': {
      const { holdId, orderNo, amountMinor, currency, expiredAt: atMs } = event.data;
      const stake = { amountMinor, currency };
      return ended(state, { holdId, atMs }, { status: 'expired', stake, orderNo });
    }
    case 'HoldBarred': {
      const { holdId: id, barredAt: atMs } = event.data;
      return { ...state, holds: barEarmark(state.holds, { id, atMs }, holdLimits) };
    }
    default:
      return unreachable(event);
  }
}
