import type { Command } from 'commander';
import type { AccountOptions } from '../monitor/account-options.ts';
import {
  accountNamed,
  accountPath,
  addAccountOptions,
  channelGiven,
  settingsGiven,
} from '../monitor/account-options.ts';
import type { AccountChannel } from '../monitor/monitor-answers.ts';
import { accountShape } from '../monitor/monitor-answers.ts';
import { askMonitor } from '../session/ask-monitor.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { sayAccount } from './monitor-account-look.ts';

export interface RegisterAccountOptions extends AccountOptions {
  readonly name: string;
  readonly currency?: string;
  readonly json?: boolean;
}

export function addMonitorAccountRegister(parent: Command, run: RunCommand): void {
  addAccountOptions(
    parent
      .command('register')
      .description('Register an account that people pay into; the same again changes nothing')
      .argument('<account>', 'pid and aid, as 1000.1')
      .requiredOption('--name <name>', 'for people')
      .option('--currency <code>', 'of its money (default: CNY)'),
  )
    .option('--json', 'the account as JSON')
    .addHelpText(
      'after',
      examples(
        'monitor accounts register 1000.7 --name "Till" --channel cid=2,type=wxpay,channel=wxpay1#1007,pattern=1',
        'monitor accounts register 1000.8 --name "Stall" --channel cid=1,type=alipay,channel=ali1 --offsets 20 --offset-step 0.01',
      ),
    )
    .action((account: string, options: RegisterAccountOptions) =>
      run((session) => registerAccount(session, account, options)),
    );
}

export async function registerAccount(
  session: Session,
  account: string,
  options: RegisterAccountOptions,
): Promise<ExitCode> {
  const { name, currency, channel = [] } = options;
  const settings = settingsGiven(options);
  const registered = await askMonitor(session, {
    ...{ method: 'POST', path: '/accounts', answer: accountShape },
    body: {
      ...{ ...accountNamed(account), name, channels: channel.map(channelGiven) },
      ...(currency === undefined ? {} : { currency }),
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
    },
  });
  sayAccount(session, registered, options.json === true);
  return 0;
}

export interface ChangeAccountOptions extends AccountOptions {
  readonly dropChannel?: readonly string[];
  readonly json?: boolean;
}

export function addMonitorAccountChange(parent: Command, run: RunCommand): void {
  addAccountOptions(
    parent
      .command('change')
      .description('Change an account; what is not named stays as it is')
      .argument('<account>', 'pid and aid, as 1000.1')
      .option('--name <name>', 'for people')
      .option('--drop-channel <cids...>', 'channels that it has no more'),
  )
    .option('--json', 'the account as JSON')
    .addHelpText(
      'after',
      examples(
        'monitor accounts change 1000.7 --channel cid=2,enabled=no',
        'monitor accounts change 1000.7 --offsets 50 --late 12h',
      ),
    )
    .action((account: string, options: ChangeAccountOptions) =>
      run((session) => changeAccount(session, account, options)),
    );
}

export async function changeAccount(
  session: Session,
  account: string,
  options: ChangeAccountOptions,
): Promise<ExitCode> {
  const { name, channel = [], dropChannel = [] } = options;
  const settings = settingsGiven(options);
  const given = channel.map(channelGiven);
  if (name === undefined && given.length + dropChannel.length + Object.keys(settings).length === 0)
    throw usageFailure('nothing to change: see --help');
  const path = accountPath(accountNamed(account));
  const before = await askMonitor(session, { method: 'GET', path, answer: accountShape });
  const changed = await askMonitor(session, {
    ...{ method: 'PUT', path, answer: accountShape },
    body: {
      name: name ?? before.name,
      channels: channelsAfter(before.channels, { given, dropped: dropChannel }),
      settings: { ...before.settings, ...settings },
    },
  });
  sayAccount(session, changed, options.json === true);
  return 0;
}

/** Fields of a channel that there is replace its own; one that there is not is added. */
function channelsAfter(
  before: readonly AccountChannel[],
  of: { given: readonly ReturnType<typeof channelGiven>[]; dropped: readonly string[] },
): readonly object[] {
  const channels = new Map<string, object>(before.map((channel) => [channel.cid, channel]));
  for (const cid of of.dropped)
    if (!channels.delete(cid)) throw usageFailure(`--drop-channel: there is no channel ${cid}`);
  for (const channel of of.given)
    channels.set(channel.cid, { ...channels.get(channel.cid), ...channel });
  return [...channels.values()];
}

export function addMonitorAccountSay(parent: Command, run: RunCommand): void {
  parent
    .command('pause')
    .description('Send no more orders to an account; those that wait go on waiting')
    .argument('<account>', 'pid and aid, as 1000.1')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'the account as JSON')
    .addHelpText('after', examples('monitor accounts pause 1000.7 --reason "limit reached"'))
    .action((account: string, options: PauseOptions) =>
      run((session) => pauseOrResume(session, account, options)),
    );
  parent
    .command('resume')
    .description('Send orders to it again')
    .argument('<account>', 'pid and aid, as 1000.1')
    .option('--json', 'the account as JSON')
    .addHelpText('after', examples('monitor accounts resume 1000.7'))
    .action((account: string, options: PauseOptions) =>
      run((session) => pauseOrResume(session, account, options)),
    );
}

interface PauseOptions {
  /** None: it is resumed. */
  readonly reason?: string;
  readonly json?: boolean;
}

export async function pauseOrResume(
  session: Session,
  account: string,
  { reason, json }: PauseOptions,
): Promise<ExitCode> {
  const named = accountNamed(account);
  const changed = await askMonitor(session, {
    ...{ method: 'POST', answer: accountShape },
    ...(reason === undefined
      ? { path: accountPath(named, '/resume') }
      : { path: accountPath(named, '/pause'), body: { reason } }),
  });
  sayAccount(session, changed, json === true);
  return 0;
}
