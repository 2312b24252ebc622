import type { ReceivingChannel, ReceivingSettings } from '@plumbline/events';
import { routingKey } from '@plumbline/kernel';
import type { Random } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { PlannedStory } from './run-plan.ts';
import { personalStories } from './stories.ts';

/** A personal account that stories are paid into. */
export interface PlannedAccount {
  readonly pid: string;
  readonly aid: string;
  readonly settings: ReceivingSettings;
  /** What is done to it, at times since the start of the run. */
  readonly changes: readonly { readonly atMs: number; readonly type: AccountChange }[];
}

export type AccountChange =
  'PauseReceivingAccount' | 'ResumeReceivingAccount' | 'ChangeReceivingAccount';

/** What people do about money that nobody's order was found for, each by looking first. */
export const handKinds = [
  /** To an order that asks for what came in, if there is one. */
  'match',
  /** To the order that ends next, or has ended last, whatever it asks for. */
  'match-ending',
  'set-aside',
] as const;
export type HandKind = (typeof handKinds)[number];

export interface PlannedHand {
  /** Names its command, and seeds what it chooses. */
  readonly index: number;
  readonly kind: HandKind;
  /** Since the start of the run. */
  readonly atMs: number;
}

/** Money that comes in for no order at all. */
export interface PlannedStray {
  readonly index: number;
  /** Of the accounts. */
  readonly account: number;
  readonly atMs: number;
}

export interface PlannedReceiving {
  readonly accounts: readonly PlannedAccount[];
  readonly stories: readonly PlannedStory[];
  readonly hands: readonly PlannedHand[];
  readonly strays: readonly PlannedStray[];
}

export const accountTenant = 'main';
export const accountName = ({ pid, aid }: Pick<PlannedAccount, 'pid' | 'aid'>): string =>
  `${pid}.${aid}`;
export const keyOfAccount = (account: Pick<PlannedAccount, 'pid' | 'aid'>): string =>
  routingKey(accountTenant, accountName(account));

const always = { payUrl: null, enabled: true } as const;

/** The same on every account. */
export const accountChannels: readonly ReceivingChannel[] = [
  { ...{ cid: '2', type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 }, ...always },
  { ...{ cid: '3', type: 'alipay', channel: 'alipay1#1002', pattern: 0 }, ...always },
];

/** So few that orders of one time ask for the same; a step of an offset leads to none of the others. */
const amountsMinor: readonly bigint[] = [1_000n, 1_000n, 1_000n, 2_500n];

/** Accounts, and who is to pay into them. `isBusy`: as much of it as there can be. */
export function plannedReceiving(
  random: Random,
  of: { readonly firstIndex: number; readonly stormMs: number; readonly isBusy: boolean },
): PlannedReceiving {
  const { firstIndex, stormMs, isBusy } = of;
  const accounts = Array.from({ length: 1 + random.int(2) }, (_, index) =>
    plannedAccount(index, random.fork(`account/${index}`), { stormMs, isBusy }),
  );
  const drawn = 3 + random.int(limits.personalStoriesMax - 2);
  const told = isBusy ? limits.personalStoriesMax : drawn;
  const hands = 2 + random.int(limits.handsMax - 1);
  const strays = random.int(3);
  return {
    accounts,
    stories: Array.from({ length: told }, (_, place) =>
      plannedStory(firstIndex + place, random.fork(`story/${place}`), { accounts, stormMs }),
    ),
    hands: Array.from({ length: hands }, (_, index) => ({
      ...{ index, kind: random.pick(handKinds) },
      atMs: Math.floor(random.between(0.2, 1.4) * stormMs),
    })),
    strays: Array.from({ length: strays }, (_, index) => ({
      ...{ index, account: random.int(accounts.length) },
      atMs: Math.floor(random.between(0.1, 1) * stormMs),
    })),
  };
}

function plannedAccount(
  index: number,
  random: Random,
  { stormMs, isBusy }: { readonly stormMs: number; readonly isBusy: boolean },
): PlannedAccount {
  const atMs = Math.floor(random.between(0.2, 0.6) * stormMs);
  const laterMs = Math.floor(random.between(0.65, 1) * stormMs);
  const isPaused = random.chance(isBusy ? 0 : 0.3);
  const offsets = random.chance(0.5) ? 1 + random.int(4) : 0;
  return {
    ...{ pid: '1000', aid: String(index + 1) },
    settings: {
      ...{ offsetsMax: offsets, offsetStepMinor: 1n, offsetUp: random.chance(0.6) },
      settleMs: Math.floor(random.between(300, 2_000)),
      lateMs: Math.floor(random.between(2_500, 15_000)),
    },
    changes: [
      ...(isPaused ? [{ atMs, type: 'PauseReceivingAccount' } as const] : []),
      ...(isPaused && random.chance(0.8)
        ? [{ atMs: laterMs, type: 'ResumeReceivingAccount' } as const]
        : []),
      ...(random.chance(0.3)
        ? [{ atMs: Math.floor((atMs + laterMs) / 2), type: 'ChangeReceivingAccount' } as const]
        : []),
    ],
  };
}

/** Many begin at one time, so that equal amounts meet. */
function plannedStory(
  index: number,
  random: Random,
  of: { readonly accounts: readonly PlannedAccount[]; readonly stormMs: number },
): PlannedStory {
  const { accounts, stormMs } = of;
  const account = accountName(random.pick(accounts));
  const cid = random.pick(['', '', '.2', '.3']);
  const wave = random.pick([0.05, 0.5]) * stormMs;
  return {
    ...{ index, story: random.pick(personalStories) },
    startMs: 1_200 + Math.floor(wave + random.int(1_500)),
    personal: { account: `${account}${cid}`, amountMinor: random.pick(amountsMinor) },
  };
}
