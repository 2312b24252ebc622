import { parseMajor } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import { timeOption } from '../format/time-option.ts';
import { alertPageSize } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { askQueries } from '../session/ask-queries.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface ListOptions {
  readonly status?: string;
  readonly standing?: boolean;
  readonly severity?: string;
  readonly currency?: string;
  readonly min?: string;
  readonly max?: string;
  readonly since?: string;
  readonly until?: string;
  readonly text?: string;
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
  const statuses = [
    ...['OPEN', 'ACKNOWLEDGED', 'INVESTIGATING', 'RESOLVED', 'AUTO_RESOLVED'],
    ...['WRITTEN_OFF', 'SUPPRESSED', 'SUPERSEDED'],
  ];
  alerts
    .command('list')
    .description('List alerts, newest first, from the queries service')
    .addOption(new Option('--status <status>', 'only these').choices(statuses))
    .option('--standing', 'only those that stand, whether somebody looks at them or not')
    .addOption(
      new Option('--severity <severity>', 'only these').choices(['INFO', 'WARNING', 'CRITICAL']),
    )
    .option('--rule <rule>', 'only alerts of this rule')
    .option('--order <orderNo>', 'only alerts of this order')
    .option('--tenant <tenant>', 'only alerts of this tenant, such as an app of the merchant API')
    .option('--currency <code>', 'only alerts with money of this currency')
    .option('--min <amount>', 'with this much at stake at least, in major units (CNY by default)')
    .option('--max <amount>', 'the same, at most')
    .option('--since <time>', 'found since then: 2h, or 2026-01-31T12:00:00Z')
    .option('--until <time>', 'found before then')
    .option('--text <text>', 'in what is said of the alert, or in one of its numbers')
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'a JSON list')
    .addHelpText(
      'after',
      examples(
        'alerts list --standing --min 1000',
        'alerts list --since 2h --text "H1001"',
        'alerts list --rule A --limit 500 --json',
      ),
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
  const { status, severity, rule, tenant, order: orderNo, currency, text } = options;
  const filters = {
    ...{ status, severity, rule, tenant, orderNo, currency, text },
    ...{ minAmount: options.min, maxAmount: options.max },
    ...(options.standing === true ? { standing: 'true' } : {}),
    since: timeOption(options.since, '--since'),
    until: timeOption(options.until, '--until'),
  };
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined) query.set(name, value);
  }
  return askQueries(session, `/alerts?${query.toString()}`, pageSchema);
}
