import type { Projection, RebuildComparison, RebuildProgress } from '@plumbline/postgres';
import { rebuildAndCompare, RebuildRefused } from '@plumbline/postgres';
import type { Command } from 'commander';
import { durationText } from '../format/duration.ts';
import { allProjections } from '../projections.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface RebuildCheckOptions {
  readonly check?: boolean;
  readonly projection?: string;
  readonly json?: boolean;
}

export function addRebuild(program: Command, run: RunCommand): void {
  program
    .command('rebuild')
    .description('Rebuild read models from the log beside the live ones, and compare checksums')
    .option('--check', 'compare and drop what was built; the only way there is')
    .option('--projection <name>', `one of ${allProjections.map(({ name }) => name).join(', ')}`)
    .option('--json', 'a JSON list of comparisons')
    .addHelpText('after', examples('rebuild --check', 'rebuild --check --projection orders'))
    .action((options: RebuildCheckOptions) => run((session) => checkRebuild(session, options)));
}

/** Exit code 1 when a read model is not what the log says, or could not be compared. */
export async function checkRebuild(
  session: Session,
  options: RebuildCheckOptions,
): Promise<ExitCode> {
  if (options.check !== true)
    throw usageFailure('rebuild needs --check: it compares, and changes no live read model');
  const chosen = allProjections.filter(
    ({ name }) => options.projection === undefined || name === options.projection,
  );
  if (chosen.length === 0)
    throw usageFailure(
      `no projection is called ${options.projection ?? ''}: ${allProjections.map(({ name }) => name).join(', ')}`,
    );
  const results: (RebuildComparison | { readonly schema: string; readonly refused: string })[] = [];
  for (const projection of chosen) {
    const result = await compareOne(session, projection);
    results.push(result);
    if (options.json !== true) for (const line of comparisonLines(result)) session.out.line(line);
  }
  if (options.json === true) session.out.json(results);
  return results.every((result) => 'equal' in result && result.equal) ? 0 : 1;
}

async function compareOne(session: Session, projection: Projection) {
  const { out, signal } = session;
  const [log, codec, postgres] = [
    await session.log(),
    await session.codec(),
    await session.postgres(),
  ];
  try {
    return await rebuildAndCompare({
      ...{ projection, log, codec, postgres, signal },
      onProgress: (progress) => out.progress(progressText(projection.name, progress)),
    });
  } catch (error) {
    if (!(error instanceof RebuildRefused)) throw error;
    return { schema: projection.name, refused: error.message };
  } finally {
    out.progressDone();
  }
}

const barWidth = 24;

export function progressText(name: string, progress: RebuildProgress): string {
  const { offsetsDone, offsetsTotal, records, recordsPerSecond, remainingMs } = progress;
  const share = offsetsTotal === 0n ? 1 : Number(offsetsDone) / Number(offsetsTotal);
  const filled = Math.round(share * barWidth);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
  const seconds = remainingMs === null ? null : Math.ceil(remainingMs / 1_000) * 1_000;
  const left = seconds === null ? '' : `, ${durationText(seconds)} left`;
  return `${name} [${bar}] ${Math.floor(share * 100)} %, ${records} records, ${recordsPerSecond}/s${left}`;
}

export function comparisonLines(
  result: RebuildComparison | { readonly schema: string; readonly refused: string },
): readonly string[] {
  if ('refused' in result) return [`not compared  ${result.schema}: ${result.refused}`];
  const { schema, equal, records, tables } = result;
  const rows = tables.reduce((sum, table) => sum + table.liveRows, 0n);
  const head = `${equal ? 'equal' : 'DIFFERENT'}  ${schema}: ${rows.toString()} rows, rebuilt from ${records} records`;
  const differing = tables.filter((table) => !table.equal);
  return [
    head,
    ...differing.flatMap((table) => [
      `    ${table.table}: ${table.liveRows.toString()} rows live, ${table.rebuiltRows.toString()} rebuilt`,
      ...table.differences.flatMap(({ key, live, rebuilt }) => [
        `      ${key}`,
        `        live     ${live ?? '(no row)'}`,
        `        rebuilt  ${rebuilt ?? '(no row)'}`,
      ]),
      ...(table.moreDifferences ? ['      … and more'] : []),
    ]),
  ];
}
