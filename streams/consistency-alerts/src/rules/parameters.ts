import type { ActivateRules, RuleParameters } from '@plumbline/events';
import type { Rejection } from '@plumbline/kernel';
import type { Rule, RuleId } from './rule.ts';
import { rules } from './rules.ts';

/** A rule with the parameters that are in force. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly enabled: boolean;
  readonly graceMs: number;
  /** What else can be set, by name. */
  readonly values: Readonly<Record<string, number>>;
}

/** As it was set. What an earlier version kept has no values. */
export type SetParameters = Omit<RuleParameters, 'values'> &
  Partial<Pick<RuleParameters, 'values'>>;

/** What is in force on one partition, since the newest `RulesActivated`. */
export interface ActiveParameters {
  /** 0 while nothing was ever activated and the rules' own defaults hold. */
  readonly revision: bigint;
  readonly rules: readonly SetParameters[];
  /** Ids of the newest activations, so that a repeated command changes nothing. */
  readonly recent: readonly string[];
}

/**
 * The rules that were there from the beginning. Later ones are listed once they are set, so that a
 * replay writes the `RulesActivated` that the version of the time wrote.
 */
const listedAlways: ReadonlySet<RuleId> = new Set(['A', 'B', 'C']);

export const defaultParameters: ActiveParameters = {
  revision: 0n,
  rules: rules
    .filter(({ id }) => listedAlways.has(id))
    .map(({ id, version, graceMs }) => ({ rule: id, version, enabled: true, graceMs, values: [] })),
  recent: [],
};

/** A grace beyond a month is a typing mistake: nobody would wait that long for a paid order. */
const graceMsMax = 31 * 24 * 60 * 60 * 1000;

/** Asked for with every record, and the same until the next activation. */
const activeByParameters = new WeakMap<ActiveParameters, readonly ActiveRule[]>();

export function activeRules(parameters: ActiveParameters): readonly ActiveRule[] {
  const known = activeByParameters.get(parameters);
  if (known !== undefined) return known;
  const active = rules.map((rule) => {
    const set = parameters.rules.find((p) => p.rule === rule.id);
    return {
      rule,
      enabled: set?.enabled ?? true,
      graceMs: set?.graceMs ?? rule.graceMs,
      values: valuesOf(rule, set),
    };
  });
  activeByParameters.set(parameters, active);
  return active;
}

function valuesOf(
  { parameters = [] }: Rule,
  set: SetParameters | undefined,
): Readonly<Record<string, number>> {
  const known = new Map(set?.values?.map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    parameters.map((each) => [each.name, known.get(each.name) ?? each.default]),
  );
}

const recentMax = 8;

export function activate(
  parameters: ActiveParameters,
  command: ActivateRules,
  commandId: string,
): ActiveParameters | Rejection {
  for (const { rule, version, graceMs, values } of command.rules) {
    const known = rules.find(({ id }) => id === rule);
    if (known === undefined) return refusal(`no rule is called ${rule}`, rule);
    if (known.version !== version) {
      return refusal(`rule ${rule} is at version ${known.version}, not ${version}`, rule);
    }
    if (graceMs !== null && (graceMs < 0 || graceMs > graceMsMax)) {
      return refusal(`the grace of rule ${rule} is 0 to ${graceMsMax} ms`, rule);
    }
    const wrong = wrongValue(known, values);
    if (wrong !== null) return refusal(wrong, rule);
  }
  const changed = new Map(parameters.rules.map((p) => [p.rule, p]));
  for (const next of command.rules) changed.set(next.rule, next);
  return {
    revision: parameters.revision + 1n,
    rules: [...changed.values()],
    recent: [...parameters.recent, commandId].slice(-recentMax),
  };
}

/** Why values are refused; `null` when they are not. */
function wrongValue(
  { id, parameters = [] }: Rule,
  values: RuleParameters['values'],
): string | null {
  const names = values.map(({ name }) => name);
  for (const [index, { name, value }] of values.entries()) {
    const known = parameters.find((each) => each.name === name);
    if (known === undefined) return `rule ${id} has no parameter ${name}`;
    if (names.indexOf(name) !== index) return `parameter ${name} of rule ${id} is set twice`;
    const { min, max, unit } = known;
    if (value < min || value > max)
      return `parameter ${name} of rule ${id} is ${min} to ${max} ${unit}`;
  }
  return null;
}

/** As it is said: complete. */
export const asSaid = ({ values = [], ...set }: SetParameters): RuleParameters => ({
  ...set,
  values,
});

const refusal = (message: string, rule: string): Rejection => ({
  code: 'INVALID_RULE_PARAMETERS',
  message,
  details: { rule },
});
