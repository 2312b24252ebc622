import { rules } from '@plumbline/consistency-alerts';
import type { Command } from 'commander';
import { durationText } from '../format/duration.ts';
import { tableLines } from '../format/table.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { PartitionRules } from './active-rules.ts';
import { activeRulesOf, settingsByRule, valuesOf } from './active-rules.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export function addRulesList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('Show the rules with the parameters in force, from the log')
    .option('--json', 'a JSON list, by partition')
    .addHelpText('after', examples('rules list', 'rules list --json'))
    .action((options: { readonly json?: boolean }) =>
      run((session) => listRules(session, options)),
    );
}

/** Exit code 1 when partitions differ: an activation reached some of them only. */
export async function listRules(
  session: Session,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const active = await activeRulesOf(session);
  const differing = [...settingsByRule(active)].filter(([, settings]) => settings.length > 1);
  const { out } = session;
  if (options.json === true) out.json(active);
  else for (const line of ruleLines(active)) out.line(line);
  if (differing.length === 0) return 0;
  const names = differing.map(([rule]) => rule).join(', ');
  out.note(`partitions differ on rule ${names}: repeat plumbline rules set for it`);
  return 1;
}

export function ruleLines(active: readonly PartitionRules[]): readonly string[] {
  const rows = [...settingsByRule(active)].flatMap(([rule, settings]) =>
    settings.map(({ version, enabled, graceMs, partitions, values }) => [
      ...[
        rule,
        String(version),
        enabled ? 'on' : 'off',
        graceMs === null ? '' : durationText(graceMs),
        valuesOf({ rule, version, enabled, graceMs, values })
          .map(({ name, value }) => `${name}=${durationText(value)}`)
          .join(' '),
      ],
      settings.length === 1 ? 'all' : partitions.join(' '),
      rules.find(({ id }) => id === rule)?.title ?? '(unknown to this version)',
    ]),
  );
  return tableLines(
    ['rule', 'version', 'state', 'grace', 'also set', 'partitions', 'what it finds'],
    rows,
  );
}
