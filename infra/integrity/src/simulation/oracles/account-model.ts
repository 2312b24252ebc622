import type { ReceivingChannel, ReceivingEvent, ReceivingSettings } from '@plumbline/events';

/**
 * A personal account as contract 0 and docs/channel-monitor.md describe it, told by its events, and
 * what of them cannot be. Shares no code with the decider.
 */
export interface ModelAccount {
  channels: readonly ReceivingChannel[];
  settings: ReceivingSettings;
  /** By reference. */
  readonly orders: Map<string, ModelOrderOnAccount>;
  /** By the number of the pay way. */
  readonly money: Map<string, ModelMoney>;
}

export interface ModelOrderOnAccount {
  readonly orderNo: string;
  readonly payNo: string;
  readonly cid: string;
  readonly amountMinor: bigint;
  readonly payableMinor: bigint;
  readonly expireAtMs: number;
  status: 'ACTIVE' | 'CLOSED' | 'EXPIRED' | 'PAID';
  endedAtMs: number;
}

export interface ModelMoney {
  readonly payway: string;
  readonly channel: string;
  readonly amountMinor: bigint;
  status: 'MATCHED' | 'UNMATCHED' | 'AMBIGUOUS' | 'SET_ASIDE';
  reference: string | null;
}

type Data<T extends ReceivingEvent['type']> = Extract<ReceivingEvent, { readonly type: T }>['data'];

/** Takes an event in; what of it cannot be, in words. `null` for an account that there is not. */
export function takeReceivingEvent(
  known: ModelAccount | null,
  event: ReceivingEvent,
): { readonly account: ModelAccount | null; readonly problems: readonly string[] } {
  if (event.type === 'ReceivingAccountRegistered') {
    const { channels, settings } = event.data;
    const fresh = { channels, settings, orders: new Map(), money: new Map() };
    return { account: fresh, problems: known === null ? [] : ['registered twice'] };
  }
  if (known === null)
    return { account: null, problems: [`${event.type} of an account that there is not`] };
  return { account: known, problems: taken(known, event) };
}

function taken(
  account: ModelAccount,
  event: Exclude<ReceivingEvent, { readonly type: 'ReceivingAccountRegistered' }>,
): readonly string[] {
  switch (event.type) {
    case 'ReceivingAccountChanged':
      account.channels = event.data.channels;
      account.settings = event.data.settings;
      return [];
    case 'ReceivingAccountPaused':
    case 'ReceivingAccountResumed':
      return [];
    case 'OrderActivated':
      return activated(account, event.data);
    case 'OrderDeactivated':
      return deactivated(account, event.data);
    case 'MoneyMatched':
      return matched(account, event.data);
    case 'MoneyUnmatched':
      return unmatched(account, event.data);
    case 'MoneySetAside': {
      const money = account.money.get(event.data.platformOrder);
      if (money === undefined || !isOpen(money))
        return [
          `${event.data.platformOrder} was set aside, and is ${money?.status ?? 'unheard of'}`,
        ];
      money.status = 'SET_ASIDE';
      return [];
    }
    case 'MoneyReportContradicted': {
      const { platformOrder } = event.data;
      return account.money.has(platformOrder) ? [] : [`${platformOrder} contradicts nothing`];
    }
  }
}

const isOpen = ({ status }: ModelMoney): boolean =>
  status === 'UNMATCHED' || status === 'AMBIGUOUS';

function activated(account: ModelAccount, data: Data<'OrderActivated'>): readonly string[] {
  const { reference, orderNo, payNo, cid, amountMinor, payableMinor, expireAt } = data;
  const problems: string[] = [];
  if (account.orders.has(reference)) problems.push(`${reference} is waited for twice`);
  const due = payableOf(account, data);
  if (payableMinor !== due) problems.push(`${reference} asks for ${payableMinor}, not ${due}`);
  account.orders.set(reference, {
    ...{ orderNo, payNo, cid, amountMinor, payableMinor, expireAtMs: expireAt },
    ...{ status: 'ACTIVE', endedAtMs: 0 },
  });
  return problems;
}

/** The nearest amount that nobody on the channel asks for or has asked for within some time. */
function payableOf(account: ModelAccount, data: Data<'OrderActivated'>): bigint | null {
  const { offsetsMax, offsetStepMinor, offsetUp, settleMs, lateMs } = account.settings;
  const isTaken = (payable: bigint, withinMs: number): boolean =>
    [...account.orders.values()].some(
      (order) =>
        order.cid === data.cid &&
        order.payableMinor === payable &&
        order.status !== 'PAID' &&
        (order.status === 'ACTIVE' || data.activatedAt - order.endedAtMs <= withinMs),
    );
  if (offsetsMax === 0) return data.amountMinor;
  for (const withinMs of [lateMs, settleMs]) {
    for (let step = 0n; step <= BigInt(offsetsMax); step += 1n) {
      const payable = data.amountMinor + (offsetUp ? step : -step) * offsetStepMinor;
      if (payable > 0n && !isTaken(payable, withinMs)) return payable;
    }
  }
  return null;
}

