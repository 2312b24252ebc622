import type { Behind } from '../history/history.ts';
import type { Stage } from './open-stage.ts';
import { watchedTopics } from './watcher.ts';
import { topologiesOf } from './what-runs.ts';

/**
 * Who has not taken in everything that is committed now: topologies by the positions in their
 * changelogs, read models by theirs, the committed reader by its own.
 */
export function behindNow(stage: Stage): readonly Behind[] {
  const ends = new Map<string, readonly bigint[]>();
  const endsOf = (topic: string): readonly bigint[] => {
    const known = ends.get(topic) ?? lastOf(stage, topic);
    ends.set(topic, known);
    return known;
  };
  const found: Behind[] = [];
  const compare = (who: string, topic: string, at: (partition: number) => bigint): void => {
    endsOf(topic).forEach((to, partition) => {
      const from = at(partition);
      if (from < to) found.push({ who, topic, partition, from, to });
    });
  };
  for (const { name, inputs, changelog } of topologiesOf(stage.plan)) {
    const positions = positionsIn(stage, changelog);
    for (const { topic } of inputs) {
      compare(name, topic, (partition) => positions.get(`${partition} p/${topic}`) ?? 0n);
    }
  }
  for (const model of stage.readModels) {
    for (const topic of model.projection.inputs) {
      const position = (partition: number) => model.position(topic, partition)?.nextOffset ?? 0n;
      compare(model.projection.name, topic, position);
    }
  }
  for (const topic of watchedTopics) {
    compare('watcher', topic, (partition) => stage.watchedUpTo(topic, partition));
  }
  return found;
}

/** After the last data record of each partition: markers alone move nobody. */
function lastOf({ simulation, plan }: Stage, topic: string): readonly bigint[] {
  const last = Array.from({ length: plan.partitions }, () => 0n);
  for (const { partition, offset } of simulation.broker.topicRecords(topic)) {
    last[partition] = offset + 1n;
  }
  return last;
}

function positionsIn({ simulation }: Stage, changelog: string): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const { partition, key, value } of simulation.broker.topicRecords(changelog)) {
    const name = key?.toString('utf8') ?? '';
    if (!name.startsWith('p/') || value === null) continue;
    const { offset } = JSON.parse(value.toString('utf8')) as { readonly offset: string };
    found.set(`${partition} ${name}`, BigInt(offset));
  }
  return found;
}
