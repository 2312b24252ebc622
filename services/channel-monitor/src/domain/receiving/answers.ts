import type { Json } from '@plumbline/kernel';
import type { KnownMoney, ReceivingAccount } from './state.ts';
import { moneyOf, orderOf } from './state.ts';

export function accountAnswer(account: ReceivingAccount): Json {
  const { pid, aid, name, status, currency, channels, settings } = account;
  const { offsetsMax, offsetStepMinor, offsetUp, settleMs, lateMs } = settings;
  return {
    ...{ pid, aid, name, status, currency },
    channels: channels.map(({ cid, type, channel, pattern, payUrl, enabled }) => ({
      ...{ cid, type, channel, pattern, payUrl, enabled },
    })),
    settings: {
      ...{ offsetsMax, offsetStepMinor: offsetStepMinor.toString(), offsetUp, settleMs, lateMs },
    },
    activeOrders: account.active.length,
    unmatched: account.unmatched.length,
  };
}

/** `null` for one that the account does not know. */
export function orderAnswer(account: ReceivingAccount, reference: string): Json {
  const known = orderOf(account, reference);
  if (known === null) return null;
  const { order, status } = known;
  const { orderNo, payNo, cid, type, pattern, amountMinor, payableMinor, expireAtMs } = order;
  const paid = known.status === 'ACTIVE' ? null : known.order;
  return {
    ...{ reference, orderNo, payNo, cid, type, pattern, status, expireAtMs },
    amountMinor: amountMinor.toString(),
    payableMinor: payableMinor.toString(),
    currency: account.currency,
    payUrl: known.status === 'ACTIVE' ? known.order.payUrl : null,
    platformOrder: paid?.platformOrder ?? null,
    toldMinor: paid?.toldMinor?.toString() ?? null,
  };
}

function standingOf({ kind, money }: KnownMoney): string {
  if (kind === 'unmatched') return money.why === 'SEVERAL_ORDERS' ? 'AMBIGUOUS' : 'UNMATCHED';
  return money.reference === null ? 'SET_ASIDE' : 'MATCHED';
}

/** How money stands now; `null` for what was not reported. */
export function moneyAnswer(
  account: ReceivingAccount,
  platformOrder: string,
  { isRepeat }: { readonly isRepeat: boolean },
): Json {
  const known = moneyOf(account, platformOrder);
  if (known === null) return null;
  const was = standingOf(known);
  const result = isRepeat ? 'DUPLICATE' : was;
  const of = known.kind === 'settled' ? known.money : { orderNo: null, payNo: null };
  return { result, was, orderNo: of.orderNo, payNo: of.payNo, platformOrder };
}
