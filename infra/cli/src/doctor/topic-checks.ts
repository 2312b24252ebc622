import type { TopicSpec } from '@plumbline/events';
import type { TopicState } from '../session/cluster-admin.ts';
import type { Check } from './check.ts';
import { badCheck, okCheck } from './check.ts';

/** A way in which a topic is not what the catalogue says. */
export interface Drift {
  readonly severity: 'warn' | 'fail';
  readonly what: string;
  readonly fix: string;
}

/** Wrong, they change what is true: time, what is deleted, which state a task restores. */
const essential = new Set(['message.timestamp.type', 'cleanup.policy']);

/** Less of it loses records that somebody relies on; more only costs room. */
const kept = new Set(['retention.ms', 'retention.bytes', 'delete.retention.ms']);

export function driftOf(
  spec: TopicSpec,
  state: TopicState | null,
  sharedPartitions: number,
): readonly Drift[] {
  if (state === null)
    return [{ severity: 'fail', what: 'missing', fix: 'npm run stack -- topics' }];
  const expected = spec.partitions === 'shared' ? sharedPartitions : spec.partitions;
  const partitions = state.partitions.length;
  const count: readonly Drift[] =
    partitions === expected
      ? []
      : [
          {
            severity: 'fail',
            what: `${partitions} partitions, not ${expected}`,
            fix: 'set PLUMBLINE_PARTITIONS to what the log was made with; a count never changes',
          },
        ];
  const settings = Object.entries(spec.config).flatMap(([name, value]): readonly Drift[] => {
    const actual = state.settings[name];
    if (actual === value) return [];
    return [
      {
        severity: severityOf(name, { actual, expected: value }),
        what: `${name} is ${actual ?? 'not told'}, not ${value}`,
        fix: `kafka-configs --alter --topic ${spec.name} --add-config ${name}=${value}`,
      },
    ];
  });
  return [...count, ...settings];
}

function severityOf(
  name: string,
  of: { readonly actual: string | undefined; readonly expected: string },
): Drift['severity'] {
  if (essential.has(name)) return 'fail';
  if (!kept.has(name) || of.actual === undefined) return 'warn';
  return amountKept(of.actual) < amountKept(of.expected) ? 'fail' : 'warn';
}

/** -1 is no limit. */
const amountKept = (text: string): number => (Number(text) < 0 ? Infinity : Number(text));

export function topicChecks(
  specs: readonly TopicSpec[],
  states: readonly TopicState[],
  sharedPartitions: number,
): readonly Check[] {
  const checks = specs.flatMap((spec) => {
    const state = states.find(({ name }) => name === spec.name) ?? null;
    return driftOf(spec, state, sharedPartitions).map(({ severity, what, fix }) =>
      badCheck(severity, `topic ${spec.name}`, { detail: what, fix }),
    );
  });
  const partitions = `${specs.length} topics as catalogued, ${sharedPartitions} partitions`;
  return checks.length === 0 ? [okCheck('topics', partitions)] : checks;
}
