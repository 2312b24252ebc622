import type { ReceivingChannel, ReceivingSettings } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, isCurrencyCode, rejected, unchanged } from '@plumbline/kernel';
import { idForm, nameCharsMax } from '../limits.ts';
import type { AccountCommandOf } from './commands.ts';
import type { AccountEvent } from './events.ts';
import * as limits from './limits.ts';
import type { ReceivingRejectionCode } from './rejections.ts';
import { receivingRejection } from './rejections.ts';
import type { ReceivingAccount } from './state.ts';

type Registration = AccountCommandOf<'RegisterReceivingAccount'>;

const refuse = (code: ReceivingRejectionCode): Decision<AccountEvent> =>
  rejected(receivingRejection(code));

const isName = (text: string): boolean => text !== '' && Array.from(text).length <= nameCharsMax;

const isChannel = ({ cid, type, channel, pattern, payUrl }: ReceivingChannel): boolean =>
  idForm.test(cid) &&
  isName(type) &&
  isName(channel) &&
  (pattern === 0 || pattern === 1) &&
  (payUrl === null || (payUrl !== '' && payUrl.length <= limits.payUrlCharsMax));

const areDistinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

const areChannels = (channels: readonly ReceivingChannel[]): boolean =>
  channels.length >= 1 &&
  channels.length <= limits.channelsMax &&
  channels.every(isChannel) &&
  areDistinct(channels.map(({ cid }) => cid)) &&
  // Or a report would name two.
  areDistinct(channels.map(({ channel }) => channel));

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isSafeInteger(value) && value >= min && value <= max;

const areSettings = (settings: ReceivingSettings): boolean => {
  const { offsetsMax, offsetStepMinor, settleMs, lateMs } = settings;
  const isStep = offsetStepMinor >= 1n && offsetStepMinor <= limits.offsetStepMinorMax;
  const areTimes =
    isWithin(settleMs, 0, limits.settleMs.max) && isWithin(lateMs, 0, limits.lateMs.max);
  return isWithin(offsetsMax, 0, limits.offsetsMax) && isStep && areTimes;
};

type Terms = Pick<Registration, 'name' | 'channels' | 'settings'>;

function problemOf({ name, channels, settings }: Terms): ReceivingRejectionCode | null {
  if (!isName(name)) return 'NAME_INVALID';
  if (!areChannels(channels)) return 'CHANNELS_INVALID';
  return areSettings(settings) ? null : 'SETTINGS_INVALID';
}

/** Whether both say the same; what came over the wire may have its fields in another order. */
const isSame = (one: Terms, other: Terms): boolean => {
  const textOf = ({ name, channels, settings: s }: Terms) =>
    JSON.stringify([
      name,
      ...channels.map((c) => [c.cid, c.type, c.channel, c.pattern, c.payUrl, c.enabled]),
      [s.offsetsMax, s.offsetStepMinor.toString(), s.offsetUp, s.settleMs, s.lateMs],
    ]);
  return textOf(one) === textOf(other);
};

export function register(
  data: Registration,
  state: ReceivingAccount | null,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const { pid, aid, currency } = data;
  if (!idForm.test(pid) || !idForm.test(aid)) return refuse('ID_INVALID');
  if (!isCurrencyCode(currency)) return refuse('CURRENCY_DIFFERS');
  const problem = problemOf(data);
  if (problem !== null) return refuse(problem);
  if (state !== null)
    return state.currency === currency && isSame(data, state)
      ? unchanged
      : refuse('ACCOUNT_EXISTS');
  return accepted({ type: 'ReceivingAccountRegistered', data: { ...data, registeredAt: atMs } });
}

export function change(
  data: AccountCommandOf<'ChangeReceivingAccount'>,
  state: ReceivingAccount,
  { atMs }: DecisionContext,
): Decision<AccountEvent> {
  const problem = problemOf(data);
  if (problem !== null) return refuse(problem);
  if (isSame(data, state)) return unchanged;
  return accepted({ type: 'ReceivingAccountChanged', data: { ...data, changedAt: atMs } });
}
