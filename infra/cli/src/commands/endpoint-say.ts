import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { testEveryMs, testWaitSeconds } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import type { NotificationDetail } from '../webhooks/endpoint-answers.ts';
import {
  attemptText,
  endpointShape,
  notificationDetail,
  notificationShape,
  withSecret,
} from '../webhooks/endpoint-answers.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { endpointLine, endpointPath, sayOfSecret } from './endpoint-set.ts';

interface SayOptions {
  readonly reason?: string;
  readonly json?: boolean;
}

type Verb = 'pause' | 'resume' | 'remove';

const descriptions: Readonly<Record<Verb, string>> = {
  pause: 'Have notifications to an endpoint wait',
  resume: 'Have it take them again: one that was paused, or said that it is gone',
  remove: 'Remove it for good; its secrets are forgotten, what waits for it is given up',
};

export function addEndpointSay(parent: Command, run: RunCommand): void {
  for (const verb of ['pause', 'resume', 'remove'] as const) {
    const command = parent
      .command(verb)
      .description(descriptions[verb])
      .argument('<endpointId>', 'as endpoint list shows it')
      .option('--json', 'the endpoint as JSON')
      .addHelpText('after', examples(`endpoint ${verb} ep_…`));
    if (verb === 'pause') command.option('--reason <text>', 'why; it stays in the log');
    command.action((endpointId: string, options: SayOptions) =>
      run((session) => sayOfEndpoint(session, { verb, endpointId }, options)),
    );
  }
}

export async function sayOfEndpoint(
  session: Session,
  { verb, endpointId }: { readonly verb: Verb; readonly endpointId: string },
  { reason, json }: SayOptions,
): Promise<ExitCode> {
  const endpoint = await askNotifications(session, {
    ...(verb === 'remove'
      ? { method: 'DELETE', path: endpointPath(endpointId) }
      : { method: 'POST', path: endpointPath(endpointId, `/${verb}`) }),
    ...(verb === 'pause' ? { body: { reason: reason ?? null } } : {}),
    answer: endpointShape,
  });
  if (json === true) session.out.json(endpoint);
  else session.out.line(endpointLine(endpoint));
  return 0;
}

export interface RotateOptions {
  readonly overlapHours: string;
  readonly json?: boolean;
}

export function addEndpointRotate(parent: Command, run: RunCommand): void {
  parent
    .command('rotate')
    .description('Make a new secret, shown this once; the one before signs as well for some hours')
    .argument('<endpointId>', 'as endpoint list shows it')
    .option('--overlap-hours <n>', 'how long both sign, 0 to 168', '24')
    .option('--json', 'the endpoint with its secret as JSON')
    .addHelpText(
      'after',
      examples('endpoint rotate ep_…', 'endpoint rotate ep_… --overlap-hours 0'),
    )
    .action((endpointId: string, options: RotateOptions) =>
      run((session) => rotateSecret(session, endpointId, options)),
    );
}

export async function rotateSecret(
  session: Session,
  endpointId: string,
  options: RotateOptions,
): Promise<ExitCode> {
  const { overlapHours } = options;
  if (!/^\d{1,3}$/.test(overlapHours) || Number(overlapHours) > 168)
    throw usageFailure(`--overlap-hours is a whole number from 0 to 168, not "${overlapHours}"`);
  const endpoint = await askNotifications(session, {
    ...{ method: 'POST', path: endpointPath(endpointId, '/rotate-secret'), answer: withSecret },
    body: { overlapHours: Number(overlapHours) },
  });
  if (options.json === true) session.out.json(endpoint);
  else sayOfSecret(session, endpoint.secret);
  return 0;
}

export interface TestOptions {
  readonly wait: string;
  readonly json?: boolean;
}

export function addEndpointTest(parent: Command, run: RunCommand): void {
  parent
    .command('test')
    .description('Send an endpoint.test event, and say what the endpoint answered')
    .argument('<endpointId>', 'as endpoint list shows it')
    .option('--wait <seconds>', 'for the answer to the first attempt', String(testWaitSeconds))
    .option('--json', 'the notification with its attempts as JSON')
    .addHelpText('after', examples('endpoint test ep_…'))
    .action((endpointId: string, options: TestOptions) =>
      run((session) => testEndpoint(session, endpointId, options)),
    );
}

/** Exit code 0 for a test that was delivered, 1 for one that failed or took too long. */
export async function testEndpoint(
  session: Session,
  endpointId: string,
  options: TestOptions,
): Promise<ExitCode> {
  const seconds = Number(options.wait);
  if (!/^\d{1,4}$/.test(options.wait)) throw usageFailure('--wait is a whole number of seconds');
  const { notificationId } = await askNotifications(session, {
    ...{ method: 'POST', path: endpointPath(endpointId, '/test'), answer: notificationShape },
  });
  const path = `/notifications/${notificationId}`;
  const untilMs = performance.now() + seconds * 1_000;
  const read = () => askNotifications(session, { method: 'GET', path, answer: notificationDetail });
  let found = await readSoon(read, untilMs);
  while (outcomeOf(found) === null && performance.now() < untilMs) {
    await sleep(testEveryMs, undefined, { signal: session.signal });
    found = await readSoon(read, untilMs);
  }
  const outcome = outcomeOf(found);
  if (options.json === true) session.out.json(found);
  else session.out.line(`${notificationId} ${lineOf(found)}`);
  if (outcome === null) session.out.note(`later: plumbline notification show ${notificationId}`);
  return outcome === 'DELIVERED' ? 0 : 1;
}

/** The read model shows a new notification a moment later. */
async function readSoon<T>(read: () => Promise<T>, untilMs: number): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const isEarly = error instanceof Error && error.message.startsWith('NOTIFICATION_NOT_FOUND');
      if (!isEarly || performance.now() >= untilMs) throw error;
      await sleep(testEveryMs);
    }
  }
}

const outcomeOf = ({ attempts }: NotificationDetail): string | null =>
  attempts.find(({ attempt }) => attempt === 1)?.outcome ?? null;

function lineOf({ notificationStatus, attempts }: NotificationDetail): string {
  const [first] = attempts;
  const answered = first?.response ?? null;
  const said = answered === null ? '' : `; it said ${JSON.stringify(answered.slice(0, 200))}`;
  return first === undefined ? notificationStatus : `${attemptText(first)}${said}`;
}
