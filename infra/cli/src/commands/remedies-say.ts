import { deskKeyOf } from '@plumbline/alert-desk';
import type {
  CommandOutcome,
  DesksCommand,
  MoneyLimit,
  PolicyRemedy,
  RemediesCommand,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import { isCurrencyCode, parseMajor, routingKey } from '@plumbline/kernel';
import type { Command } from 'commander';
import { Option } from 'commander';
import { z } from 'zod';
import { askQueries } from '../session/ask-queries.ts';
import { ask } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

interface SayOptions {
  readonly reason: string;
  readonly json?: boolean;
}

type Saying = Exclude<RemediesCommand['type'], 'RecordLeave' | 'RecordLingering'>;

const sayings: readonly (readonly [verb: string, type: Saying, description: string])[] = [
  ['approve', 'ApproveRemedy', 'Let a remedy start that waits for a person'],
  ['reject', 'RejectRemedy', 'Say that a remedy that waits is not to start'],
];

/** Whose the alerts of channels are: a channel serves all tenants. */
const tenantOfChannels = 'platform';

const tenantOf = (session: Session, rule: string | null, tenant: string | undefined): string =>
  tenant ?? (rule === 'W' ? tenantOfChannels : session.config.PLUMBLINE_TENANT);

/** What is the remedy of a rule. */
const remedyOf: Readonly<Record<string, PolicyRemedy>> = {
  ...{ A: 'COMPLETE_ORDER', C: 'REFUND', G: 'REFUND_SECOND', K: 'REFUND' },
  ...{ M: 'QUERY_PAYMENT', P: 'QUERY_PAYMENT', R: 'PUSH_CHECKOUT', U: 'TELL_AGAIN' },
  W: 'SWEEP_CHANNEL',
};

const modes = ['OBSERVE', 'PROPOSE', 'ACT'] as const;

export interface PolicyOptions extends SayOptions {
  readonly rule: string;
  readonly mode: (typeof modes)[number];
  readonly perHour: string;
  readonly limit?: readonly string[];
  readonly dryRun?: boolean;
  readonly tenant?: string;
}

export function addRemediesSay(remedies: Command, run: RunCommand): void {
  for (const [verb, type, description] of sayings) {
    remedies
      .command(verb)
      .description(description)
      .argument('<remedyId>', 'id of the remedy, as remedies list shows it')
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'the outcome as JSON')
      .addHelpText('after', examples(`remedies ${verb} 2f0c… --reason "asked the bank"`))
      .action((remedyId: string, options: SayOptions) =>
        run((session) => sayOfRemedy(session, { type, remedyId }, options)),
      );
  }
  addSetPolicy(remedies, run);
  for (const verb of ['stop', 'resume'] as const) {
    remedies
      .command(verb)
      .description(
        verb === 'stop'
          ? 'Let nothing start any more, of one rule or of all: when this returns, nothing does'
          : 'Let remedies start again',
      )
      .option('--rule <rule>', 'only of this rule; all rules unless given')
      .option(
        '--tenant <tenant>',
        'whose alone; unless given that of the environment, platform for rule W, and both where ' +
          'no rule is given',
      )
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'the outcome as JSON; of two tenants, by tenant')
      .addHelpText(
        'after',
        examples(
          `remedies ${verb} --reason "the gateway is ill"`,
          `remedies ${verb} --rule C --reason "look at these first"`,
        ),
      )
      .action((options: SayOptions & { readonly rule?: string; readonly tenant?: string }) =>
        run((session) => switchRemedies(session, verb, options)),
      );
  }
}

function addSetPolicy(remedies: Command, run: RunCommand): void {
  remedies
    .command('set-policy')
    .description('Set what is done about the alerts of a rule, and within which limits')
    .addOption(
      new Option('--rule <rule>', 'which rule')
        .choices(Object.keys(remedyOf))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--mode <mode>', 'nothing, what a person approves, or what the limits allow')
        .choices(modes)
        .makeOptionMandatory(),
    )
    .option('--per-hour <n>', 'the most that start within a clock hour', '0')
    .option(
      '--limit <currency:each:hour:two,…>',
      'per currency, in major units: the most of one, the most of an hour, and above which two ' +
        'persons approve',
    )
    .option('--dry-run', 'decide everything, and send nothing')
    .option(
      '--tenant <tenant>',
      'whose; that of the environment unless given, and platform for rule W',
    )
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      examples(
        'remedies set-policy --rule C --mode ACT --per-hour 20 --limit JPY:5000:50000:2000 ' +
          '--dry-run --reason "a week to look at it"',
        'remedies set-policy --rule R --mode ACT --per-hour 100 --reason "pushing does no harm"',
        'remedies set-policy --rule C --mode OBSERVE --reason "back to nothing"',
      ),
    )
    .action((options: Omit<PolicyOptions, 'limit'> & { readonly limit?: string }) =>
      run((session) =>
        setPolicy(session, {
          ...options,
          ...(options.limit === undefined
            ? { limit: [] }
            : { limit: options.limit.split(',').map((each) => each.trim()) }),
        }),
      ),
    );
}

const shown = z.object({ tenant: z.string(), orderNo: z.string() });
const answered = z.object({ status: z.string() }).loose();

function checkReason(reason: string): void {
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
}

