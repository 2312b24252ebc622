import { rules } from '@plumbline/consistency-alerts';

/** Graces of rules by default, in ms, as docs/alerts.md says; further ones by the name of the parameter. */
const defaults: Readonly<Record<string, number>> = {
  ...{ A: 60_000, L: 5_000, N: 60_000, P: 60_000, R: 60_000, W: 120_000 },
  ...{ J: 3_600_000, 'J/processingGraceMs': 259_200_000 },
  ...{ M: 600_000, 'M/unknownGraceMs': 600_000 },
  ...{ 'K/orderGraceMs': 60_000, 'K/callbackGraceMs': 60_000, 'U/correctionGraceMs': 600_000 },
  'R/excessGraceMs': 0,
};

/** Names of graces that a world can set. */
export const graceNames: readonly string[] = Object.keys(defaults);

export const defaultGraceMs = (name: string): number => defaults[name] ?? 0;

/**
 * A story of a rule that production does not have plants nothing. A parameter is known where the rule
 * declares it, by `<rule>/<name>`.
 */
export function isKnown(name: string): boolean {
  const [id, parameter] = name.split('/');
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined || parameter === undefined) return rule !== undefined;
  return rule.parameters?.some((each) => each.name === parameter) ?? false;
}
