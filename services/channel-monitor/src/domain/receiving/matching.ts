import type { MatchKind, ReceivingChannel, UnmatchedReason } from '@plumbline/events';
import * as limits from './limits.ts';
import type { EndedOrder, Money, ReceivingAccount, WaitingOrder } from './state.ts';

/** Which order money is for, or why nobody can say. */
export type Match =
  | {
      readonly kind: 'one';
      readonly order: WaitingOrder | EndedOrder;
      readonly how: Extract<MatchKind, 'ON_TIME' | 'LATE'>;
    }
  | {
      readonly kind: 'none';
      readonly why: UnmatchedReason;
      /** References, oldest first. */
      readonly candidates: readonly string[];
    };

/** The channel that clients call so. One that is disabled is paid into all the same. */
export const channelOf = (
  { channels }: ReceivingAccount,
  { channel, payway }: Pick<Money, 'channel' | 'payway'>,
): ReceivingChannel | null =>
  channels.find((each) => each.channel === channel && each.type === payway) ?? null;

/**
 * The one order that money fits: same channel, exactly the amount that was asked for. Those that
 * wait and those that ended unpaid a moment ago are looked at together, since money may have been on
 * its way when an order ended; only where there is none, those of the time before. Never a guess: two
 * that fit are none.
 *
 *   waits, or ended within settleMs ──► one: it is that one    several: nobody can say
 *          none ▼
 *   ended within lateMs ──────────────► one: it is that one    several: nobody can say
 */
export function matchMoney(account: ReceivingAccount, money: Money, atMs: number): Match {
  const channel = channelOf(account, money);
  if (channel === null) return { kind: 'none', why: 'CHANNEL_UNKNOWN', candidates: [] };
  const fits = (order: WaitingOrder | EndedOrder): boolean =>
    order.cid === channel.cid && order.payableMinor === money.amountMinor;
  const waiting = account.active.filter(fits);
  const late = unpaidSince(account, atMs - account.settings.lateMs).filter(fits);
  const settling = unpaidSince(account, atMs - account.settings.settleMs).filter(fits);
  const near = [...settling, ...waiting];
  const candidates = near.length > 0 ? near : late;
  const [order] = candidates;
  if (order === undefined) return { kind: 'none', why: 'NO_ORDER', candidates: [] };
  if (candidates.length === 1)
    return { kind: 'one', order, how: waiting.length === 1 ? 'ON_TIME' : 'LATE' };
  const references = candidates.map(({ reference }) => reference);
  return {
    ...{ kind: 'none', why: 'SEVERAL_ORDERS' },
    candidates: references.slice(-limits.candidatesMax),
  };
}

const unpaidSince = ({ ended }: ReceivingAccount, sinceMs: number): readonly EndedOrder[] =>
  ended.entries
    .map(([, , order]) => order)
    .filter(({ platformOrder, endedAtMs }) => platformOrder === null && endedAtMs >= sinceMs);

/**
 * What an order has to ask for so that its money is told apart from that of all others on the
 * channel: the amount itself or, where offsets are allowed, the nearest that no order asks for or
 * has asked for lately. Where all of those are used up, one that only money which is very late could
 * be taken for. `null` when there is none.
 */
export function payableFor(
  account: ReceivingAccount,
  { cid, amountMinor }: { readonly cid: string; readonly amountMinor: bigint },
  atMs: number,
): bigint | null {
  const { offsetsMax, offsetStepMinor, offsetUp, settleMs, lateMs } = account.settings;
  if (offsetsMax === 0) return amountMinor;
  const step = offsetUp ? offsetStepMinor : -offsetStepMinor;
  const offered = Array.from({ length: offsetsMax + 1 }, (_, k) => amountMinor + BigInt(k) * step)
    // A payer who is asked for nothing, or for more than can be paid, is not told apart.
    .filter((payable) => payable > 0n && payable <= limits.amountMinorMax);
  const usedSince = (sinceMs: number): ReadonlySet<bigint> =>
    new Set(
      [...account.active, ...unpaidSince(account, sinceMs)]
        .filter((order) => order.cid === cid)
        .map(({ payableMinor }) => payableMinor),
    );
  for (const memoryMs of [Math.max(lateMs, settleMs), settleMs]) {
    const used = usedSince(atMs - memoryMs);
    const free = offered.find((payable) => !used.has(payable));
    if (free !== undefined) return free;
  }
  return null;
}
