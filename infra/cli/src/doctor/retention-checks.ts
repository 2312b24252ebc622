import type { TopicSpec } from '@plumbline/events';
import type { Projection } from '@plumbline/postgres';
import type { TopicState } from '../session/cluster-admin.ts';
import type { Check } from './check.ts';
import { badCheck, okCheck } from './check.ts';

/** Whether neither time nor size may delete anything of it. */
export const isKeptForEver = ({ config }: TopicSpec): boolean =>
  config['cleanup.policy'] === 'delete' &&
  config['retention.ms'] === '-1' &&
  config['retention.bytes'] === '-1';

/**
 * What is gone already: settings say what will be deleted, and where a log begins what has been.
 * Whatever is derived from a topic from its beginning lacks it, and a rebuild with it.
 */
export function retentionChecks(
  specs: readonly TopicSpec[],
  states: readonly TopicState[],
  projections: readonly Pick<Projection, 'name' | 'inputs'>[],
): readonly Check[] {
  const checks = specs.flatMap((spec): readonly Check[] => {
    const gone = goneOf(states.find(({ name }) => name === spec.name));
    if (gone === null) return [];
    const models = projections
      .filter(({ inputs }) => inputs.includes(spec.name))
      .map(({ name }) => name);
    const lacking =
      models.length === 0 ? '' : `: a rebuild of ${models.join(', ')} would lack them`;
    const detail = `its beginning is deleted (${gone})${lacking}`;
    const name = `beginning of ${spec.name}`;
    if (isKeptForEver(spec)) {
      const fix = 'it must never be: restore the topic from an archive (docs/archives.md)';
      return [badCheck('fail', name, { detail, fix })];
    }
    if (models.length === 0) return [];
    const fix = 'rebuild with --accept-loss, and archive it before that with archive write --all';
    return [badCheck('warn', name, { detail, fix })];
  });
  if (checks.length > 0) return checks;
  return [okCheck('beginnings', 'nothing is deleted of what a rebuild needs')];
}

function goneOf(state: TopicState | undefined): string | null {
  const gone = (state?.partitions ?? []).filter(({ startOffset }) => startOffset > 0n);
  if (gone.length === 0) return null;
  return gone
    .map(({ partition, startOffset }) => `partition ${partition} up to offset ${startOffset}`)
    .join(', ');
}
