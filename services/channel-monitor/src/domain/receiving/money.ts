import type { MatchKind } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, rejected, unchanged } from '@plumbline/kernel';
import { nameCharsMax } from '../limits.ts';
import type { AccountCommandOf } from './commands.ts';
import type { AccountEvent } from './events.ts';
import * as limits from './limits.ts';
import { matchMoney } from './matching.ts';
import type { ReceivingRejectionCode } from './rejections.ts';
import { receivingRejection } from './rejections.ts';
import type { EndedOrder, Money, ReceivingAccount, WaitingOrder } from './state.ts';
import { moneyOf, orderOf } from './state.ts';

type Report = AccountCommandOf<'ReportMoney'>;

const refuse = (code: ReceivingRejectionCode): Decision<AccountEvent> =>
  rejected(receivingRejection(code));

const isName = (text: string): boolean => text !== '' && Array.from(text).length <= nameCharsMax;

function refusalOf(data: Report, state: ReceivingAccount): ReceivingRejectionCode | null {
  const { platformOrder, amountMinor, currency, payway, channel } = data;
  if (!limits.platformOrderForm.test(platformOrder)) return 'PLATFORM_ORDER_INVALID';
  if (!isName(payway) || !isName(channel)) return 'NAME_INVALID';
  if (currency !== state.currency) return 'CURRENCY_DIFFERS';
  if (amountMinor <= 0n || amountMinor > limits.amountMinorMax) return 'AMOUNT_OUT_OF_RANGE';
  return null;
}

/** Money that was reported before: nothing changes, and that it was reported otherwise is told once. */
function repeated(
  data: Report,
  known: Money & { readonly contradicted: boolean },
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const { tenant, pid, aid, payway, channel, platformOrder, amountMinor, currency } = data;
  const isSame =
    known.payway === payway && known.channel === channel && known.amountMinor === amountMinor;
  if (isSame || known.contradicted) return unchanged;
  const money = { payway, channel, amountMinor, currency, platformOrder };
  return accepted({
    type: 'MoneyReportContradicted',
    data: { tenant, pid, aid, ...money, reportedBy: data.reportedBy, reportedAt: atMs },
  });
}

interface How {
  readonly kind: Exclude<MatchKind, 'UNKNOWN'>;
  readonly reason: string | null;
  readonly rawPayload: string | null;
  readonly reportedBy: string;
  readonly receivedAt: number;
}

/**
 * Money that is an order's. The payment is told the amount that it asked for where the payer paid
 * what was asked of him, with its offset; else what came in, so that the payment finds the mismatch.
 */
function matched(
  { tenant, pid, aid, currency }: ReceivingAccount,
  { platformOrder, payway, channel, amountMinor }: Money,
  of: { readonly order: WaitingOrder | EndedOrder; readonly how: How; readonly matchedAt: number },
): Decision<AccountEvent> {
  const { cid, orderNo, payNo, reference, payableMinor } = of.order;
  const { amountMinor: orderAmountMinor } = of.order;
  return accepted({
    type: 'MoneyMatched',
    data: {
      ...{ tenant, pid, aid, cid, payway, channel, platformOrder, amountMinor, currency },
      ...{ orderNo, payNo, reference, orderAmountMinor, ...of.how, matchedAt: of.matchedAt },
      toldMinor: amountMinor === payableMinor ? orderAmountMinor : amountMinor,
    },
  });
}

export function reportMoney(
  data: Report,
  state: ReceivingAccount,
  context: DecisionContext,
): Decision<AccountEvent> {
  const refusal = refusalOf(data, state);
  if (refusal !== null) return refuse(refusal);
  const known = moneyOf(state, data.platformOrder);
  if (known !== null) return repeated(data, known.money, context);
  const { atMs } = context;
  const match = matchMoney(state, data, atMs);
  const { rawPayload, reportedBy } = data;
  if (match.kind === 'one') {
    const how = { kind: match.how, reason: null, rawPayload, reportedBy, receivedAt: atMs };
    return matched(state, data, { order: match.order, how, matchedAt: atMs });
  }
  if (state.unmatched.length >= limits.unmatchedMax) return refuse('TOO_MUCH_UNMATCHED');
  const { why, candidates } = match;
  return accepted({
    type: 'MoneyUnmatched',
    data: { ...data, why, candidates, receivedAt: atMs },
  });
}

/** By hand. Money that is matched stays where it is: what was wrong is given back by the payment. */
export function matchByHand(
  { platformOrder, reference, reason }: AccountCommandOf<'MatchMoney'>,
  state: ReceivingAccount,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const known = moneyOf(state, platformOrder);
  if (known === null) return refuse('MONEY_NOT_FOUND');
  if (known.kind === 'settled')
    return known.money.reference === reference ? unchanged : refuse('MONEY_SETTLED');
  const order = orderOf(state, reference);
  if (order === null) return refuse('ORDER_NOT_FOUND');
  if (order.status === 'PAID') return refuse('ORDER_PAID');
  const { reportedBy, receivedAtMs: receivedAt } = known.money;
  const how = { kind: 'MANUAL', reason, rawPayload: null, reportedBy, receivedAt } as const;
  return matched(state, known.money, { order: order.order, how, matchedAt: atMs });
}

export function setAside(
  { platformOrder, reason }: AccountCommandOf<'SetMoneyAside'>,
  state: ReceivingAccount,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const known = moneyOf(state, platformOrder);
  if (known === null) return refuse('MONEY_NOT_FOUND');
  if (known.kind === 'settled')
    return known.money.reference === null ? unchanged : refuse('MONEY_SETTLED');
  const { tenant, pid, aid, currency } = state;
  const { amountMinor } = known.money;
  return accepted({
    type: 'MoneySetAside',
    data: { tenant, pid, aid, platformOrder, amountMinor, currency, reason, setAsideAt: atMs },
  });
}
