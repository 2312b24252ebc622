import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { timeOption } from '../format/time-option.ts';
import { replayCallMs } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import { notificationShape } from '../webhooks/endpoint-answers.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { notificationLine, notificationPath } from './notification-look.ts';

interface SayOptions {
  readonly reason?: string;
  readonly json?: boolean;
}

export function addNotificationRetry(parent: Command, run: RunCommand): void {
  parent
    .command('retry')
    .description('Retry a notification now, instead of the retry that waits')
    .argument('<notificationId>', 'as notification list shows it')
    .option('--reason <text>', 'why; it stays in the log')
    .option('--json', 'the notification as JSON')
    .addHelpText('after', examples('notification retry 1c0f…'))
    .action((notificationId: string, options: SayOptions) =>
      run((session) => say(session, { verb: 'retry', notificationId }, options)),
    );
}

export function addNotificationAbandon(parent: Command, run: RunCommand): void {
  parent
    .command('abandon')
    .description('Give a notification up, and keep the reason')
    .argument('<notificationId>', 'as notification list shows it')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'the notification as JSON')
    .addHelpText('after', examples('notification abandon 1c0f… --reason "a wrong order"'))
    .action((notificationId: string, options: SayOptions) =>
      run((session) => say(session, { verb: 'abandon', notificationId }, options)),
    );
}

type Verb = 'retry' | 'abandon' | 'replay';

export async function say(
  session: Session,
  { verb, notificationId }: { readonly verb: Verb; readonly notificationId: string },
  { reason, json }: SayOptions,
): Promise<ExitCode> {
  if (reason?.trim() === '') throw usageFailure('--reason must not be empty');
  const found = await askNotifications(session, {
    ...{ method: 'POST', path: notificationPath(notificationId, `/${verb}`) },
    ...{ body: reason === undefined ? {} : { reason }, answer: notificationShape },
  });
  if (json === true) session.out.json(found);
  else session.out.line(notificationLine(found));
  return 0;
}

export interface ReplayOptions {
  readonly reason: string;
  readonly endpoint?: string;
  readonly all?: boolean;
  readonly status?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
  readonly limit?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addNotificationReplay(parent: Command, run: RunCommand): void {
  parent
    .command('replay')
    .description('Deliver notifications that ended once more, under the same webhook-id')
    .argument('[notificationId]', 'this one; or else those that the options say')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--endpoint <endpointId>', 'those to this endpoint')
    .option('--all', 'those to any endpoint of the tenant')
    .addOption(
      new Option('--status <status>', 'how they ended (default: RETRY_FAILED)').choices([
        ...['RETRY_FAILED', 'SUCCESS'],
      ]),
    )
    .option('--type <type>', 'only of events of this type')
    .option('--from <when>', 'made since: 2h, or 2026-01-31T12:00:00Z')
    .option('--to <when>', 'made before')
    .option('--tenant <tenant>', "whose; * for all (default: the platform's own)")
    .option('--limit <n>', 'the newest so many, at most 10000')
    .option('--dry-run', 'only say what there is')
    .option('--json', 'what became of them as JSON')
    .addHelpText(
      'after',
      examples(
        'notification replay 1c0f… --reason "they lost it"',
        'notification replay --endpoint ep_… --from 6h --dry-run --reason "they are back"',
      ),
    )
    .action((notificationId: string | undefined, options: ReplayOptions) =>
      run((session) => replayNotifications(session, notificationId, options)),
    );
}

const replayed = z.object({
  ...{ dryRun: z.boolean(), matched: z.number(), hasMore: z.boolean(), replayed: z.number() },
  ...{ refused: z.number(), notificationIds: z.array(z.string()) },
});

export async function replayNotifications(
  session: Session,
  notificationId: string | undefined,
  options: ReplayOptions,
): Promise<ExitCode> {
  const { reason, endpoint, all, status, type, tenant, dryRun, limit, json } = options;
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
  if (notificationId !== undefined) {
    if (dryRun === true)
      throw usageFailure('--dry-run is for several: notification show shows one');
    return say(session, { verb: 'replay', notificationId }, options);
  }
  if (endpoint === undefined && all !== true)
    throw usageFailure('name a notification, or --endpoint, or --all');
  if (limit !== undefined && !/^\d{1,5}$/.test(limit))
    throw usageFailure(`--limit is a whole number from 1 to 10000, not "${limit}"`);
  const times = { from: timeOption(options.from, '--from'), to: timeOption(options.to, '--to') };
  const given = { endpointId: endpoint, tenant, status, type, ...times, dryRun, reason };
  const found = await askNotifications(session, {
    ...{ method: 'POST', path: '/notifications/replay', timeoutMs: replayCallMs },
    ...{ body: limit === undefined ? given : { ...given, limit: Number(limit) }, answer: replayed },
  });
  const { out } = session;
  if (json === true) out.json(found);
  else {
    const more = found.hasMore ? ', and there are more' : '';
    out.line(
      found.dryRun
        ? `${found.matched} would be replayed${more}`
        : `${found.replayed} of ${found.matched} replayed, ${found.refused} refused${more}`,
    );
    if (found.dryRun) for (const id of found.notificationIds) out.line(`  ${id}`);
  }
  return 0;
}
