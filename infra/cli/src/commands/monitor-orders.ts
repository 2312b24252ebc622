import type { Command } from 'commander';
import { tableLines } from '../format/table.ts';
import { amountText } from '../monitor/account-options.ts';
import { activeOrderList, orderAttempts } from '../monitor/monitor-answers.ts';
import { askMonitor } from '../session/ask-monitor.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface MonitorOrdersOptions {
  readonly pid?: string;
  readonly json?: boolean;
}

export function addMonitorOrders(parent: Command, run: RunCommand): void {
  parent
    .command('orders')
    .description('Orders that wait for money; of one that is named, every attempt at paying it')
    .argument('[orderId]', 'one order, whatever became of it')
    .option('--pid <pid>', 'those of one merchant')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('monitor orders --pid 1000', 'monitor orders H1001'))
    .action((orderId: string | undefined, options: MonitorOrdersOptions) =>
      run((session) =>
        orderId === undefined
          ? listActiveOrders(session, options)
          : showAttempts(session, orderId, options),
      ),
    );
}

export async function listActiveOrders(
  session: Session,
  { pid, json }: MonitorOrdersOptions,
): Promise<ExitCode> {
  const orders = await askMonitor(session, {
    ...{ method: 'GET', path: '/orders/active', query: { pid }, answer: activeOrderList },
  });
  const { out } = session;
  if (json === true) out.json(orders);
  else if (orders.length === 0) out.note('no active orders');
  else {
    const columns = ['order', 'account', 'type', 'pattern', 'expires'];
    const cells = orders.map((each) => [
      ...[each.orderId, `${each.pid}.${each.aid}.${each.cid}`, each.type, each.pattern],
      each.expiresAt,
    ]);
    for (const line of tableLines(columns, cells)) out.line(line);
  }
  return 0;
}

export async function showAttempts(
  session: Session,
  orderId: string,
  { json }: MonitorOrdersOptions,
): Promise<ExitCode> {
  const path = `/orders/${encodeURIComponent(orderId)}`;
  const found = await askMonitor(session, { method: 'GET', path, answer: orderAttempts });
  const { out } = session;
  if (json === true) out.json(found.attempts);
  else {
    const columns = ['attempt', 'account', 'type', 'status', 'payable', 'money', 'expires'];
    const cells = found.attempts.map((each) => [
      ...[each.reference, `${each.pid}.${each.aid}.${each.cid}`, each.type, each.status],
      ...[amountText(each.payable, each.currency), each.platformOrder ?? '', each.expiresAt],
    ]);
    for (const line of tableLines(columns, cells)) out.line(line);
  }
  return 0;
}
