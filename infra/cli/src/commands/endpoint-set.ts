import type { Command } from 'commander';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import type { ShownEndpoint } from '../webhooks/endpoint-answers.ts';
import { endpointShape, settingsShape, withSecret } from '../webhooks/endpoint-answers.ts';
import type { SettingsOptions } from '../webhooks/settings-options.ts';
import { addSettingsOptions, settingsGiven } from '../webhooks/settings-options.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

interface Json {
  readonly json?: boolean;
}

export interface RegisterOptions extends SettingsOptions, Json {
  readonly url: string;
  readonly tenant?: string;
  readonly key?: string;
}

export const endpointPath = (endpointId: string, rest = ''): string =>
  `/webhook-endpoints/${encodeURIComponent(endpointId)}${rest}`;

export const endpointLine = ({ endpointId, status, url, events, reason }: ShownEndpoint): string =>
  `${endpointId} is ${status}${reason === null ? '' : ` (${reason})`}: ${events.join(', ')} to ${url}`;

export function addEndpointRegister(parent: Command, run: RunCommand): void {
  addSettingsOptions(
    parent
      .command('register')
      .description('Register an endpoint; its secret is shown this once')
      .requiredOption('--url <url>', 'where notifications are posted to'),
  )
    .option('--tenant <tenant>', "whose it is (default: the platform's own, or the API key's app)")
    .option('--key <text>', 'a repeat with the same one registers nothing more')
    .option('--json', 'the endpoint with its secret as JSON')
    .addHelpText(
      'after',
      examples(
        'endpoint register --url https://shop.example/hook --events payment.succeeded refund.succeeded',
        'endpoint register --url https://shop.example/hook --intervals 10s,30s,2m --tenant demo_app',
        'endpoint register --url https://shop.example/hook --template body.json --template ALIPAY=alipay.form',
      ),
    )
    .action((options: RegisterOptions) => run((session) => registerEndpoint(session, options)));
}

export async function registerEndpoint(
  session: Session,
  options: RegisterOptions,
): Promise<ExitCode> {
  const { out } = session;
  const endpoint = await askNotifications(session, {
    ...{ method: 'POST', path: '/webhook-endpoints', query: { tenant: options.tenant } },
    body: { events: ['*'], ...(await settingsGiven(options)) },
    headers: options.key === undefined ? {} : { 'Idempotency-Key': options.key },
    answer: withSecret,
  });
  if (options.json === true) {
    out.json(endpoint);
    return 0;
  }
  out.line(endpointLine(endpoint));
  sayOfSecret(session, endpoint.secret);
  return 0;
}

export function sayOfSecret({ out }: Session, secret: string | null): void {
  if (secret === null) {
    out.note(
      'It was registered before: its secret was shown then (endpoint rotate makes another).',
    );
    return;
  }
  out.line(`secret ${secret}`);
  out.note('It is shown this once: put it where signatures are verified.');
}

export interface ChangeOptions extends SettingsOptions, Json {}

export function addEndpointChange(parent: Command, run: RunCommand): void {
  addSettingsOptions(
    parent
      .command('change')
      .description('Change settings of an endpoint; what is not named stays as it is')
      .argument('<endpointId>', 'as endpoint list shows it')
      .option('--url <url>', 'where notifications are posted to'),
  )
    .option('--json', 'the endpoint as JSON')
    .addHelpText(
      'after',
      examples(
        'endpoint change ep_… --events "*" --rate 50',
        'endpoint change ep_… --intervals default --in-order no',
      ),
    )
    .action((endpointId: string, options: ChangeOptions) =>
      run((session) => changeEndpoint(session, endpointId, options)),
    );
}

export async function changeEndpoint(
  session: Session,
  endpointId: string,
  options: ChangeOptions,
): Promise<ExitCode> {
  const given = await settingsGiven(options);
  if (Object.keys(given).length === 0) throw usageFailure('nothing to change: see --help');
  const path = endpointPath(endpointId);
  const before = await askNotifications(session, { method: 'GET', path, answer: settingsShape });
  const endpoint = await askNotifications(session, {
    ...{ method: 'PUT', path, body: { ...before, ...given }, answer: endpointShape },
  });
  if (options.json === true) session.out.json(endpoint);
  else session.out.line(endpointLine(endpoint));
  return 0;
}
