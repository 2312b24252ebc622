import type { ModelBeside, RebuildStatus } from '@plumbline/postgres';
import { dropBeside, RebuildRefused, rebuildStatus } from '@plumbline/postgres';
import type { Command } from 'commander';
import { tableLines } from '../format/table.ts';
import { allProjections } from '../projections.ts';
import {
  limitsOf,
  projectionNamed,
  rebuildEach,
  rebuilder,
  rollBack,
} from '../rebuild/run-rebuild.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface ResumeOptions extends JsonOption {
  readonly load: string;
  readonly recordsPerSecond?: string;
  readonly dropOld?: boolean;
}

/** What there is to do with a rebuild besides starting one. */
export function addRebuildBeside(rebuild: Command, run: RunCommand): void {
  rebuild
    .command('status')
    .description('Show what stands beside the live read models: under way, unfinished, kept')
    .option('--json', 'a JSON list of all read models')
    .addHelpText('after', examples('rebuild status'))
    .action((options: JsonOption) => run((session) => showStatus(session, options)));
  rebuild
    .command('resume')
    .description('Go on with every rebuild that was left unfinished')
    .option('--load <share>', 'how busy its connections may keep Postgres, up to 1', '0.5')
    .option('--records-per-second <number>', 'and how many records it may fold at most')
    .option('--drop-old', 'do not keep what was live before')
    .option('--json', 'a JSON list of results')
    .addHelpText('after', examples('rebuild resume', 'rebuild resume --load 1'))
    .action((options: ResumeOptions) => run((session) => resume(session, options)));
  rebuild
    .command('rollback')
    .argument('<projection>')
    .description('Put back what was live before the last swap, up to date; again goes forth')
    .option('--json', 'a JSON list of one result')
    .addHelpText('after', examples('rebuild rollback orders'))
    .action((name: string, { json = false }: JsonOption) =>
      run((session) => rollBack(session, projectionNamed(name), { json })),
    );
  addDrop(rebuild, run, {
    ...{ name: 'drop-old', which: 'old', nothing: 'nothing is kept' },
    description: 'Drop what was live before the last swap: there is no going back then',
  });
  addDrop(rebuild, run, {
    ...{ name: 'cancel', which: 'next', nothing: 'nothing is unfinished' },
    description: 'Drop a rebuild that was left unfinished',
  });
}

function addDrop(
  rebuild: Command,
  run: RunCommand,
  of: {
    readonly name: string;
    readonly which: 'next' | 'old';
    readonly description: string;
    readonly nothing: string;
  },
): void {
  rebuild
    .command(of.name)
    .argument('<projection>')
    .description(of.description)
    .option('--json', '{"dropped": true}, or false where there was none')
    .addHelpText('after', examples(`rebuild ${of.name} orders`))
    .action((name: string, options: JsonOption) =>
      run(async (session) => {
        const { which } = of;
        const { out } = session;
        const projection = projectionNamed(name);
        const dropping = { projection, postgres: await session.postgres(), by: rebuilder(), which };
        const dropped = await told(dropBeside(dropping));
        if (options.json === true) out.json({ dropped });
        else out.line(dropped ? `dropped  ${name}` : `${of.nothing} of ${name}`);
        return 0;
      }),
    );
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof RebuildRefused ? new CliFailure(error.message) : error;
  }
}

async function resume(session: Session, options: ResumeOptions): Promise<ExitCode> {
  const limits = limitsOf(options);
  const all = await rebuildStatus(await session.postgres(), allProjections);
  const unfinished = all.filter(({ next }) => next !== null);
  if (unfinished.length === 0) session.out.note('no rebuild was left unfinished');
  const projections = unfinished.map(({ projection }) => projectionNamed(projection));
  return rebuildEach(session, projections, { ...options, limits });
}

async function showStatus(session: Session, options: JsonOption): Promise<ExitCode> {
  const all = await rebuildStatus(await session.postgres(), allProjections);
  if (options.json === true) session.out.json(all);
  else for (const line of statusLines(all)) session.out.line(line);
  return 0;
}

export const statusLines = (all: readonly RebuildStatus[]): readonly string[] =>
  tableLines(['schema', 'is', 'offsets', 'MB', 'last'], all.flatMap(rowsOf));

function rowsOf(status: RebuildStatus): readonly (readonly string[])[] {
  const { worker, live, next, old } = status;
  const unfinished =
    worker === null ? 'unfinished' : `at work: ${worker.name}, since ${worker.since.toISOString()}`;
  if (live === null && next === null && old === null) {
    return [[status.projection, 'not there', '', '', '']];
  }
  return [...row(live, 'live'), ...row(next, unfinished), ...row(old, 'kept')];
}

const row = (model: ModelBeside | null, is: string): readonly (readonly string[])[] =>
  model === null
    ? []
    : [
        [
          ...[model.schema, is, model.offsets.toString()],
          (Number(model.bytes) / 1_048_576).toFixed(1),
          model.last === null ? '' : lastText(model.last),
        ],
      ];

const lastText = ({ step, at, by }: NonNullable<ModelBeside['last']>): string =>
  `${step} ${at.toISOString()} by ${by}`;
