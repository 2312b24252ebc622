import { allTopics } from '@plumbline/events';
import type { Command } from 'commander';
import { driftOf } from '../doctor/topic-checks.ts';
import { tableLines } from '../format/table.ts';
import type { TopicState } from '../session/cluster-admin.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export function addTopics(program: Command, run: RunCommand): void {
  program
    .command('topics')
    .description('Show the topics of the catalogue as the cluster has them')
    .option('--json', 'a JSON list with every partition and setting')
    .addHelpText('after', examples('topics', 'topics --json'))
    .action((options: { readonly json?: boolean }) =>
      run((session) => showTopics(session, options)),
    );
}

/** Exit code 1 when a topic is missing or is not what the catalogue says. */
export async function showTopics(
  session: Session,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const admin = await session.admin();
  const states = await admin.topics(allTopics.map(({ name }) => name));
  const shared = session.config.PLUMBLINE_PARTITIONS;
  const rows = allTopics.map((spec) => {
    const state = states.find(({ name }) => name === spec.name) ?? null;
    return { spec, state, drift: driftOf(spec, state, shared).map(({ what }) => what) };
  });
  const { out } = session;
  if (options.json === true)
    out.json(
      rows.map(({ spec, state, drift }) => ({ topic: spec.name, kind: spec.kind, state, drift })),
    );
  else {
    const cells = rows.map(({ spec, state, drift }) => [
      ...[spec.name, spec.kind, state === null ? 'missing' : String(state.partitions.length)],
      ...[
        state === null ? '' : offsetsOf(state),
        drift.length === 0 ? 'as catalogued' : drift.join('; '),
      ],
    ]);
    for (const line of tableLines(['topic', 'kind', 'partitions', 'offsets', 'policy'], cells))
      out.line(line);
  }
  return rows.every(({ drift }) => drift.length === 0) ? 0 : 1;
}

const offsetsOf = ({ partitions }: TopicState): string =>
  partitions
    .reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0n)
    .toString();
