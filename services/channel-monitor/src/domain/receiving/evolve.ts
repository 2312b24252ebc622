import { invariant, nothingRemembered, remember, unreachable } from '@plumbline/kernel';
import type { AccountEvent, AccountEventOf } from './events.ts';
import { endedRemembered, moneyRemembered } from './limits.ts';
import type { AccountState, EndedOrder, ReceivingAccount, SettledMoney } from './state.ts';
import { moneyOf, orderOf } from './state.ts';

const ended = (account: ReceivingAccount, order: EndedOrder): ReceivingAccount => ({
  ...account,
  active: account.active.filter(({ reference }) => reference !== order.reference),
  ended: remember(
    account.ended,
    { id: order.reference, atMs: order.endedAtMs, fact: order },
    endedRemembered,
  ),
});

const settled = (account: ReceivingAccount, money: SettledMoney, atMs: number) => ({
  ...account,
  unmatched: account.unmatched.filter(({ platformOrder }) => platformOrder !== money.platformOrder),
  settled: remember(
    account.settled,
    { id: money.platformOrder, atMs, fact: money },
    moneyRemembered,
  ),
});

function activated(
  account: ReceivingAccount,
  data: AccountEventOf<'OrderActivated'>,
): ReceivingAccount {
  const { reference, orderNo, payNo, cid, type, pattern, amountMinor, payableMinor } = data;
  const { payUrl, expireAt: expireAtMs } = data;
  const facts = { reference, orderNo, payNo, cid, type, pattern, amountMinor, payableMinor };
  return { ...account, active: [...account.active, { ...facts, expireAtMs, payUrl }] };
}

/** The order as one that has ended: of the link to pay it nothing is needed any more. */
function endOf(
  account: ReceivingAccount,
  reference: string,
  end: Pick<EndedOrder, 'status' | 'endedAtMs' | 'platformOrder' | 'toldMinor'>,
): EndedOrder | null {
  const known = orderOf(account, reference);
  if (known === null) return null;
  const { orderNo, payNo, cid, type, pattern, amountMinor, payableMinor, expireAtMs } = known.order;
  const facts = { reference, orderNo, payNo, cid, type, pattern, amountMinor, payableMinor };
  return { ...facts, expireAtMs, ...end };
}

function matched(account: ReceivingAccount, data: AccountEventOf<'MoneyMatched'>): AccountState {
  const { reference, orderNo, payNo, platformOrder, payway, channel, amountMinor } = data;
  const { toldMinor, matchedAt: atMs } = data;
  const before = moneyOf(account, platformOrder);
  const contradicted = before?.money.contradicted ?? false;
  const money = { platformOrder, payway, channel, amountMinor };
  const of = { reference, orderNo, payNo, contradicted };
  const after = settled(account, { ...money, ...of }, atMs);
  const paid = { status: 'PAID', endedAtMs: atMs, platformOrder, toldMinor } as const;
  const end = endOf(after, reference, paid);
  return end === null ? after : ended(after, end);
}

/** Once is enough: who reports in several ways is told apart by nothing. */
function contradicted(
  account: ReceivingAccount,
  { platformOrder, reportedAt: atMs }: AccountEventOf<'MoneyReportContradicted'>,
): AccountState {
  const known = moneyOf(account, platformOrder);
  if (known === null) return account;
  if (known.kind === 'settled')
    return settled(account, { ...known.money, contradicted: true }, atMs);
  const unmatched = account.unmatched.map((each) =>
    each === known.money ? { ...each, contradicted: true } : each,
  );
  return { ...account, unmatched };
}

export function evolve(state: AccountState, event: AccountEvent): AccountState {
  if (event.type === 'ReceivingAccountRegistered') {
    const { tenant, pid, aid, name, currency, channels, settings } = event.data;
    const nothing = { active: [], ended: nothingRemembered, unmatched: [] };
    return {
      ...{ status: 'OPEN', tenant, pid, aid, name, currency, channels, settings },
      ...{ ...nothing, settled: nothingRemembered },
    };
  }
  invariant(state.status !== 'none', `${event.type} of an account that was never registered`);
  switch (event.type) {
    case 'ReceivingAccountChanged': {
      const { name, channels, settings } = event.data;
      return { ...state, name, channels, settings };
    }
    case 'ReceivingAccountPaused':
      return { ...state, status: 'PAUSED' };
    case 'ReceivingAccountResumed':
      return { ...state, status: 'OPEN' };
    case 'OrderActivated':
      return activated(state, event.data);
    case 'OrderDeactivated': {
      const { reference, end, endedAt: endedAtMs } = event.data;
      const status = end === 'EXPIRED' ? 'EXPIRED' : 'CLOSED';
      const order = endOf(state, reference, {
        ...{ status, endedAtMs, platformOrder: null, toldMinor: null },
      });
      return order === null ? state : ended(state, order);
    }
    case 'MoneyMatched':
      return matched(state, event.data);
    case 'MoneyUnmatched': {
      const { platformOrder, payway, channel, amountMinor, why, reportedBy } = event.data;
      const { receivedAt: receivedAtMs } = event.data;
      const money = { platformOrder, payway, channel, amountMinor };
      const one = { ...money, why, receivedAtMs, reportedBy, contradicted: false };
      return { ...state, unmatched: [...state.unmatched, one] };
    }
    case 'MoneySetAside': {
      const known = moneyOf(state, event.data.platformOrder);
      if (known?.kind !== 'unmatched') return state;
      const { platformOrder, payway, channel, amountMinor, contradicted: twice } = known.money;
      const money = { platformOrder, payway, channel, amountMinor, contradicted: twice };
      const nobody = { reference: null, orderNo: null, payNo: null };
      return settled(state, { ...money, ...nobody }, event.data.setAsideAt);
    }
    case 'MoneyReportContradicted':
      return contradicted(state, event.data);
    default:
      return unreachable(event);
  }
}
