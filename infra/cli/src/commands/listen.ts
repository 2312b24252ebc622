import type { Command } from 'commander';
import { z } from 'zod';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, firstLine, usageFailure } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import { endpointShape, settingsShape, withSecret } from '../webhooks/endpoint-answers.ts';
import type { Delivery, Receiver } from '../webhooks/receiver.ts';
import { openReceiver } from '../webhooks/receiver.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { endpointPath } from './endpoint-set.ts';

export interface ListenOptions {
  readonly forwardTo?: string;
  readonly events?: readonly string[];
  readonly endpoint?: string;
  readonly tenant?: string;
  readonly port: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

const notes = `
Registers an endpoint of its own, whose URL leads to this command on this machine, and removes it at
Ctrl-C: it is delivered to as every endpoint is, retries and replays included. The notifications
process has to run on this machine and may call it where PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK is
set, as in the local stack.
--endpoint takes events, body and retries from an endpoint that there is, which is left as it is.
`;

export function addListen(program: Command, run: RunCommand): void {
  program
    .command('listen')
    .description('Receive notifications on this machine, and forward them to a program of yours')
    .option('--forward-to <url>', 'where each goes on to (default: it is answered with 200)')
    .option('--events <types...>', 'types of events (default: all)')
    .option('--endpoint <endpointId>', 'with the settings of this one')
    .option('--tenant <tenant>', "whose events (default: the platform's own)")
    .option('--port <n>', 'to listen on; 0 for a free one', '0')
    .option('--keep', 'do not remove the endpoint at the end')
    .option('--json', 'one JSON document a delivery')
    .addHelpText(
      'after',
      notes +
        examples(
          'listen --forward-to http://localhost:3000/hook',
          'listen --forward-to http://localhost:3000/hook --events payment.succeeded --tenant demo_app',
        ),
    )
    .action((options: ListenOptions) => run((session) => listen(session, options)));
}

/** Until Ctrl-C, which is its ordinary end. */
export async function listen(session: Session, options: ListenOptions): Promise<ExitCode> {
  const { out, signal } = session;
  const forwardTo = options.forwardTo ?? null;
  if (forwardTo !== null && !/^https?:\/\/[^\s]+$/.test(forwardTo))
    throw usageFailure(`--forward-to is a URL such as http://localhost:3000/hook: ${forwardTo}`);
  if (!/^\d{1,5}$/.test(options.port) || Number(options.port) > 65_535)
    throw usageFailure(`--port is 0 to 65535, not "${options.port}"`);
  let secret: string | null = null;
  const receiver = await opened(options, {
    forwardTo,
    secret: () => secret,
    onDelivery: (delivery) => {
      if (options.json === true) out.json(delivery);
      else for (const line of deliveryLines(delivery)) out.line(line);
    },
  });
  try {
    const endpoint = await register(session, options, receiver.url);
    ({ secret } = endpoint);
    const { endpointId, tenant } = endpoint;
    out.note(`endpoint ${endpointId} of ${tenant} at ${receiver.url}`);
    out.note(`secret ${endpoint.secret ?? ''}`);
    out.note(`forwarding to ${forwardTo ?? 'nobody: answering 200'}; Ctrl-C ends it`);
    await aborted(signal);
    if (options.keep === true) out.note(`${endpointId} is kept: plumbline endpoint remove`);
    else await remove(session, endpointId);
  } finally {
    await receiver.close();
  }
  return 0;
}

async function opened(
  options: ListenOptions,
  of: Omit<Parameters<typeof openReceiver>[0], 'port'>,
): Promise<Receiver> {
  try {
    return await openReceiver({ ...of, port: Number(options.port) });
  } catch (error) {
    throw new CliFailure(`cannot listen on port ${options.port}: ${firstLine(error)}`);
  }
}

/** Settings and tenant of the endpoint that was named; without one, all events. */
async function likeWhat(session: Session, { endpoint, tenant }: ListenOptions) {
  if (endpoint === undefined) return { like: { events: ['*'] }, tenant };
  const { tenant: owner, ...like } = await askNotifications(session, {
    ...{ method: 'GET', path: endpointPath(endpoint) },
    answer: settingsShape.extend({ tenant: z.string() }),
  });
  return { like, tenant: tenant ?? owner };
}

async function register(session: Session, options: ListenOptions, url: string) {
  const { events } = options;
  const { like, tenant } = await likeWhat(session, options);
  const body = {
    ...{ ...like, url, description: 'plumbline listen' },
    ...(events === undefined ? {} : { events }),
  };
  try {
    return await askNotifications(session, {
      ...{ method: 'POST', path: '/webhook-endpoints', body, answer: withSecret },
      query: { tenant },
    });
  } catch (error) {
    if (!(error instanceof CliFailure && error.message.startsWith('URL_NOT_ALLOWED'))) throw error;
    throw new CliFailure(
      `${error.message}\nThe notifications process may not call this machine. In the local stack it ` +
        'may; elsewhere set PLUMBLINE_NOTIFICATION_ALLOW_LOOPBACK=true for it, on this machine and ' +
        'for trying things out only, or register a public URL that leads here.',
    );
  }
}

/** Ctrl-C is what it runs after. */
async function remove(session: Session, endpointId: string): Promise<void> {
  try {
    await askNotifications(session, {
      ...{ method: 'DELETE', path: endpointPath(endpointId), answer: endpointShape },
      interruptible: false,
    });
    session.out.note(`${endpointId} is removed`);
  } catch (error) {
    const why = firstLine(error);
    session.out.note(`${endpointId} is not removed: ${why}; plumbline endpoint remove does it`);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const onAbort = (): void => {
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });

export function deliveryLines(delivery: Delivery): readonly string[] {
  const { atMs, type, webhookId, time, status, durationMs } = delivery;
  const at = new Date(atMs).toISOString().slice(11, 23);
  const line =
    `${at} ${type ?? '(flat)'} ${webhookId ?? '(no webhook-id)'} time ${time}: ` +
    `${status} in ${durationMs} ms`;
  return [
    line,
    ...(delivery.signatureProblem === null ? [] : [`  WRONG: ${delivery.signatureProblem}`]),
    ...(delivery.forwardProblem === null ? [] : [`  not forwarded: ${delivery.forwardProblem}`]),
  ];
}
