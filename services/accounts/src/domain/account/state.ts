import type { Earmarks, KnownEarmark, Memory, Money } from '@plumbline/kernel';

/**
 *            CreditAccount
 *     none ────────────────► open ─┐
 *                              ▲   │ everything that moves money
 *                              └───┘
 *
 * Money of an account, each currency by itself:
 *
 *      ◄────────── balance ─────────►
 *      ├── available ──┼─── held ────┤
 *
 *     CreditAccount  balance +                      HoldFunds    held +
 *     DebitAccount   balance −, of the available    ReleaseHold  held −, as does its time
 *                                                   CaptureHold  held −, balance −
 *
 * A hold goes the way of an earmark (schemas/kernel/src/earmarks.ts): `taken` there is captured here.
 */
export type AccountState = NoAccount | Account;

export interface NoAccount {
  readonly status: 'none';
}

export interface Account {
  readonly status: 'open';
  readonly tenant: string;
  readonly account: string;
  /** One per currency that was ever credited, in that order. */
  readonly balances: readonly Balance[];
  readonly holds: Earmarks<Money>;
  readonly entries: Memory<BookedEntry>;
}

export interface Balance {
  readonly currency: string;
  /** What is held included. */
  readonly balanceMinor: bigint;
}

/** A credit or debit, as a repeat must be. */
export interface BookedEntry extends Money {
  readonly kind: 'CREDIT' | 'DEBIT';
}

export type HoldStatus = 'OPEN' | 'CAPTURED' | 'RELEASED' | 'EXPIRED' | 'BARRED';

export const holdStatus: Readonly<Record<KnownEarmark<Money>['status'], HoldStatus>> = {
  open: 'OPEN',
  taken: 'CAPTURED',
  released: 'RELEASED',
  expired: 'EXPIRED',
  barred: 'BARRED',
};

export const noAccount: AccountState = { status: 'none' };

/** Nothing of a currency that the account never had. */
export const balanceOf = ({ balances }: Account, currency: string): bigint =>
  balances.find((each) => each.currency === currency)?.balanceMinor ?? 0n;

export const heldOf = ({ holds }: Account, currency: string): bigint =>
  holds.open.reduce(
    (sum, { stake }) => (stake.currency === currency ? sum + stake.amountMinor : sum),
    0n,
  );

/** What is not held; never below zero. */
export const availableOf = (account: Account, currency: string): bigint =>
  balanceOf(account, currency) - heldOf(account, currency);
