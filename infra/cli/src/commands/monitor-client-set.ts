import type { Command } from 'commander';
import { durationOption } from '../format/duration.ts';
import { tableLines } from '../format/table.ts';
import type { ShownClient } from '../monitor/monitor-answers.ts';
import {
  clientList,
  clientShape,
  registeredClient,
  rotatedKey,
} from '../monitor/monitor-answers.ts';
import { askMonitor } from '../session/ask-monitor.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

interface Json {
  readonly json?: boolean;
}

export interface ClientName {
  readonly pid: string;
  readonly clientId: string;
}

const pathOf = ({ pid, clientId }: ClientName, rest = ''): string =>
  `/clients/${encodeURIComponent(pid)}/${encodeURIComponent(clientId)}${rest}`;

const clientLine = ({ pid, clientId, name, aids, status, reason }: ShownClient): string =>
  `${clientId} of ${pid} is ${status}${reason === null ? '' : ` (${reason})`}: ${name}, ` +
  `reports for ${aids.length === 0 ? 'every account' : aids.join(', ')}`;

const sayClient = ({ out }: Session, client: ShownClient, { json }: Json): void => {
  if (json === true) out.json(client);
  else out.line(clientLine(client));
};

export interface ClientListOptions extends Json {
  readonly pid?: string;
}

export function addMonitorClientList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('List monitor clients, without their secrets')
    .option('--pid <pid>', 'those of one merchant')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('monitor clients list --pid 1000'))
    .action((options: ClientListOptions) => run((session) => listClients(session, options)));
}

const clientsOf = async (session: Session, pid: string | undefined) => {
  const call = { method: 'GET', path: '/clients', query: { pid }, answer: clientList } as const;
  return (await askMonitor(session, call)).clients;
};

export async function listClients(session: Session, options: ClientListOptions): Promise<ExitCode> {
  const clients = await clientsOf(session, options.pid);
  const { out } = session;
  if (options.json === true) out.json(clients);
  else if (clients.length === 0) out.note('no clients');
  else {
    const columns = ['client', 'pid', 'status', 'accounts', 'keys', 'name'];
    const cells = clients.map((each) => [
      ...[each.clientId, each.pid, each.status, each.aids.join(',') || 'all'],
      ...[each.keys.map(keyText).join(', '), each.name],
    ]);
    for (const line of tableLines(columns, cells)) out.line(line);
  }
  return 0;
}

const keyText = ({ keyId, expiresAt }: ShownClient['keys'][number]): string =>
  expiresAt === null ? keyId : `${keyId} until ${expiresAt}`;

export interface RegisterClientOptions extends Json {
  readonly pid: string;
  readonly clientId?: string;
  readonly name: string;
  readonly aid?: readonly string[];
}

export function addMonitorClientRegister(parent: Command, run: RunCommand): void {
  parent
    .command('register')
    .description('Register a client that reports money; its secret and token are shown this once')
    .requiredOption('--pid <pid>', 'of which merchant')
    .option('--client-id <id>', 'mc_…; the merchant itself unless given')
    .requiredOption('--name <name>', 'for people')
    .option('--aid <aids...>', 'accounts it may report for (default: all of the merchant)')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples('monitor clients register --pid 1000 --client-id mc_till --name "Till" --aid 7'),
    )
    .action((options: RegisterClientOptions) => run((session) => registerClient(session, options)));
}

export async function registerClient(
  session: Session,
  options: RegisterClientOptions,
): Promise<ExitCode> {
  const { pid, clientId, name, aid } = options;
  const registered = await askMonitor(session, {
    ...{ method: 'POST', path: '/clients', answer: registeredClient },
    body: {
      ...{ pid, name },
      ...(clientId === undefined ? {} : { clientId }),
      ...(aid === undefined ? {} : { aids: aid }),
    },
  });
  const { out } = session;
  if (options.json === true) {
    out.json(registered);
    return 0;
  }
  const { secret, token } = registered;
  if (secret === null || token === null) {
    out.note(`${registered.clientId} was registered before: its secret was shown then`);
    out.note(`plumbline monitor clients rotate ${pid} ${registered.clientId} makes another`);
    return 0;
  }
  out.line(`client ${registered.clientId}`);
  sayKey(session, { secret, token });
  return 0;
}