function deactivated(account: ModelAccount, data: Data<'OrderDeactivated'>): readonly string[] {
  const { reference, end, endedAt } = data;
  const order = account.orders.get(reference);
  if (order?.status !== 'ACTIVE')
    return [`${reference} ended as ${end}, and is ${order?.status ?? 'unheard of'}`];
  order.status = end === 'EXPIRED' ? 'EXPIRED' : 'CLOSED';
  order.endedAtMs = endedAt;
  const isEarly = end === 'EXPIRED' && endedAt < order.expireAtMs;
  return isEarly ? [`${reference} expired before its time`] : [];
}

/** The references that money could be for at this moment, and whether one of those waits. */
function candidatesFor(
  account: ModelAccount,
  money: Pick<ModelMoney, 'payway' | 'channel' | 'amountMinor'>,
  atMs: number,
): { readonly references: readonly string[]; readonly isKnown: boolean } {
  const cids = account.channels
    .filter(({ channel, type }) => channel === money.channel && type === money.payway)
    .map(({ cid }) => cid);
  const endedWithin = (ms: number): readonly string[] =>
    [...account.orders]
      .filter(([, { cid, payableMinor }]) => {
        return cids.includes(cid) && payableMinor === money.amountMinor;
      })
      .filter(([, { status, endedAtMs }]) => {
        return status === 'ACTIVE' || (status !== 'PAID' && atMs - endedAtMs <= ms);
      })
      .map(([reference]) => reference);
  const near = endedWithin(account.settings.settleMs);
  const references = near.length > 0 ? near : endedWithin(account.settings.lateMs);
  return { references, isKnown: cids.length > 0 };
}

function matched(account: ModelAccount, data: Data<'MoneyMatched'>): readonly string[] {
  const { platformOrder, reference, kind, matchedAt, payway, channel, amountMinor } = data;
  const problems: string[] = [];
  const before = account.money.get(platformOrder);
  if (before !== undefined && !isOpen(before))
    problems.push(`${platformOrder} was matched to ${reference}, and is ${before.status}`);
  if ((kind === 'MANUAL') !== (before !== undefined))
    problems.push(`${platformOrder} was matched ${kind}, and was ${before?.status ?? 'new'}`);
  const order = account.orders.get(reference);
  if (order === undefined || order.status === 'PAID')
    problems.push(
      `${reference} is paid by ${platformOrder}, and is ${order?.status ?? 'unheard of'}`,
    );
  if (kind !== 'MANUAL') {
    const { references } = candidatesFor(account, data, matchedAt);
    if (references.length !== 1 || references[0] !== reference)
      problems.push(`${platformOrder} is of ${reference}, and could be of ${textOf(references)}`);
    if ((kind === 'ON_TIME') !== (order?.status === 'ACTIVE'))
      problems.push(`${platformOrder} came ${kind}, and ${reference} is ${String(order?.status)}`);
  }
  if (order !== undefined) {
    const isAsked = amountMinor === order.payableMinor;
    const told = isAsked ? order.amountMinor : amountMinor;
    if (data.toldMinor !== told || data.payNo !== order.payNo)
      problems.push(`${platformOrder} tells ${data.payNo} ${data.toldMinor}, not ${told}`);
    order.status = 'PAID';
    order.endedAtMs = matchedAt;
  }
  account.money.set(platformOrder, {
    ...{ payway, channel, amountMinor, status: 'MATCHED', reference },
  });
  return problems;
}

const textOf = (references: readonly string[]): string => references.join(' or ') || 'nobody';

function unmatched(account: ModelAccount, data: Data<'MoneyUnmatched'>): readonly string[] {
  const { platformOrder, payway, channel, amountMinor, why, receivedAt } = data;
  const problems: string[] = [];
  const before = account.money.get(platformOrder);
  if (before !== undefined) problems.push(`${platformOrder} was kept, and is ${before.status}`);
  const { references, isKnown } = candidatesFor(account, data, receivedAt);
  const isSeveral = references.length > 1;
  const due = !isKnown ? 'CHANNEL_UNKNOWN' : isSeveral ? 'SEVERAL_ORDERS' : 'NO_ORDER';
  if (why !== due || references.length === 1)
    problems.push(`${platformOrder} is ${why}, and could be of ${textOf(references)}`);
  if (isSeveral && [...data.candidates].sort().join() !== [...references].sort().join())
    problems.push(`${platformOrder} names ${textOf(data.candidates)}, not ${textOf(references)}`);
  const status = isSeveral ? 'AMBIGUOUS' : 'UNMATCHED';
  account.money.set(platformOrder, { payway, channel, amountMinor, status, reference: null });
  return problems;
}
