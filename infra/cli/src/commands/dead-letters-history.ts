import type { Command } from 'commander';
import type { FilterOptions, LetterFilter } from '../dead-letters/letter-filter.ts';
import { filterOption, isKey, isWithin } from '../dead-letters/letter-filter.ts';
import type { RedriveAnswer, RedriveAsked } from '../dead-letters/redrive-log.ts';
import { eachAnswer, eachRedrive } from '../dead-letters/redrive-log.ts';
import { tableLines } from '../format/table.ts';
import { deadLettersShown } from '../limits.ts';
import { createNewest } from '../read/newest.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { limitOption } from './dead-letters-list.ts';

export interface HistoryOptions extends Pick<
  FilterOptions,
  'topology' | 'topic' | 'key' | 'from' | 'to'
> {
  readonly by?: string;
  readonly run?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function addDeadLettersHistory(parent: Command, run: RunCommand): void {
  parent
    .command('history')
    .description('Who let which key go on, when, why, and what came of it, from the log')
    .option('--topology <names>', 'only in these topologies or projections, with commas')
    .option('--topic <topics>', 'only of records of these topics')
    .option('--key <key>', 'only of this record key: main/H1001, or all that begin so: main/*')
    .option('--by <actor>', 'only what this one asked for: operator:root')
    .option('--run <id>', 'only what was asked for in one run')
    .option('--from <time>', 'only since: 2h, 2026-01-31T12:00:00Z')
    .option('--to <time>', 'only before')
    .option('--limit <n>', 'how many lines at most', String(deadLettersShown))
    .option('--json', 'JSON: what was asked, each with its answer')
    .addHelpText(
      'after',
      examples('dead-letters history', 'dead-letters history --key main/H1001 --json'),
    )
    .action((options: HistoryOptions) => run((session) => showHistory(session, options)));
}

/** In memory are the newest, as many as are asked for. */
export async function showHistory(session: Session, options: HistoryOptions): Promise<ExitCode> {
  const { out } = session;
  const limit = limitOption(options.limit);
  const filter = filterOption(options);
  const newest = createNewest<RedriveAsked>(limit);
  let found = 0;
  await eachRedrive(session, (asked) => {
    if (!isAsked(asked, filter, options)) return;
    found += 1;
    newest.add(asked);
  });
  const rows = newest.rows();
  const answers = new Map<string, RedriveAnswer | null>(rows.map(({ id }) => [id, null]));
  await eachAnswer(session, (answer) => {
    // Later ones repeat the first.
    if (answers.get(answer.commandId) === null) answers.set(answer.commandId, answer);
  });
  if (options.json === true) {
    out.json(rows.map((row) => ({ ...row, answer: answers.get(row.id) ?? null })));
    return 0;
  }
  if (rows.length === 0) {
    out.line('nobody let a key go on');
    return 0;
  }
  for (const line of historyLines(rows, answers)) out.line(line);
  if (found > rows.length) out.note(`${found - rows.length} older ones are not listed: --limit`);
  return 0;
}

const isAsked = (
  asked: RedriveAsked,
  filter: LetterFilter,
  { by, run }: Pick<HistoryOptions, 'by' | 'run'>,
): boolean =>
  isWithin(asked.timeMs, filter) &&
  (filter.topologies === null || filter.topologies.has(asked.topology)) &&
  (filter.topics === null || filter.topics.has(asked.originTopic)) &&
  isKey(asked.key, filter.key) &&
  (by === undefined || by === asked.actor) &&
  (run === undefined || run === asked.run);

const historyLines = (
  rows: readonly RedriveAsked[],
  answers: ReadonlyMap<string, RedriveAnswer | null>,
): readonly string[] =>
  tableLines(
    ['when', 'by', 'topology', 'topic', 'key', 'asked', 'came of it', 'why', 'run'],
    rows.map(({ id, timeMs, actor, topology, originTopic, key, mode, reason, run }) => [
      ...[new Date(timeMs).toISOString(), actor, topology, originTopic, key, mode],
      ...[answerText(answers.get(id) ?? null), reason, run],
    ]),
  );

function answerText(answer: RedriveAnswer | null): string {
  if (answer === null) return 'no answer yet';
  if (answer.kind === 'refused') return answer.why;
  if (answer.status === 'UNCHANGED') return 'nothing waited';
  const { redriven, dropped, remaining, stoppedAt, stoppedBy } = answer;
  const left = dropped === 0 ? '' : `, ${dropped} left out`;
  const stopped = stoppedAt === null ? '' : `, stopped at ${stoppedAt}: ${stoppedBy ?? 'unknown'}`;
  return `${redriven} redriven${left}, ${remaining} wait${stopped}`;
}
