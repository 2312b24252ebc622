import type { ReceivingSettings, ReportMoney } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Random } from '@plumbline/runtime/simulation';
import type { AccountChange, PlannedAccount, PlannedHand } from '../plan/receiving.ts';
import { accountChannels, accountName, accountTenant, keyOfAccount } from '../plan/receiving.ts';
import type { Command } from './client.ts';
import type { BookedMoney } from './sim-payers.ts';

type AccountId = Pick<PlannedAccount, 'pid' | 'aid'>;

const toAccount = ({ pid, aid }: AccountId, id: string, payload: Payload): Command => ({
  ...{ id, topic: topics.receivingCommands.name, key: keyOfAccount({ pid, aid }) },
  ...{ subject: accountName({ pid, aid }), payload },
});

const about = ({ pid, aid }: AccountId) => ({ tenant: accountTenant, pid, aid });

/** What is asked of an account in a run, at times since its start. */
export function accountCommands(
  planned: PlannedAccount,
): readonly { readonly command: Command; readonly atMs: number }[] {
  const name = accountName(planned);
  const terms = { name, channels: accountChannels, settings: planned.settings };
  const registered = { ...about(planned), ...terms, currency: 'CNY' };
  const first = toAccount(planned, `${name}-register`, {
    ...{ type: 'RegisterReceivingAccount', data: registered },
  });
  return [
    { command: first, atMs: 0 },
    ...planned.changes.map(({ atMs, type }) => {
      const data = { ...about(planned), ...saidWith(type, planned) };
      return { command: toAccount(planned, `${name}-${type}`, { type, data }), atMs };
    }),
  ];
}

/** With other settings the account goes on as it began: an order that waits keeps what it asks for. */
export const changedSettings = (settings: ReceivingSettings): ReceivingSettings => ({
  ...settings,
  offsetsMax: settings.offsetsMax === 0 ? 3 : 0,
});

function saidWith(type: AccountChange, { settings, ...account }: PlannedAccount): object {
  switch (type) {
    case 'PauseReceivingAccount':
      return { reason: 'the run says so' };
    case 'ResumeReceivingAccount':
      return {};
    case 'ChangeReceivingAccount':
      return {
        ...{ name: `${accountName(account)} again`, channels: accountChannels },
        settings: changedSettings(settings),
      };
    default:
      return unreachable(type);
  }
}

/** As 8083 asks when a client has reported something. */
export function reportCommand(
  money: BookedMoney,
  of: { readonly id: string; readonly reportedBy: string; readonly amountMinor: bigint },
): Command {
  const [pid = '', aid = ''] = money.account.split('.');
  const { platformOrder, payway, channel } = money;
  const data: ReportMoney = {
    ...{ ...about({ pid, aid }), payway, channel, amountMinor: of.amountMinor, currency: 'CNY' },
    ...{ platformOrder, rawPayload: 'enc:v1:simulated:e30', reportedBy: of.reportedBy },
  };
  return toAccount({ pid, aid }, of.id, { type: 'ReportMoney', data });
}

/** Money and orders as the read model shows them. */
interface MoneyRow extends AccountId {
  readonly account_key: string;
  readonly platform_order: string;
  readonly amount_minor: bigint;
  readonly status: string;
}
interface OrderRow {
  readonly account_key: string;
  readonly reference: string;
  readonly payable_minor: bigint;
  readonly status: string;
  readonly expire_at: Date;
}

const unsettled: readonly string[] = ['UNMATCHED', 'AMBIGUOUS'];

/**
 * What somebody asks who looks at the read model now, which may be behind, and when; null where there
 * is nothing. Whoever gives money to an order that is about to end does so as it ends.
 */
export function handCommand(
  { index, kind }: PlannedHand,
  of: { readonly model: MemoryReadModel; readonly random: Random; readonly nowMs: number },
): { readonly command: Command; readonly atMs: number } | null {
  const { model, random, nowMs } = of;
  // The projection's own tables: their columns are these.
  const rows = model.rows('received_money') as unknown as readonly MoneyRow[];
  const fitting = rows.filter(({ status }) => unsettled.includes(status));
  // Mostly what waits for somebody; sometimes what does not, to be refused.
  const among = fitting.length > 0 || !random.chance(0.1) ? fitting : rows;
  if (among.length === 0) return null;
  const money = random.pick(among);
  const { account_key: key, platform_order: platformOrder } = money;
  const said = { ...about(money), platformOrder, reason: `by hand ${index}` };
  const aside = { type: 'SetMoneyAside', data: said };
  const orders = (model.rows('orders') as unknown as readonly OrderRow[]).filter(
    (each) => each.account_key === key && each.status !== 'PAID',
  );
  const sought =
    kind === 'match-ending'
      ? nearest(orders, nowMs)
      : orders.filter(({ payable_minor: payable }) => payable === money.amount_minor);
  const order = sought.length === 0 ? undefined : random.pick(sought);
  const isAside = kind === 'set-aside' || order === undefined;
  const matched = { type: 'MatchMoney', data: { ...said, reference: order?.reference ?? '' } };
  const isEnding = !isAside && kind === 'match-ending';
  const endsAtMs = order?.expire_at.getTime() ?? nowMs;
  return {
    command: toAccount(money, `by-hand-${index}`, isAside ? aside : matched),
    atMs: isEnding ? endsAtMs + Math.floor(random.between(-50, 300)) : nowMs,
  };
}

const nearest = (orders: readonly OrderRow[], nowMs: number): readonly OrderRow[] =>
  [...orders].sort((one, other) => distance(one, nowMs) - distance(other, nowMs)).slice(0, 1);

const distance = ({ expire_at: at }: OrderRow, nowMs: number): number =>
  Math.abs(at.getTime() - nowMs);
