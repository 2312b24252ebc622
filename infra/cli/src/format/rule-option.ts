import type { Rule } from '@plumbline/consistency-alerts';
import { rules } from '@plumbline/consistency-alerts';
import { usageFailure } from '../session/failure.ts';
import { durationOption, durationText } from './duration.ts';

export function ruleCalled(id: string): Rule {
  const known = rules.find((rule) => rule.id === id);
  if (known !== undefined) return known;
  const names = rules.map((rule) => rule.id).join(', ');
  throw usageFailure(`no rule is called ${id}: there are ${names}`);
}

/** `name=duration`, by the name that the rule has for it, and within its range. */
export function valueOption(
  { id, parameters = [] }: Rule,
  text: string,
): readonly [name: string, valueMs: number] {
  const [name = '', ...rest] = text.split('=');
  const known = parameters.find((each) => each.name === name);
  const names = parameters.map((each) => each.name).join(', ');
  if (known === undefined)
    throw usageFailure(`rule ${id} has no parameter ${name}: it has ${names || 'none'}`);
  const valueMs = durationOption(rest.join('='), `--set ${name}`);
  if (valueMs >= known.min && valueMs <= known.max) return [name, valueMs];
  throw usageFailure(
    `--set ${name} is ${durationText(known.min)} to ${durationText(known.max)}: ${known.meaning}`,
  );
}