/** Whose remedy it is the queries service says; what is decided about it, the task that has it. */
export async function sayOfRemedy(
  session: Session,
  { type, remedyId }: { readonly type: Saying; readonly remedyId: string },
  { reason, json }: SayOptions,
): Promise<ExitCode> {
  checkReason(reason);
  const path = `/remedies/${encodeURIComponent(remedyId)}`;
  const { tenant, orderNo } = await askQueries(session, path, shown);
  const outcome = await ask(session, {
    commandsTopic: topics.remediesCommands.name,
    outcomesTopic: topics.remediesOutcomes.name,
    ...{ key: routingKey(tenant, orderNo), subject: remedyId, decider: 'alert-desk' },
    payload: { type, data: { remedyId, reason } },
  });
  if (json === true) {
    session.out.json(outcome);
    return 0;
  }
  const { status } = answered.parse(JSON.parse(outcome.answer ?? 'null'));
  const was = outcome.status === 'UNCHANGED' ? ' already' : '';
  session.out.line(`remedy ${remedyId} of order ${orderNo} is ${status}${was}`);
  return 0;
}

export async function setPolicy(session: Session, options: PolicyOptions): Promise<ExitCode> {
  const { rule, mode, perHour, limit = [], dryRun = false, reason, json } = options;
  checkReason(reason);
  if (!/^\d{1,6}$/.test(perHour)) throw usageFailure(`--per-hour is a number, not "${perHour}"`);
  const remedy = remedyOf[rule];
  if (remedy === undefined) throw usageFailure(`rule ${rule} has no remedy`);
  const tenant = tenantOf(session, rule, options.tenant);
  if (rule === 'W' && tenant !== tenantOfChannels)
    throw usageFailure(`alerts of rule W are those of ${tenantOfChannels}: leave out --tenant`);
  const money = limit.map(limitOf);
  const policy = { rule, mode, remedy, perHourMax: Number(perHour), money, dryRun };
  const said = { type: 'SetRemedyPolicy', data: { tenant, policy, reason } } as const;
  const outcome = await askDesk(session, tenant, said);
  if (json === true) session.out.json(outcome);
  else {
    const was = outcome.status === 'UNCHANGED' ? ' already' : '';
    const how = `${mode}${dryRun ? ', a dry run' : ''}`;
    session.out.line(`${remedy} for alerts of rule ${rule} of ${tenant}: ${how}${was}`);
  }
  return 0;
}

export async function switchRemedies(
  session: Session,
  verb: 'stop' | 'resume',
  options: SayOptions & { readonly rule?: string; readonly tenant?: string },
): Promise<ExitCode> {
  const { rule = null, reason, json } = options;
  checkReason(reason);
  const type = verb === 'stop' ? 'StopRemedies' : 'ResumeRemedies';
  const tenants = desksMeant(session, rule, options.tenant);
  const asked = tenants.map(async (tenant) => {
    const outcome = await askDesk(session, tenant, { type, data: { tenant, rule, reason } });
    if (json !== true) session.out.line(switched(verb, { tenant, rule, outcome }));
    return [tenant, outcome] as const;
  });
  // Whoever pulls the switch must have all that can be had of it: no desk waits for another.
  const settled = await Promise.allSettled(asked);
  const outcomes = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [first] = outcomes;
  if (json === true && first !== undefined)
    session.out.json(tenants.length === 1 ? first[1] : Object.fromEntries(outcomes));
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
  return 0;
}

/** Sweeps of channels start at the desk of the platform: a stop of everything means them as well. */
function desksMeant(
  session: Session,
  rule: string | null,
  tenant: string | undefined,
): readonly string[] {
  const own = tenantOf(session, rule, tenant);
  const isAll = rule === null && tenant === undefined;
  return [...new Set(isAll ? [own, tenantOfChannels] : [own])];
}

function switched(
  verb: 'stop' | 'resume',
  of: {
    readonly tenant: string;
    readonly rule: string | null;
    readonly outcome: CommandOutcome;
  },
): string {
  const what = of.rule === null ? 'all rules' : `rule ${of.rule}`;
  const was = of.outcome.status === 'UNCHANGED' ? ' already' : '';
  return `remedies of ${what} of ${of.tenant} are ${verb === 'stop' ? 'stopped' : 'running'}${was}`;
}

const askDesk = (session: Session, tenant: string, payload: DesksCommand) =>
  ask(session, {
    commandsTopic: topics.desksCommands.name,
    outcomesTopic: topics.desksOutcomes.name,
    ...{ key: deskKeyOf(tenant), subject: tenant, decider: 'alert-desk', payload },
  });

function limitOf(text: string): MoneyLimit {
  const [currency = '', each = '', hour = '', two = '', ...more] = text.split(':');
  if (two === '' || more.length > 0 || !isCurrencyCode(currency))
    throw usageFailure(`--limit is <currency>:<each>:<hour>:<two>, not "${text}"`);
  const [perRemedyMinor, perHourMinor, secondPersonAboveMinor] = [each, hour, two].map((major) => {
    const minor = parseMajor(major, currency);
    if (typeof minor !== 'bigint') throw usageFailure(`--limit: ${major} is no ${currency} amount`);
    return minor;
  }) as [bigint, bigint, bigint];
  return { currency, perRemedyMinor, perHourMinor, secondPersonAboveMinor };
}
