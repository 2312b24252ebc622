import type { Command } from 'commander';
import { Option } from 'commander';
import { tableLines } from '../format/table.ts';
import { timeOption } from '../format/time-option.ts';
import { notificationPageSize } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import type { NotificationDetail, ShownNotification } from '../webhooks/endpoint-answers.ts';
import { attemptText, notificationDetail, notificationPage } from '../webhooks/endpoint-answers.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { addShow } from './travel.ts';

export interface NotificationListOptions {
  readonly status?: string;
  readonly type?: string;
  readonly order?: string;
  readonly payment?: string;
  readonly endpoint?: string;
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
  readonly limit: string;
  readonly json?: boolean;
}

const statuses = [
  ...['PENDING', 'NOTIFYING', 'SUCCESS', 'FAILED', 'RETRYING', 'RETRY_FAILED', 'ABANDONED'],
];
const limitMax = 10_000;

export function addNotificationList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('List notifications, newest first')
    .addOption(new Option('--status <status>', 'only these').choices(statuses))
    .option('--type <type>', 'only of events of this type')
    .option('--order <orderNo>', 'only of this order')
    .option('--payment <paymentId>', 'only of this payment')
    .option('--endpoint <endpointId>', 'only to this endpoint')
    .option('--from <when>', 'made since: 2h ago, or 2026-01-31T12:00:00Z')
    .option('--to <when>', 'made before')
    .option('--tenant <tenant>', "whose; * for all (default: the platform's own)")
    .option('--limit <n>', 'how many at most', '50')
    .option('--json', 'a JSON list')
    .addHelpText(
      'after',
      examples(
        'notification list --status RETRY_FAILED --from 24h',
        'notification list --order H1001 --tenant "*" --json',
      ),
    )
    .action((options: NotificationListOptions) =>
      run((session) => listNotifications(session, options)),
    );
}

export async function listNotifications(
  session: Session,
  options: NotificationListOptions,
): Promise<ExitCode> {
  const limit = Number(options.limit);
  if (!/^\d+$/.test(options.limit) || limit < 1 || limit > limitMax)
    throw usageFailure(`--limit is a whole number from 1 to ${limitMax}, not "${options.limit}"`);
  const { status, type, order, payment, endpoint, tenant } = options;
  const times = { from: timeOption(options.from, '--from'), to: timeOption(options.to, '--to') };
  const filter = { status, type, order, payment, endpoint, tenant, ...times };
  const found: ShownNotification[] = [];
  for (let cursor: string | null | undefined; cursor !== null && found.length < limit;) {
    const size = String(Math.min(limit - found.length, notificationPageSize));
    const page = await askNotifications(session, {
      ...{ method: 'GET', path: '/notifications', answer: notificationPage },
      query: { ...filter, limit: size, cursor },
    });
    found.push(...page.notifications);
    cursor = page.nextCursor;
  }
  const { out } = session;
  if (options.json === true) out.json(found);
  else if (found.length === 0) out.note('no notifications');
  else for (const line of notificationTable(found)) out.line(line);
  return 0;
}

const notificationTable = (found: readonly ShownNotification[]): readonly string[] =>
  tableLines(
    ['created', 'type', 'order', 'status', 'attempts', 'next', 'notification', 'to'],
    found.map((each) => [
      ...[each.createdAt ?? '', each.type, each.orderNo, each.notificationStatus],
      ...[`${each.attemptCount} of ${each.maxAttempts}`, each.nextRetryAt ?? ''],
      ...[each.notificationId, each.endpointId ?? each.callbackUrl ?? ''],
    ]),
  );

export function addNotificationShow(parent: Command, run: RunCommand): void {
  addShow(parent, run, {
    kind: 'notification',
    description: 'Show a notification: what is sent, each attempt, and what was answered',
    asItStands: showNotification,
  });
}

export const notificationPath = (notificationId: string, rest = ''): string =>
  `/notifications/${encodeURIComponent(notificationId)}${rest}`;

export async function showNotification(
  session: Session,
  notificationId: string,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const path = notificationPath(notificationId);
  const answer = notificationDetail;
  const found = await askNotifications(session, { method: 'GET', path, answer });
  if (json === true) session.out.json(found);
  else for (const line of detailLines(found)) session.out.line(line);
  return 0;
}

export function notificationLine(found: ShownNotification): string {
  const { notificationId, type, orderNo, notificationStatus, reason, nextRetryAt } = found;
  const why = reason === null ? '' : `: ${reason}`;
  const next = nextRetryAt === null ? '' : `, again at ${nextRetryAt}`;
  return `${notificationId} ${type} of ${orderNo} is ${notificationStatus}${why}${next}`;
}

function detailLines(found: NotificationDetail): readonly string[] {
  const { request, attempts } = found;
  const headers = Object.entries(request.headers).map(([name, value]) => `  ${name}: ${value}`);
  return [
    notificationLine(found),
    `POST ${request.url ?? '(its endpoint is not known)'}`,
    ...[...headers, '', `  ${request.body ?? '(no body can be made)'}`, ''],
    ...attempts.flatMap((each) => {
      const { attempt, trigger, startedAt, response } = each;
      const when = [trigger ?? '', startedAt ?? ''].filter((part) => part !== '').join(' ');
      const line = `attempt ${attempt} (${when}): ${attemptText(each)}`;
      return response === null ? [line] : [line, `  ${response.slice(0, 1_000)}`];
    }),
  ];
}
