import type { Command } from 'commander';
import { Option } from 'commander';
import { tableLines } from '../format/table.ts';
import { moneyPageSize } from '../limits.ts';
import { accountNamed, amountText } from '../monitor/account-options.ts';
import type { ShownMoney } from '../monitor/monitor-answers.ts';
import { moneyPage, moneyStanding } from '../monitor/monitor-answers.ts';
import { askMonitor } from '../session/ask-monitor.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

const statuses = ['UNMATCHED', 'AMBIGUOUS', 'MATCHED', 'SET_ASIDE'];
const limitMax = 10_000;

export interface MoneyListOptions {
  readonly status?: string;
  readonly pid?: string;
  readonly account?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function addMonitorMoneyList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('List money that was reported, newest first')
    .addOption(new Option('--status <status>', 'only this').choices(statuses))
    .option('--pid <pid>', 'only of this merchant')
    .option('--account <account>', 'only on this account, as 1000.1')
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'a JSON list')
    .addHelpText(
      'after',
      examples('monitor money list --status UNMATCHED', 'monitor money list --account 1000.1'),
    )
    .action((options: MoneyListOptions) => run((session) => listMoney(session, options)));
}

export async function listMoney(session: Session, options: MoneyListOptions): Promise<ExitCode> {
  const limit = Number(options.limit);
  if (!/^\d+$/.test(options.limit) || limit < 1 || limit > limitMax)
    throw usageFailure(`--limit is a whole number from 1 to ${limitMax}, not "${options.limit}"`);
  const { status, account } = options;
  const named = account === undefined ? { pid: options.pid } : accountNamed(account);
  const found: ShownMoney[] = [];
  for (let cursor: string | null | undefined; cursor !== null && found.length < limit;) {
    const size = String(Math.min(limit - found.length, moneyPageSize));
    const page = await askMonitor(session, {
      ...{ method: 'GET', path: '/money', answer: moneyPage },
      query: { ...named, status, limit: size, cursor },
    });
    found.push(...page.money);
    cursor = page.nextCursor;
  }
  const { out } = session;
  if (options.json === true) out.json(found);
  else if (found.length === 0) out.note('no money');
  else for (const line of moneyTable(found)) out.line(line);
  return 0;
}

const moneyTable = (found: readonly ShownMoney[]): readonly string[] =>
  tableLines(
    ['received', 'account', 'platform order', 'status', 'amount', 'channel', 'order', 'why'],
    found.map((each) => [
      ...[each.receivedAt, `${each.pid}.${each.aid}`, each.platformOrder, each.status],
      ...[amountText(each.price, each.currency), each.channel, each.orderId ?? '', whyOf(each)],
    ]),
  );

function whyOf({ why, reason, candidates, contradicted }: ShownMoney): string {
  const between = candidates.length === 0 ? '' : ` between ${candidates.join(' and ')}`;
  const said = [
    why === null ? '' : `${why}${between}`,
    ...[reason ?? '', contradicted ? 'reported otherwise as well' : ''],
  ];
  return said.filter((each) => each !== '').join('; ');
}

export interface SettleOptions {
  /** None: it is set aside. */
  readonly order?: string;
  readonly reference?: string;
  readonly reason: string;
  readonly json?: boolean;
}

export function addMonitorMoneyMatch(parent: Command, run: RunCommand): void {
  parent
    .command('match')
    .description('Match money to an order by hand; what is matched stays so')
    .argument('<account>', 'pid and aid, as 1000.1')
    .argument('<platformOrder>', 'as monitor money list shows it')
    .requiredOption('--order <orderId>', 'which order it is for')
    .option('--reference <reference>', 'which attempt, where the account has several at the order')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'how the money stands as JSON')
    .addHelpText(
      'after',
      examples(
        'monitor money match 1000.1 wx123 --order H1001 --reason "the payer sent a picture"',
      ),
    )
    .action((account: string, platformOrder: string, options: SettleOptions) =>
      run((session) => settleMoney(session, { account, platformOrder }, options)),
    );
}

export function addMonitorMoneySetAside(parent: Command, run: RunCommand): void {
  parent
    .command('set-aside')
    .description('Say that money is for no order; nothing is given back by it')
    .argument('<account>', 'pid and aid, as 1000.1')
    .argument('<platformOrder>', 'as monitor money list shows it')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'how the money stands as JSON')
    .addHelpText('after', examples('monitor money set-aside 1000.1 wx123 --reason "a gift"'))
    .action((account: string, platformOrder: string, options: SettleOptions) =>
      run((session) => settleMoney(session, { account, platformOrder }, options)),
    );
}

export async function settleMoney(
  session: Session,
  money: { readonly account: string; readonly platformOrder: string },
  { order, reference, reason, json }: SettleOptions,
): Promise<ExitCode> {
  const { pid, aid } = accountNamed(money.account);
  const path = `/money/${pid}/${aid}/${encodeURIComponent(money.platformOrder)}`;
  const stands = await askMonitor(session, {
    ...{ method: 'POST', answer: moneyStanding },
    ...(order === undefined
      ? { path: `${path}/set-aside`, body: { reason } }
      : {
          path: `${path}/match`,
          body: { orderId: order, reason, ...(reference === undefined ? {} : { reference }) },
        }),
  });
  const { result, platformOrder, orderId } = stands;
  if (json === true) session.out.json(stands);
  else session.out.line(`${platformOrder} is ${result}${orderId === null ? '' : ` to ${orderId}`}`);
  return 0;
}
