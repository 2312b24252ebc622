import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, formatMajor, rejected, unchanged } from '@plumbline/kernel';
import type { AccountCommandOf } from './commands.ts';
import type { AccountEvent } from './events.ts';
import * as limits from './limits.ts';
import { payableFor } from './matching.ts';
import type { ReceivingRejectionCode } from './rejections.ts';
import { receivingRejection } from './rejections.ts';
import type { KnownOrder, ReceivingAccount, WaitingOrder } from './state.ts';
import { orderOf } from './state.ts';

type Activation = AccountCommandOf<'ActivateOrder'>;

const refuse = (code: ReceivingRejectionCode): Decision<AccountEvent> =>
  rejected(receivingRejection(code));

/** A repeat of an activation, which gets what the first got. */
function repeated(data: Activation, known: KnownOrder): Decision<AccountEvent> {
  const { order } = known;
  const isSame =
    order.payNo === data.payNo &&
    order.orderNo === data.orderNo &&
    order.amountMinor === data.amountMinor &&
    (data.cid === null || data.cid === order.cid);
  if (!isSame) return refuse('REFERENCE_REUSED');
  return known.status === 'ACTIVE' || known.status === 'PAID' ? unchanged : refuse('ORDER_ENDED');
}

function refusalOf(
  { amountMinor, currency, expireAt }: Activation,
  state: ReceivingAccount,
  atMs: number,
): ReceivingRejectionCode | null {
  if (state.status === 'PAUSED') return 'ACCOUNT_PAUSED';
  if (currency !== state.currency) return 'CURRENCY_DIFFERS';
  if (amountMinor <= 0n || amountMinor > limits.amountMinorMax) return 'AMOUNT_OUT_OF_RANGE';
  if (expireAt <= atMs) return 'EXPIRY_OVER';
  if (expireAt > atMs + limits.waitsMsMax) return 'EXPIRY_TOO_LATE';
  return state.active.length >= limits.activeMax ? 'TOO_MANY_ORDERS' : null;
}

export function activate(
  data: Activation,
  state: ReceivingAccount,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const known = orderOf(state, data.reference);
  if (known !== null) return repeated(data, known);
  const refusal = refusalOf(data, state, atMs);
  if (refusal !== null) return refuse(refusal);
  const channel = state.channels.find(
    ({ cid, enabled }) => enabled && (data.cid === null || cid === data.cid),
  );
  if (channel === undefined) return refuse('CHANNEL_NOT_FOUND');
  const { cid, type, pattern, payUrl } = channel;
  const { tenant, pid, aid, orderNo, payNo, reference, amountMinor, currency, expireAt } = data;
  const payableMinor = payableFor(state, { cid, amountMinor }, atMs);
  if (payableMinor === null) return refuse('AMOUNTS_USED_UP');
  const amount = formatMajor(payableMinor, currency);
  return accepted({
    type: 'OrderActivated',
    data: {
      ...{ tenant, pid, aid, cid, type, pattern, orderNo, payNo, reference },
      ...{ amountMinor, payableMinor, currency, expireAt },
      payUrl: payUrl?.replaceAll('{amount}', amount).slice(0, limits.payUrlCharsMax) ?? null,
      activatedAt: atMs,
    },
  });
}

const ended = (
  { tenant, pid, aid }: ReceivingAccount,
  { cid, orderNo, payNo, reference }: WaitingOrder,
  how: { readonly end: 'CLOSED' | 'EXPIRED'; readonly endedAt: number },
): AccountEvent => ({
  type: 'OrderDeactivated',
  data: { tenant, pid, aid, cid, orderNo, payNo, reference, ...how },
});

/** What has ended stays as it is, and so does what is not known: whoever asks sees it in the answer. */
export function endOrder(
  { reference }: AccountCommandOf<'EndActiveOrder'>,
  state: ReceivingAccount,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const known = orderOf(state, reference);
  if (known?.status !== 'ACTIVE') return unchanged;
  return accepted(ended(state, known.order, { end: 'CLOSED', endedAt: atMs }));
}

export function expireOrders(
  state: ReceivingAccount,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const [first, ...others] = state.active
    .filter(({ expireAtMs }) => expireAtMs <= atMs)
    .map((order) => ended(state, order, { end: 'EXPIRED', endedAt: atMs }));
  return first === undefined ? unchanged : accepted(first, ...others);
}
