import type { Command } from 'commander';
import { tableLines } from '../format/table.ts';
import type { ExitCode } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import type { EndpointDetail } from '../webhooks/endpoint-answers.ts';
import { endpointDetail, endpointList } from '../webhooks/endpoint-answers.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { addShow } from './travel.ts';
import { endpointLine, endpointPath } from './endpoint-set.ts';

export interface EndpointListOptions {
  readonly tenant?: string;
  readonly json?: boolean;
}

export function addEndpointList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('List endpoints, the oldest first')
    .option('--tenant <tenant>', "whose; * for all (default: the platform's own)")
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('endpoint list', 'endpoint list --tenant "*" --json'))
    .action((options: EndpointListOptions) => run((session) => listEndpoints(session, options)));
}

export async function listEndpoints(
  session: Session,
  { tenant, json }: EndpointListOptions,
): Promise<ExitCode> {
  const { endpoints } = await askNotifications(session, {
    ...{ method: 'GET', path: '/webhook-endpoints', query: { tenant }, answer: endpointList },
  });
  const { out } = session;
  if (json === true) out.json(endpoints);
  else if (endpoints.length === 0) out.note('no endpoints');
  else {
    const cells = endpoints.map((each) => [
      ...[each.endpointId, each.tenant, each.status, each.events.join(','), each.url],
      each.description ?? '',
    ]);
    const columns = ['endpoint', 'tenant', 'status', 'events', 'url', 'description'];
    for (const line of tableLines(columns, cells)) out.line(line);
  }
  return 0;
}

export function addEndpointShow(parent: Command, run: RunCommand): void {
  addShow(parent, run, {
    kind: 'endpoint',
    description: 'Show an endpoint: its settings, and how it does',
    asItStands: showEndpoint,
  });
}

export async function showEndpoint(
  session: Session,
  endpointId: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const path = endpointPath(endpointId);
  const found = await askNotifications(session, { method: 'GET', path, answer: endpointDetail });
  if (json === true) session.out.json(found);
  else for (const line of endpointLines(found)) session.out.line(line);
  return 0;
}

function endpointLines(found: EndpointDetail): readonly string[] {
  const { health, templates } = found;
  const orDefault = (value: number | null, unit: string): string =>
    value === null ? 'default' : `${value}${unit}`;
  const waits = found.intervals === null ? 'default' : found.intervals.join(', ') || 'none';
  const failing =
    health.failingSince === null
      ? 'not failing'
      : `failing since ${health.failingSince} (${health.failingCode ?? ''})`;
  return [
    endpointLine(found),
    `  of ${found.tenant}${found.description === null ? '' : `, ${found.description}`}`,
    `  body ${found.bodyStyle} ${found.bodyEncoding}, ${templates.length} templates, ` +
      `settings version ${found.settingsVersion}, secret ${found.secretId ?? 'none'}`,
    `  retries after ${waits}; time-out ${orDefault(found.timeoutSeconds, ' s')}, at once ` +
      `${orDefault(found.concurrency, '')}, rate ${orDefault(found.ratePerSecond, '/s')}` +
      (found.inOrder ? ', in order' : ''),
    `  ${failing}; ${health.waiting} waiting, ${health.retryFailed} given up after all retries`,
    ...health.incidents
      .filter(({ endedAt }) => endedAt === null)
      .map(({ kind, detail, openedAt }) => `  incident ${kind} since ${openedAt ?? ''}: ${detail}`),
  ];
}
