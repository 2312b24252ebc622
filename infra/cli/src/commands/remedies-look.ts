import { parseMajor } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import { askQueries } from '../session/ask-queries.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { addShow } from './travel.ts';

interface ListOptions {
  readonly status?: string;
  readonly rule?: string;
  readonly tenant?: string;
  readonly order?: string;
  readonly alert?: string;
  readonly limit: string;
  readonly json?: boolean;
}

const amount = z.union([z.string(), z.number()]);

/** What is shown; the rest goes through `--json` as it came. */
const remedySchema = z
  .object({
    remedyId: z.string(),
    rule: z.string(),
    tenant: z.string(),
    orderNo: z.string(),
    kind: z.string().nullable(),
    status: z.string(),
    amount: amount.nullable(),
    currency: z.string().nullable(),
    code: z.string().nullable(),
    approvalsNeeded: z.number().nullable(),
    proposedAt: z.string().nullable(),
  })
  .loose();

type Remedy = z.output<typeof remedySchema>;

const listSchema = z.object({ remedies: z.array(remedySchema) });

const stepSchema = z.object({
  step: z.string(),
  actor: z.string(),
  reason: z.string().nullable(),
  at: z.string(),
});

const withHistorySchema = remedySchema.extend({ history: z.array(stepSchema) });

const policySchema = z
  .object({
    tenant: z.string(),
    rule: z.string().nullable(),
    mode: z.string().nullable(),
    remedy: z.string().nullable(),
    dryRun: z.boolean().nullable(),
    perHourMax: z.number().nullable(),
    money: z.array(
      z.object({
        currency: z.string(),
        perRemedy: amount,
        perHour: amount,
        secondPersonAbove: amount,
      }),
    ),
    stopped: z.boolean(),
  })
  .loose();

type Policy = z.output<typeof policySchema>;

const policiesSchema = z.object({ policies: z.array(policySchema) });

const statuses = [
  ...['ASKING', 'WAITING', 'STARTED', 'DONE', 'REFUSED'],
  ...['FAILED', 'REJECTED', 'WITHDRAWN', 'DRY_RUN'],
];

const listMax = 200;

export function addRemediesLook(remedies: Command, run: RunCommand): void {
  remedies
    .command('list')
    .description('List what is done about alerts, newest first, from the queries service')
    .addOption(new Option('--status <status>', 'only these').choices(statuses))
    .option('--rule <rule>', 'only for alerts of this rule')
    .option('--order <orderNo>', 'only of this order')
    .option('--alert <alertId>', 'only of this alert')
    .option('--tenant <tenant>', 'only of orders of this tenant')
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('remedies list --status WAITING', 'remedies list --json'))
    .action((options: ListOptions) => run((session) => listRemedies(session, options)));
  addShow(remedies, run, {
    kind: 'remedy',
    description: 'Show a remedy with its history',
    asItStands: showRemedy,
  });
  remedies
    .command('policies')
    .description('Show what is done about the alerts of each rule, and what is stopped')
    .option('--tenant <tenant>', 'only of this tenant')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('remedies policies'))
    .action((options: { readonly tenant?: string; readonly json?: boolean }) =>
      run((session) => showPolicies(session, options)),
    );
}

export async function listRemedies(session: Session, options: ListOptions): Promise<ExitCode> {
  const { limit, json, order, alert, ...filter } = options;
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > listMax) {
    throw usageFailure(`--limit is a whole number from 1 to ${listMax}, not "${limit}"`);
  }
  const query = new URLSearchParams({ limit, ...filter });
  if (order !== undefined) query.set('orderNo', order);
  if (alert !== undefined) query.set('alertId', alert);
  const { remedies } = await askQueries(session, `/remedies?${query.toString()}`, listSchema);
  if (json === true) session.out.json(remedies);
  else if (remedies.length === 0) session.out.line('no remedies');
  else for (const line of remedyTable(remedies)) session.out.line(line);
  return 0;
}

export async function showRemedy(
  session: Session,
  remedyId: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const path = `/remedies/${encodeURIComponent(remedyId)}`;
  const remedy = await askQueries(session, path, withHistorySchema);
  const { out } = session;
  if (json === true) {
    out.json(remedy);
    return 0;
  }
  for (const line of remedyTable([remedy])) out.line(line);
  out.line('');
  const rows = remedy.history.map(({ at, step, actor, reason }) => [at, step, actor, reason ?? '']);
  for (const line of tableLines(['time', 'step', 'by', 'why'], rows)) out.line(line);
  return 0;
}

export async function showPolicies(
  session: Session,
  { tenant, json }: { readonly tenant?: string; readonly json?: boolean },
): Promise<ExitCode> {
  const query = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
  const { policies } = await askQueries(session, `/policies${query}`, policiesSchema);
  const { out } = session;
  if (json === true) out.json(policies);
  else if (policies.length === 0) out.line('no policies: every rule is only observed');
  else for (const line of policyTable(policies)) out.line(line);
  return 0;
}

const remedyTable = (remedies: readonly Remedy[]): readonly string[] =>
  tableLines(
    ['proposed', 'rule', 'what', 'status', 'why', 'tenant', 'order', 'amount', 'remedy'],
    remedies.map((each) => [
      ...[each.proposedAt ?? '', each.rule, each.kind ?? '', each.status, whyOf(each)],
      ...[each.tenant, each.orderNo, moneyText(each.amount, each.currency), each.remedyId],
    ]),
  );

const whyOf = ({ status, code, approvalsNeeded }: Remedy): string =>
  status === 'WAITING' && approvalsNeeded !== null
    ? `${code ?? ''} (${approvalsNeeded} to approve)`
    : (code ?? '');

const policyTable = (policies: readonly Policy[]): readonly string[] =>
  tableLines(
    ['tenant', 'rule', 'mode', 'remedy', 'an hour', 'limits', 'stopped'],
    policies.map((each) => [
      ...[each.tenant, each.rule ?? 'all', modeOf(each), each.remedy ?? ''],
      ...[each.perHourMax === null ? '' : String(each.perHourMax), limitsOf(each)],
      each.stopped ? 'yes' : '',
    ]),
  );

const modeOf = ({ mode, dryRun }: Policy): string =>
  `${mode ?? ''}${dryRun === true ? ' (dry run)' : ''}`;

const limitsOf = ({ money }: Policy): string =>
  money
    .map(({ currency, perRemedy, perHour, secondPersonAbove }) =>
      [
        `${moneyText(perRemedy, currency)} each`,
        `${moneyText(perHour, currency)} an hour`,
        `two persons above ${moneyText(secondPersonAbove, currency)}`,
      ].join(', '),
    )
    .join('; ');

/** The edge answers a JSON number, which has lost the zeros that people expect of an amount. */
function moneyText(value: string | number | null, currency: string | null): string {
  if (value === null || currency === null) return '';
  const minor = parseMajor(String(value), currency);
  return typeof minor === 'bigint' ? amountText(minor, currency) : `${value} ${currency}`;
}
