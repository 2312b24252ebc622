import type { AlertsEvent, RuleParameters, RuleValue, RulesActivated } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { rules } from '@plumbline/consistency-alerts';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { Session } from '../session/session.ts';

/** What is in force on one partition of the alerts. */
export interface PartitionRules {
  readonly partition: number;
  /** 0 while nothing was ever activated there. */
  readonly revision: bigint;
  readonly rules: readonly RuleParameters[];
}

/** What holds while nothing was activated. */
export const defaultRules: readonly RuleParameters[] = rules.map(({ id, version, graceMs }) => ({
  rule: id,
  version,
  enabled: true,
  graceMs,
  values: [],
}));

/** What is set of a rule beside its grace: each parameter, by default or as it was set. */
export const valuesOf = ({ rule, values }: RuleParameters): readonly RuleValue[] =>
  (rules.find(({ id }) => id === rule)?.parameters ?? []).map((each) => ({
    name: each.name,
    value: values.find(({ name }) => name === each.name)?.value ?? each.default,
  }));

/** Each event says all rules that were ever set, so the newest of a partition is what holds there. */
export const afterActivation = (partition: number, event: RulesActivated): PartitionRules => ({
  partition,
  revision: event.revision,
  rules: [
    ...event.rules,
    ...defaultRules.filter(({ rule }) => !event.rules.some((set) => set.rule === rule)),
  ],
});

/** Folds the `RulesActivated` of every partition, in the order of their numbers. */
export async function activeRulesOf(session: Session): Promise<readonly PartitionRules[]> {
  const log = await session.log();
  const codec = await session.codec();
  const partitions = await partitionsOf(log, [topics.alertsEvents.name]);
  const found = new Map<number, PartitionRules>(
    partitions.map(({ partition }) => [
      partition,
      { partition, revision: 0n, rules: defaultRules },
    ]),
  );
  await scan({
    ...{ log, of: partitions, signal: session.signal },
    take: async (record) => {
      // Alerts are many and parameters few: the header says which it is, without decoding.
      if (record.headers['ce_type']?.toString('utf8') !== 'RulesActivated') return;
      const { payload, partition } = await decodeRecord(codec, record);
      const event = payload as AlertsEvent;
      if (event.type === 'RulesActivated')
        found.set(partition, afterActivation(partition, event.data));
    },
  });
  return [...found.values()].sort((one, other) => one.partition - other.partition);
}

/** One rule as it holds on some partitions. */
export interface RuleSetting extends RuleParameters {
  readonly partitions: readonly number[];
}

/** By rule; more than one setting of a rule means that the partitions differ. */
export function settingsByRule(
  active: readonly PartitionRules[],
): ReadonlyMap<string, readonly RuleSetting[]> {
  const byRule = new Map<string, RuleSetting[]>();
  for (const { partition, rules: set } of active)
    for (const parameters of set) {
      const settings = byRule.get(parameters.rule) ?? [];
      const at = settings.findIndex((each) => same(each, parameters));
      const known = settings[at];
      if (known === undefined) settings.push({ ...parameters, partitions: [partition] });
      else settings[at] = { ...known, partitions: [...known.partitions, partition] };
      byRule.set(parameters.rule, settings);
    }
  return byRule;
}

const same = (one: RuleParameters, other: RuleParameters): boolean =>
  one.version === other.version &&
  one.enabled === other.enabled &&
  one.graceMs === other.graceMs &&
  JSON.stringify(valuesOf(one)) === JSON.stringify(valuesOf(other));
