import { parseMajor } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import { alertPageSize } from '../limits.ts';
import { askQueries } from '../session/ask-queries.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

interface ListOptions {
  readonly status?: string;
  readonly rule?: string;
  readonly tenant?: string;
  readonly limit: string;
  readonly json?: boolean;
}

const amount = z.union([z.string(), z.number()]);

/** What is shown; the rest goes through `--json` as it came. */
const incidentSchema = z
  .object({
    incidentId: z.string(),
    rule: z.string(),
    tenant: z.string(),
    status: z.string(),
    openedAt: z.string().nullable(),
    alerts: z.number(),
    open: z.number(),
    atStake: z.array(z.object({ currency: z.string(), amount, open: amount })),
  })
  .loose();

type Incident = z.output<typeof incidentSchema>;

const listSchema = z.object({ incidents: z.array(incidentSchema) });

const memberSchema = z
  .object({
    alertId: z.string(),
    status: z.string(),
    tenant: z.string(),
    orderNo: z.string(),
    summary: z.string().nullable(),
  })
  .loose();

export type Member = z.output<typeof memberSchema>;

const pageSchema = z.object({
  incident: incidentSchema,
  alerts: z.array(memberSchema),
  nextCursor: z.string().nullable(),
});

const listMax = 200;

export function addIncidentsLook(incidents: Command, run: RunCommand): void {
  incidents
    .command('list')
    .description('List incidents, newest first, from the queries service')
    .addOption(new Option('--status <status>', 'only these').choices(['OPEN', 'ENDED']))
    .option('--rule <rule>', 'only incidents of this rule')
    .option('--tenant <tenant>', 'only incidents of this tenant')
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('incidents list --status OPEN'))
    .action((options: ListOptions) => run((session) => listIncidents(session, options)));
  incidents
    .command('show')
    .description('Show an incident with its newest alerts')
    .argument('<incidentId>', 'id of the incident, as incidents list shows it')
    .option('--json', 'the incident with all its alerts as JSON')
    .addHelpText('after', examples('incidents show 2f0c…'))
    .action((incidentId: string, options: { readonly json?: boolean }) =>
      run((session) => showIncident(session, incidentId, options)),
    );
}

export async function listIncidents(session: Session, options: ListOptions): Promise<ExitCode> {
  const { limit, json, ...filter } = options;
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > listMax) {
    throw usageFailure(`--limit is a whole number from 1 to ${listMax}, not "${limit}"`);
  }
  const query = new URLSearchParams({ limit, ...filter });
  const { incidents } = await askQueries(session, `/incidents?${query.toString()}`, listSchema);
  if (json === true) session.out.json(incidents);
  else if (incidents.length === 0) session.out.line('no incidents');
  else for (const line of incidentTable(incidents)) session.out.line(line);
  return 0;
}

export async function showIncident(
  session: Session,
  incidentId: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const { out } = session;
  if (json === true) {
    const alerts: Member[] = [];
    let incident: Incident | null = null;
    for await (const page of pagesOf(session, incidentId)) {
      ({ incident } = page);
      alerts.push(...page.alerts);
    }
    out.json({ incident, alerts });
    return 0;
  }
  const { incident, alerts } = await pageOf(session, incidentId, null);
  for (const line of incidentTable([incident])) out.line(line);
  out.line('');
  const columns = alerts.map((each) => [
    ...[each.alertId, each.status, each.orderNo, each.summary ?? ''],
  ]);
  for (const line of tableLines(['alert', 'status', 'order', 'summary'], columns)) out.line(line);
  if (incident.alerts > alerts.length) {
    out.line(`and ${incident.alerts - alerts.length} more: --json has them all`);
  }
  return 0;
}

/** An incident with its alerts, page by page. */
export async function* pagesOf(session: Session, incidentId: string) {
  let cursor: string | null = null;
  do {
    const page: z.output<typeof pageSchema> = await pageOf(session, incidentId, cursor);
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

function pageOf(session: Session, incidentId: string, cursor: string | null) {
  const query = new URLSearchParams({ limit: String(alertPageSize) });
  if (cursor !== null) query.set('cursor', cursor);
  const path = `/incidents/${encodeURIComponent(incidentId)}?${query.toString()}`;
  return askQueries(session, path, pageSchema);
}

const incidentTable = (incidents: readonly Incident[]): readonly string[] =>
  tableLines(
    ['opened', 'rule', 'tenant', 'status', 'alerts', 'open', 'still at stake', 'incident'],
    incidents.map((each) => [
      ...[each.openedAt ?? '', each.rule, each.tenant, each.status],
      ...[String(each.alerts), String(each.open), moneyOf(each), each.incidentId],
    ]),
  );

const moneyOf = ({ atStake }: Incident): string =>
  atStake
    .map(({ currency, open }) => {
      const minor = parseMajor(String(open), currency);
      return typeof minor === 'bigint' ? amountText(minor, currency) : `${open} ${currency}`;
    })
    .join(', ');