function sayKey({ out }: Session, { secret, token }: { secret: string; token: string }): void {
  out.line(`secret ${secret}`);
  out.line(`token ${token}`);
  out.note('They are shown this once: put one of them where the client runs.');
}

export interface ChangeClientOptions extends Json {
  readonly name?: string;
  readonly aid?: readonly string[];
  readonly everyAccount?: boolean;
}

/** Adds a command about one client. */
const about = (parent: Command, verb: string, description: string): Command =>
  parent
    .command(verb)
    .description(description)
    .argument('<pid>', 'of which merchant')
    .argument('<clientId>', 'as monitor clients list shows it')
    .option('--json', 'as JSON');

export function addMonitorClientChange(parent: Command, run: RunCommand): void {
  about(parent, 'change', 'Change name and accounts of a client; what is not named stays')
    .option('--name <name>', 'for people')
    .option('--aid <aids...>', 'accounts it may report for')
    .option('--every-account', 'it may report for all of the merchant')
    .addHelpText('after', examples('monitor clients change 1000 mc_till --aid 7 8'))
    .action((pid: string, clientId: string, options: ChangeClientOptions) =>
      run((session) => changeClient(session, { pid, clientId }, options)),
    );
}

export async function changeClient(
  session: Session,
  client: ClientName,
  options: ChangeClientOptions,
): Promise<ExitCode> {
  const { name, aid, everyAccount = false } = options;
  if (aid !== undefined && everyAccount) throw usageFailure('--aid or --every-account, not both');
  if (name === undefined && aid === undefined && !everyAccount)
    throw usageFailure('nothing to change: see --help');
  const all = await clientsOf(session, client.pid);
  const before = all.find(({ clientId }) => clientId === client.clientId);
  if (before === undefined)
    throw new CliFailure(`there is no client ${client.clientId} of ${client.pid}`);
  const aids = everyAccount ? [] : (aid ?? before.aids);
  const changed = await askMonitor(session, {
    ...{ method: 'PUT', path: pathOf(client), answer: clientShape },
    body: { name: name ?? before.name, aids },
  });
  sayClient(session, changed, options);
  return 0;
}

export interface RotateClientOptions extends Json {
  readonly overlap: string;
}

export function addMonitorClientRotate(parent: Command, run: RunCommand): void {
  about(parent, 'rotate', 'Make another key, shown this once; those before it end after a while')
    .option('--overlap <duration>', 'how long those before are good as well, up to 30d', '24h')
    .addHelpText(
      'after',
      examples(
        'monitor clients rotate 1000 mc_till',
        'monitor clients rotate 1000 1000 --overlap 0s',
      ),
    )
    .action((pid: string, clientId: string, options: RotateClientOptions) =>
      run((session) => rotateClient(session, { pid, clientId }, options)),
    );
}

export async function rotateClient(
  session: Session,
  client: ClientName,
  options: RotateClientOptions,
): Promise<ExitCode> {
  const overlapSeconds = Math.ceil(durationOption(options.overlap, '--overlap') / 1_000);
  const rotated = await askMonitor(session, {
    ...{ method: 'POST', path: pathOf(client, '/rotate'), answer: rotatedKey },
    body: { overlapSeconds },
  });
  if (options.json === true) {
    session.out.json(rotated);
    return 0;
  }
  sayKey(session, rotated);
  const { overlapUntil } = rotated;
  session.out.note(
    overlapUntil === null
      ? 'Those before it are good no more.'
      : `Those before it are good until ${overlapUntil}.`,
  );
  return 0;
}

export interface RevokeClientOptions extends Json {
  readonly reason: string;
}

export function addMonitorClientRevoke(parent: Command, run: RunCommand): void {
  about(parent, 'revoke', 'End all that a client may do, for good')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .addHelpText('after', examples('monitor clients revoke 1000 mc_till --reason "phone lost"'))
    .action((pid: string, clientId: string, options: RevokeClientOptions) =>
      run((session) => revokeClient(session, { pid, clientId }, options)),
    );
}

export async function revokeClient(
  session: Session,
  client: ClientName,
  options: RevokeClientOptions,
): Promise<ExitCode> {
  const revoked = await askMonitor(session, {
    ...{ method: 'POST', path: pathOf(client, '/revoke'), answer: clientShape },
    body: { reason: options.reason },
  });
  sayClient(session, revoked, options);
  return 0;
}
