import type { RuleActivation } from '@plumbline/consistency-alerts';
import { activateRules, rules } from '@plumbline/consistency-alerts';
import type { RuleParameters, RuleValue } from '@plumbline/events';
import type { Command } from 'commander';
import { Option } from 'commander';
import { durationOption } from '../format/duration.ts';
import { ruleCalled, valueOption } from '../format/rule-option.ts';
import { outcomeWaitMs } from '../limits.ts';
import { operator } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { PartitionRules } from './active-rules.ts';
import { activeRulesOf, settingsByRule, valuesOf } from './active-rules.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface RulesSetOptions {
  readonly rule: string;
  readonly grace?: string;
  /** `name=duration` each. */
  readonly set?: readonly string[];
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

export function addRulesSet(parent: Command, run: RunCommand): void {
  parent
    .command('set')
    .description('Set the parameters of a rule, by a command to every task')
    .addOption(
      new Option('--rule <rule>', 'which rule')
        .choices(rules.map(({ id }) => id))
        .makeOptionMandatory(),
    )
    .option('--grace <duration>', 'how long the world has to catch up: 5s, 2m')
    .option('--set <name=duration...>', 'what else the rule has: unknownGraceMs=5m')
    .addOption(new Option('--enable', 'let it raise alerts').conflicts('disable'))
    .addOption(new Option('--disable', 'raise no alert of it'))
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--json', 'a JSON list of outcomes, by partition')
    .addHelpText(
      'after',
      examples(
        'rules set --rule A --grace 5s --reason "a demonstration"',
        'rules set --rule M --set unknownGraceMs=5m --reason "the gateway answers slowly"',
        'rules set --rule B --disable --reason "the gateway sends false reports"',
      ),
    )
    .action((options: RulesSetOptions) => run((session) => setRule(session, options)));
}

/** Exit code 1 unless every partition accepted it. */
export async function setRule(session: Session, options: RulesSetOptions): Promise<ExitCode> {
  const { out, config } = session;
  if (options.reason.trim() === '') throw usageFailure('--reason must not be empty');
  const parameters = parametersOf(options, await activeRulesOf(session));
  const outcomes = await activateRules({
    ...{ log: await session.log(), codec: await session.codec() },
    data: { rules: [parameters], reason: options.reason },
    ...{ partitions: config.PLUMBLINE_PARTITIONS, tenant: config.PLUMBLINE_TENANT },
    ...{
      actor: operator(),
      source: '/plumbline/cli',
      waitMs: outcomeWaitMs,
    },
  });
  if (options.json === true) out.json(outcomes);
  else for (const outcome of outcomes) out.line(outcomeLine(outcome));
  return outcomes.every(({ status }) => status === 'ACCEPTED') ? 0 : 1;
}

/** What is asked for, and of what is not, what holds now: on all partitions, or it must be said. */
export function parametersOf(
  options: RulesSetOptions,
  active: readonly PartitionRules[],
): RuleParameters {
  const switched = options.enable === true || options.disable === true;
  const isValued = options.set !== undefined && options.set.length > 0;
  if (options.grace === undefined && !switched && !isValued)
    throw usageFailure('nothing to set: give --grace, --set, --enable or --disable');
  const known = ruleCalled(options.rule);
  const { version } = known;
  const asks = new Map((options.set ?? []).map((text) => valueOption(known, text)));
  const now = settingsByRule(active).get(options.rule) ?? [];
  const [first] = now;
  const asked = {
    enabled: switched ? options.enable === true : null,
    graceMs: options.grace === undefined ? null : durationOption(options.grace, '--grace'),
  };
  const differs = (of: (each: RuleParameters) => unknown): boolean => new Set(now.map(of)).size > 1;
  if (asked.enabled === null && differs(({ enabled }) => enabled))
    throw usageFailure('partitions differ on it: give --enable or --disable');
  if (asked.graceMs === null && differs(({ graceMs }) => graceMs))
    throw usageFailure('partitions differ on its grace: give --grace');
  const isAsked = ({ name }: RuleValue): boolean => asks.has(name);
  if (differs((each) => JSON.stringify(valuesOf(each).filter((of) => !isAsked(of)))))
    throw usageFailure('partitions differ on what else is set: give all of it with --set');
  const kept = (first?.values ?? []).filter((each) => !isAsked(each));
  return {
    rule: options.rule,
    version,
    enabled: asked.enabled ?? first?.enabled ?? true,
    graceMs: asked.graceMs ?? first?.graceMs ?? null,
    values: [...kept, ...[...asks].map(([name, value]) => ({ name, value }))],
  };
}

const outcomeLine = ({ partition, status, message }: RuleActivation): string =>
  `partition ${partition}  ${status}${message === null ? '' : `  ${message}`}`;
