import { rules } from '@plumbline/consistency-alerts';
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { setRule } from './rules-set.ts';

interface SwitchOptions {
  readonly reason: string;
  readonly json?: boolean;
}

/** What `rules set --enable` and `--disable` do, by the words that people look for. */
export function addRulesSwitches(parent: Command, run: RunCommand): void {
  const add = (name: 'activate' | 'disable', description: string, example: string) =>
    parent
      .command(name)
      .description(description)
      .addArgument(new Argument('<rule>', 'which rule').choices(rules.map(({ id }) => id)))
      .requiredOption('--reason <text>', 'why; it stays in the log')
      .option('--json', 'a JSON list of outcomes, by partition')
      .addHelpText('after', examples(example))
      .action((rule: string, options: SwitchOptions) =>
        run((session) =>
          setRule(session, {
            ...options,
            rule,
            [name === 'activate' ? 'enable' : 'disable']: true,
          }),
        ),
      );
  add(
    'activate',
    'Let a rule raise alerts, of what begins from now on',
    'rules activate B --reason "the gateway is right again"',
  );
  add(
    'disable',
    'Raise no alert of a rule; those that stand stay',
    'rules disable B --reason "the gateway sends false reports"',
  );
}
