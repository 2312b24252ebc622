import { formatMajor, parseMajor } from '@plumbline/kernel';
import type { Command } from 'commander';
import { durationOption } from '../format/duration.ts';
import { usageFailure } from '../session/failure.ts';
import type { AccountChannel, AccountSettings } from './monitor-answers.ts';

/** A receiving account as it is named on the command line. */
export interface AccountName {
  readonly pid: string;
  readonly aid: string;
}

const form = /^([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{1,32})$/;

/** `1000.1`. Errors: CliFailure for anything else. */
export function accountNamed(text: string): AccountName {
  const [, pid, aid] = form.exec(text) ?? [];
  if (pid === undefined || aid === undefined)
    throw usageFailure(`an account is named by its pid and aid, as 1000.1, not "${text}"`);
  return { pid, aid };
}

export const accountPath = (account: AccountName, rest = ''): string =>
  `/accounts/${account.pid}/${account.aid}${rest}`;

/** An amount as it is written, with all digits of its currency. */
export function amountText(amount: number, currency: string): string {
  const minor = parseMajor(String(amount), currency);
  return `${typeof minor === 'bigint' ? formatMajor(minor, currency) : String(amount)} ${currency}`;
}

/** Options of what an account is registered and changed with. */
export interface AccountOptions {
  readonly name?: string;
  readonly channel?: readonly string[];
  readonly offsets?: string;
  readonly offsetStep?: string;
  readonly offsetDown?: boolean;
  readonly offsetUp?: boolean;
  readonly settle?: string;
  readonly late?: string;
}

const collected = (given: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  given,
];

export const addAccountOptions = (command: Command): Command =>
  command
    .option(
      '--channel <fields>',
      'cid=…,type=…,channel=…[,pattern=0|1][,enabled=yes|no][,payUrl=…]; may be repeated',
      collected,
    )
    .option('--offsets <n>', 'steps by which amounts may differ to be told apart; 0: none')
    .option('--offset-step <amount>', 'a step, in major units, such as 0.01')
    .option('--offset-up', 'payers pay more by the steps')
    .option('--offset-down', 'payers pay less by the steps')
    .option('--settle <duration>', 'how long an amount is kept free after its order ended')
    .option('--late <duration>', 'how long after its end an order still takes money');

const fieldNames = ['cid', 'type', 'channel', 'pattern', 'enabled', 'payUrl'] as const;

/** Fields of a channel; those that were not named are not in it. A payUrl may have commas. */
export function channelGiven(text: string): Partial<AccountChannel> & { readonly cid: string } {
  const parts = text.split(new RegExp(`,(?=(?:${fieldNames.join('|')})=)`));
  const fields = new Map(
    parts.map((part): [string, string] => {
      const at = part.indexOf('=');
      const name = part.slice(0, Math.max(at, 0));
      if (!(fieldNames as readonly string[]).includes(name))
        throw usageFailure(`--channel: "${part}" is none of ${fieldNames.join('=, ')}=`);
      return [name, part.slice(at + 1)];
    }),
  );
  const cid = fields.get('cid');
  if (cid === undefined) throw usageFailure(`--channel: which? cid= is missing in "${text}"`);
  const [pattern, enabled, payUrl] = [
    fields.get('pattern'),
    fields.get('enabled'),
    fields.get('payUrl'),
  ];
  if (pattern !== undefined && !/^[01]$/.test(pattern))
    throw usageFailure(`--channel: pattern is 0 or 1, not "${pattern}"`);
  if (enabled !== undefined && !/^(yes|no)$/.test(enabled))
    throw usageFailure(`--channel: enabled is yes or no, not "${enabled}"`);
  return defined({
    ...{ cid, type: fields.get('type'), channel: fields.get('channel') },
    pattern: pattern === undefined ? undefined : Number(pattern),
    enabled: enabled === undefined ? undefined : enabled === 'yes',
    payUrl: payUrl === '' ? null : payUrl,
  }) as Partial<AccountChannel> & { readonly cid: string };
}

/** The settings that options say. */
export function settingsGiven(
  options: AccountOptions,
): Partial<Omit<AccountSettings, 'offsetStep'> & { offsetStep: string }> {
  const { offsets, offsetStep, offsetUp, offsetDown, settle, late } = options;
  if (offsetUp === true && offsetDown === true)
    throw usageFailure('--offset-up or --offset-down, not both');
  if (offsets !== undefined && !/^\d{1,4}$/.test(offsets))
    throw usageFailure(`--offsets is a whole number, not "${offsets}"`);
  if (offsetStep !== undefined && !/^\d{1,9}(\.\d{1,4})?$/.test(offsetStep))
    throw usageFailure(`--offset-step is an amount such as 0.01, not "${offsetStep}"`);
  const isUp = offsetUp === true ? true : offsetDown === true ? false : undefined;
  return defined({
    ...{ offsetsMax: offsets === undefined ? undefined : Number(offsets), offsetStep },
    ...{ offsetUp: isUp, settleSeconds: secondsOf(settle, '--settle') },
    lateSeconds: secondsOf(late, '--late'),
  });
}

function secondsOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = durationOption(text, name);
  if (ms % 1_000 !== 0) throw usageFailure(`${name} is whole seconds, not "${text}"`);
  return ms / 1_000;
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without what is undefined: it was not given. */
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
