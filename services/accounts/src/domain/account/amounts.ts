import type { Decision, Money } from '@plumbline/kernel';
import { isCurrencyCode, rejected } from '@plumbline/kernel';
import type { AccountEvent } from './events.ts';
import { amountMinorMax } from './limits.ts';
import type { AccountRejectionCode } from './rejections.ts';
import { accountRejection } from './rejections.ts';
import type { Account } from './state.ts';
import { availableOf } from './state.ts';

/** Why nothing can be of this amount; `null` when it can. */
export function amountProblem({ amountMinor, currency }: Money): AccountRejectionCode | null {
  if (amountMinor <= 0n) return 'AMOUNT_NOT_POSITIVE';
  if (amountMinor > amountMinorMax) return 'AMOUNT_TOO_LARGE';
  return isCurrencyCode(currency) ? null : 'CURRENCY_INVALID';
}

/** The refusal of what is more than there is; `null` when there is enough. */
export function shortage(
  account: Account,
  { amountMinor, currency }: Money,
): Decision<AccountEvent> | null {
  const available = availableOf(account, currency);
  const details = { availableMinor: available.toString(), currency };
  return amountMinor > available ? rejected(accountRejection('FUNDS_INSUFFICIENT', details)) : null;
}
