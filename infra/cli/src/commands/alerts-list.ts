import { parseMajor } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import { alertPageSize } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { askQueries } from '../session/ask-queries.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface ListOptions {
  readonly status?: string;
  readonly rule?: string;
  readonly order?: string;
  readonly tenant?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** What is shown; the rest of an alert goes through `--json` as it came. */
const alertSchema = z
  .object({
    rule: z.string(),
    status: z.string(),
    severity: z.string().nullable(),
    tenant: z.string(),
    orderNo: z.string(),
    amount: z.union([z.string(), z.number()]).nullable(),
    currency: z.string().nullable(),
    detectedAt: z.string().nullable(),
    summary: z.string().nullable(),
  })
  .loose();

const pageSchema = z.object({ alerts: z.array(alertSchema), nextCursor: z.string().nullable() });

type Alert = z.output<typeof alertSchema>;

const limitMax = 10_000;

export function addAlertsList(alerts: Command, run: RunCommand): void {
  const statuses = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'AUTO_RESOLVED', 'SUPERSEDED'];
  alerts
    .command('list')
    .description('List alerts, newest first, from the queries service')
    .addOption(new Option('--status <status>', 'only these').choices(statuses))
    .option('--rule <rule>', 'only alerts of this rule')
    .option('--order <orderNo>', 'only alerts of this order')
    .option('--tenant <tenant>', 'only alerts of this tenant, such as an app of the merchant API')
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'a JSON list')
    .addHelpText(
      'after',
      examples('alerts list --status OPEN', 'alerts list --rule A --limit 500 --json'),
    )
    .action((options: ListOptions) => run((session) => listAlerts(session, options)));
}

export async function listAlerts(session: Session, options: ListOptions): Promise<ExitCode> {
  const limit = Number(options.limit);
  if (!/^\d+$/.test(options.limit) || limit < 1 || limit > limitMax)
    throw usageFailure(`--limit is a whole number from 1 to ${limitMax}, not "${options.limit}"`);
  const found: Alert[] = [];
  for (let cursor: string | null = ''; cursor !== null && found.length < limit;) {
    const page = await pageOf(session, options, {
      cursor,
      size: Math.min(limit - found.length, alertPageSize),
    });
    found.push(...page.alerts);
    cursor = page.nextCursor;
  }
  const { out } = session;
  if (options.json === true) {
    out.json(found);
    return 0;
  }
  if (found.length === 0) {
    out.line('no alerts');
    return 0;
  }
  for (const line of alertTable(found)) out.line(line);
  return 0;
}

export const alertTable = (alerts: readonly Alert[]): readonly string[] =>
  tableLines(
    ['detected', 'rule', 'severity', 'status', 'tenant', 'order', 'amount', 'summary'],
    alerts.map((alert) => [
      alert.detectedAt ?? '',
      alert.rule,
      alert.severity ?? '',
      alert.status,
      alert.tenant,
      alert.orderNo,
      amountOf(alert),
      alert.summary ?? '',
    ]),
  );

/** The edge answers a JSON number, which has lost the zeros that people expect of an amount. */
function amountOf({ amount, currency }: Alert): string {
  if (amount === null || currency === null) return '';
  const minor = parseMajor(String(amount), currency);
  return typeof minor === 'bigint' ? amountText(minor, currency) : `${amount} ${currency}`;
}

function pageOf(
  session: Session,
  options: ListOptions,
  page: { readonly cursor: string; readonly size: number },
) {
  const query = new URLSearchParams({ limit: String(page.size) });
  if (page.cursor !== '') query.set('cursor', page.cursor);
  if (options.status !== undefined) query.set('status', options.status);
  if (options.rule !== undefined) query.set('rule', options.rule);
  if (options.tenant !== undefined) query.set('tenant', options.tenant);
  if (options.order !== undefined) query.set('orderNo', options.order);
  return askQueries(session, `/alerts?${query.toString()}`, pageSchema);
}
