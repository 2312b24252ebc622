import type { Codec } from '@plumbline/events';
import type { ReadOnlyLog } from '@plumbline/kafka';
import type { Postgres, Projection, RebuildComparison } from '@plumbline/postgres';
import { rebuildAndCompare, RebuildRefused } from '@plumbline/postgres';
import { progressText } from '../rebuild/progress-text.ts';
import type { Position } from '../read/scan.ts';
import type { Finding, PartResult } from './finding.ts';
import { createFindings, partResult } from './finding.ts';

export interface VerifyReadModelsOptions {
  readonly projections: readonly Projection[];
  readonly log: ReadOnlyLog;
  readonly codec: Codec;
  readonly postgres: Postgres;
  readonly listed: number;
  readonly signal: AbortSignal;
  onProgress?(text: string): void;
}

/** Up to where the log was folded for one read model. */
export type ModelPosition = Position & { readonly of: string };

/**
 * Folds the log again beside each read model, to where the live one stood when it was looked at, and
 * compares the two field by field; the live ones go on meanwhile.
 */
export async function verifyReadModels(
  options: VerifyReadModelsOptions,
): Promise<{ readonly result: PartResult; readonly positions: readonly ModelPosition[] }> {
  const findings = createFindings(options.listed);
  const gaps: string[] = [];
  const positions: ModelPosition[] = [];
  const looked = { readModels: 0, rows: 0, records: 0 };
  for (const projection of options.projections) {
    const { log, codec, postgres, signal } = options;
    try {
      const comparison = await rebuildAndCompare({
        ...{ projection, log, codec, postgres, signal },
        onProgress: (progress) => options.onProgress?.(progressText(projection.name, progress)),
      });
      for (const finding of differencesOf(projection.name, comparison)) findings.add(finding);
      looked.readModels += 1;
      looked.records += comparison.records;
      looked.rows += Number(comparison.tables.reduce((sum, { liveRows }) => sum + liveRows, 0n));
      for (const { topic, partition, nextOffset: offset } of comparison.positions)
        positions.push({ of: comparison.schema, topic, partition, offset });
    } catch (error) {
      if (!(error instanceof RebuildRefused)) throw error;
      gaps.push(`${projection.name}: ${error.message}`);
    }
  }
  return { result: partResult('read-models', { looked, findings, gaps }), positions };
}

/** A finding for each row; a comparison names twenty of a table. */
export function differencesOf(
  name: string,
  { schema, tables }: Pick<RebuildComparison, 'schema' | 'tables'>,
): readonly Finding[] {
  return tables.flatMap(({ table, differences, moreDifferences }) => [
    ...differences.map(({ key, live, rebuilt }): Finding => {
      const about = `${schema}.${table} ${key}`;
      if (live === null)
        return { kind: 'ROW_MISSING', at: null, about, what: `the log says ${rebuilt ?? ''}` };
      if (rebuilt === null)
        return { kind: 'ROW_TOO_MANY', at: null, about, what: `the log knows of no ${live}` };
      return { kind: 'ROW_DIFFERS', at: null, about, what: differingFields(live, rebuilt) };
    }),
    ...(moreDifferences
      ? [
          {
            ...{ kind: 'ROWS_MORE', at: null, about: `${schema}.${table}` },
            what: `more rows differ than are named: plumbline rebuild --projection ${name} mends them`,
          },
        ]
      : []),
  ]);
}

/** `status: FAILED, the log says SUCCESS`; the whole rows where no field tells them apart. */
function differingFields(live: string, rebuilt: string): string {
  const [one, other] = [fieldsOf(live), fieldsOf(rebuilt)];
  const names = [...new Set([...one.keys(), ...other.keys()])];
  const differing = names.filter((name) => one.get(name) !== other.get(name));
  if (differing.length === 0) return `${live}, the log says ${rebuilt}`;
  return differing
    .map(
      (name) =>
        `${name}: ${one.get(name) ?? '(none)'}, the log says ${other.get(name) ?? '(none)'}`,
    )
    .join('; ');
}

/** Each field as JSON; of what is no object nothing. */
function fieldsOf(row: string): ReadonlyMap<string, string> {
  const parsed = JSON.parse(row) as unknown;
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  const fields = isObject ? Object.entries(parsed) : [];
  return new Map(fields.map(([name, value]) => [name, JSON.stringify(value)]));
}
