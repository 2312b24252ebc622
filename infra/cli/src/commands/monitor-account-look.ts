import type { Command } from 'commander';
import { durationText } from '../format/duration.ts';
import { tableLines } from '../format/table.ts';
import { accountNamed, accountPath, amountText } from '../monitor/account-options.ts';
import type { ShownAccount } from '../monitor/monitor-answers.ts';
import { accountList, accountShape } from '../monitor/monitor-answers.ts';
import { askMonitor } from '../session/ask-monitor.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { addShow } from './travel.ts';

export interface AccountListOptions {
  readonly pid?: string;
  readonly json?: boolean;
}

export function addMonitorAccountList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('List accounts that are paid into')
    .option('--pid <pid>', 'those of one merchant')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('monitor accounts list', 'monitor accounts list --pid 1000'))
    .action((options: AccountListOptions) => run((session) => listAccounts(session, options)));
}

export async function listAccounts(
  session: Session,
  { pid, json }: AccountListOptions,
): Promise<ExitCode> {
  const { accounts } = await askMonitor(session, {
    ...{ method: 'GET', path: '/accounts', query: { pid }, answer: accountList },
  });
  const { out } = session;
  if (json === true) out.json(accounts);
  else if (accounts.length === 0) out.note('no accounts');
  else {
    const columns = ['account', 'status', 'currency', 'channels', 'active', 'unmatched', 'name'];
    const cells = accounts.map((each) => [
      ...[`${each.pid}.${each.aid}`, each.status, each.currency],
      each.channels.map(({ channel }) => channel).join(','),
      ...[String(each.activeOrders), String(each.unmatched), each.name],
    ]);
    for (const line of tableLines(columns, cells)) out.line(line);
  }
  return 0;
}

export function addMonitorAccountShow(parent: Command, run: RunCommand): void {
  addShow(parent, run, {
    kind: 'receiving account',
    description: 'Show an account: its channels, its settings, and what waits',
    asItStands: showAccount,
  });
}

export async function showAccount(
  session: Session,
  account: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const path = accountPath(accountNamed(account));
  const found = await askMonitor(session, { method: 'GET', path, answer: accountShape });
  sayAccount(session, found, json === true);
  return 0;
}

export function sayAccount({ out }: Session, account: ShownAccount, isJson: boolean): void {
  if (isJson) out.json(account);
  else for (const line of accountLines(account)) out.line(line);
}

function accountLines(account: ShownAccount): readonly string[] {
  const { pid, aid, name, status, currency, channels, settings } = account;
  const { offsetsMax, offsetStep, offsetUp, settleSeconds, lateSeconds } = settings;
  const reason = account.reason ?? null;
  const offsets =
    offsetsMax === 0
      ? 'amounts as they are'
      : `amounts ${offsetUp ? 'up' : 'down'} by ${offsetsMax} steps of ` +
        `${amountText(offsetStep, currency)} at most`;
  return [
    `${pid}.${aid} is ${status}${reason === null ? '' : ` (${reason})`}: ${name}, ${currency}`,
    `  ${account.activeOrders} orders wait for money; ${account.unmatched} matched to none`,
    `  ${offsets}; free again after ${durationText(settleSeconds * 1_000)}, late money for ` +
      durationText(lateSeconds * 1_000),
    ...channels.map(
      ({ cid, type, channel, pattern, payUrl, enabled }) =>
        `  channel ${cid}: ${type}, reported as ${channel}, pattern ${pattern}` +
        `${enabled ? '' : ', not enabled'}${payUrl === null ? '' : `, ${payUrl}`}`,
    ),
  ];
}
