import { topics } from '@plumbline/events';
import type { Projection } from '@plumbline/postgres';
import { groupOf } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import { allProjections } from '../projections.ts';
import { usageFailure } from '../session/failure.ts';
import { allTopologies } from '../topologies.ts';

/** Who has parked keys: a topology in its tasks' state, a projection in Postgres. */
export type RedriveTarget =
  | { readonly kind: 'topology'; readonly topology: Topology }
  | { readonly kind: 'projection'; readonly projection: Projection };

const takesRedrives = ({ inputs }: Topology): boolean =>
  inputs.some(({ kind }) => kind === 'redrives');

/** Everybody in whom keys may wait, by name. */
export const allRedriveTargets = (): readonly RedriveTarget[] =>
  [...allTopologies.filter(takesRedrives).map((each) => each.name), ...allProjections.map(groupOf)]
    .sort()
    .map(redriveTargetOf);

/** Errors: usage, when nothing of this name parks keys. */
export function redriveTargetOf(name: string): RedriveTarget {
  const topology = allTopologies.find((each) => each.name === name);
  if (topology !== undefined && takesRedrives(topology)) return { kind: 'topology', topology };
  const projection = allProjections.find((each) => groupOf(each) === name);
  if (projection !== undefined) return { kind: 'projection', projection };
  const names = [
    ...allTopologies.filter(takesRedrives).map((each) => each.name),
    ...allProjections.map(groupOf),
  ];
  const why =
    topology === undefined
      ? `no topology is called ${name}`
      : `${name} takes commands only, of which nothing ever waits`;
  throw usageFailure(`${why}; keys wait in ${names.join(', ')}`);
}

/** The topic of the dead letters of a topology or projection. Errors: usage. */
export function deadLettersTopicOf(name: string): string {
  const topology = allTopologies.find((each) => each.name === name);
  if (topology !== undefined) return topology.deadLetters;
  // Of a projection there may be letters when its version is long gone.
  if (/^projection-.+-v\d+$/.test(name)) return topics.projectionsDeadLetters.name;
  const names = [...allTopologies.map((each) => each.name), ...allProjections.map(groupOf)];
  throw usageFailure(`no topology is called ${name}: ${names.join(', ')}`);
}
