import type { Projection, RebuildComparison } from '@plumbline/postgres';
import { rebuildAndCompare, RebuildRefused } from '@plumbline/postgres';
import type { Command } from 'commander';
import { allProjections } from '../projections.ts';
import { progressText } from '../rebuild/progress-text.ts';
import type { RunRebuildOptions } from '../rebuild/run-rebuild.ts';
import { chosenProjections, runRebuild } from '../rebuild/run-rebuild.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { addRebuildBeside } from './rebuild-beside.ts';

interface RebuildOptions extends RunRebuildOptions {
  readonly check?: boolean;
}

export function addRebuild(program: Command, run: RunCommand): void {
  const names = allProjections.map(({ name }) => name).join(', ');
  const rebuild = program
    .command('rebuild')
    // Or `rebuild status --json` would give its option to `rebuild`.
    .enablePositionalOptions()
    .description('Build read models anew from the log beside the live ones, and put them in place')
    .option('--projection <name>', `one of ${names}`)
    .option('--all', 'all of them, one after the other')
    .option('--check', 'compare with the live one instead, by checksums, and drop what was built')
    .option('--load <share>', 'how busy its connections may keep Postgres, up to 1', '0.5')
    .option('--records-per-second <number>', 'and how many records it may fold at most')
    .option('--fresh', 'throw away what an earlier one has left unfinished')
    .option('--drop-old', 'do not keep what was live before')
    .option('--accept-loss', 'go on although retention has deleted what the live one was made of')
    .option('--json', 'a JSON list of results')
    .addHelpText(
      'after',
      examples(
        ...['rebuild --projection orders', 'rebuild --all --load 0.2', 'rebuild --check --all'],
        ...['rebuild status', 'rebuild resume', 'rebuild rollback orders'],
      ),
    )
    .action((options: RebuildOptions) =>
      run((session) =>
        options.check === true ? checkRebuild(session, options) : runRebuild(session, options),
      ),
    );
  addRebuildBeside(rebuild, run);
}

/** Exit code 1 when a read model is not what the log says, or could not be compared. */
export async function checkRebuild(
  session: Session,
  options: Pick<RebuildOptions, 'all' | 'json' | 'projection'>,
): Promise<ExitCode> {
  const chosen = options.projection === undefined ? allProjections : chosenProjections(options);
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
