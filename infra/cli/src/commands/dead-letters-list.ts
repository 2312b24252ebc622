import type { Command } from 'commander';
import { Option } from 'commander';
import type { FilterOptions, LetterFilter } from '../dead-letters/letter-filter.ts';
import { filterOption } from '../dead-letters/letter-filter.ts';
import type { HistogramKind, HistogramRow } from '../dead-letters/histogram.ts';
import { barOf, createHistogram, histogramKinds } from '../dead-letters/histogram.ts';
import type { Letter, LetterRow } from '../dead-letters/letter.ts';
import { originOf, placeOf, rowOf } from '../dead-letters/letter.ts';
import { eachLetter } from '../dead-letters/letters.ts';
import { tableLines } from '../format/table.ts';
import { deadLettersShown, deadLettersShownMax } from '../limits.ts';
import { createNewest } from '../read/newest.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface DeadLettersListOptions extends FilterOptions {
  readonly by?: HistogramKind;
  readonly limit: string;
  readonly json?: boolean;
}

export function addDeadLettersList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('Count the records that could not be processed, and list the newest')
    .addOption(
      new Option('--by <what>', 'count them by this, as a histogram, and list none').choices(
        histogramKinds,
      ),
    )
    .option('--topology <names>', 'only of these topologies or projections, with commas')
    .option('--reason <reasons>', 'only with these reasons: MAGIC_BYTE,PARKED_BEHIND')
    .option('--topic <topics>', 'only of records of these topics')
    .option('--type <types>', 'only of records of these types: OrderPaid')
    .option('--key <key>', 'only of this record key: main/H1001, or all that begin so: main/*')
    .option('--from <time>', 'only those that became dead letters since: 2h, 2026-01-31T12:00:00Z')
    .option('--to <time>', 'only those that became dead letters before')
    .option('--limit <n>', 'how many lines at most', String(deadLettersShown))
    .option('--json', 'JSON: counts and letters, or rows')
    .addHelpText(
      'after',
      examples(
        'dead-letters list',
        'dead-letters list --by reason --from 7d',
        'dead-letters list --topology checkout --key main/H1001',
      ),
    )
    .action((options: DeadLettersListOptions) =>
      run((session) => listDeadLetters(session, options)),
    );
}

export async function listDeadLetters(
  session: Session,
  options: DeadLettersListOptions,
): Promise<ExitCode> {
  const limit = limitOption(options.limit);
  const filter = filterOption(options);
  const isJson = options.json === true;
  return options.by === undefined
    ? listNewest(session, filter, { limit, isJson })
    : listBy(session, filter, { limit, isJson, by: options.by });
}

/** Errors: usage. */
export function limitOption(text: string): number {
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1 && limit <= deadLettersShownMax) return limit;
  throw usageFailure(`--limit is a whole number from 1 to ${deadLettersShownMax}, not "${text}"`);
}

interface Shown {
  readonly limit: number;
  readonly isJson: boolean;
}

async function listBy(
  session: Session,
  filter: LetterFilter,
  { limit, isJson, by }: Shown & { readonly by: HistogramKind },
): Promise<ExitCode> {
  const { out } = session;
  const histogram = createHistogram(by);
  await eachLetter(session, filter, (letter) => histogram.add(letter));
  const rows = histogram.rows();
  const letters = rows.reduce((sum, row) => sum + row.letters, 0);
  const shown = rows.slice(0, limit);
  if (isJson) {
    out.json({ by, letters, rows: shown.map(rowJson) });
    return 0;
  }
  if (letters === 0) {
    out.line('no dead letters');
    return 0;
  }
  for (const line of histogramLines(by, shown)) out.line(line);
  if (rows.length > shown.length)
    out.note(`${rows.length - shown.length} more rows are not listed: --limit`);
  return 0;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

const rowJson = ({ firstMs, lastMs, ...row }: HistogramRow) => ({
  ...row,
  first: isoOf(firstMs),
  last: isoOf(lastMs),
});

function histogramLines(by: HistogramKind, rows: readonly HistogramRow[]): readonly string[] {
  const most = Math.max(...rows.map(({ letters }) => letters));
  return tableLines(
    [by, 'letters', '', 'first', 'last', 'topologies'],
    rows.map(({ name, letters, firstMs, lastMs, topologies }) => [
      ...[name, String(letters), barOf(letters, most)],
      ...[isoOf(firstMs), isoOf(lastMs), topologies.join(' ')],
    ]),
  );
}

async function listNewest(
  session: Session,
  filter: LetterFilter,
  { limit, isJson }: Shown,
): Promise<ExitCode> {
  const { out } = session;
  const newest = createNewest<LetterRow>(limit);
  const counter = createCounter();
  await eachLetter(session, filter, (letter) => {
    counter.add(letter);
    newest.add(rowOf(letter));
  });
  const counts = counter.counts();
  const shown = newest.rows();
  if (isJson) {
    out.json({ counts, letters: shown });
    return 0;
  }
  if (shown.length === 0) {
    out.line('no dead letters');
    return 0;
  }
  for (const line of countLines(counts)) out.line(line);
  out.line('');
  for (const line of letterLines(shown)) out.line(line);
  const found = counts.reduce((sum, { letters }) => sum + letters, 0);
  if (found > shown.length) out.note(`${found - shown.length} older ones are not listed: --limit`);
  return 0;
}

/** How many letters a topology wrote for one reason. */
interface LetterCount {
  readonly topology: string;
  readonly reason: string;
  readonly letters: number;
}

function createCounter(): { add(letter: Letter): void; counts(): readonly LetterCount[] } {
  const found = new Map<string, LetterCount>();
  return {
    add({ topology, reason }) {
      const name = `${topology} ${reason}`;
      found.set(name, { topology, reason, letters: (found.get(name)?.letters ?? 0) + 1 });
    },
    counts: () => [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count),
  };
}

function countLines(counts: readonly LetterCount[]): readonly string[] {
  const most = Math.max(...counts.map(({ letters }) => letters));
  return tableLines(
    ['topology', 'reason', 'letters', ''],
    counts.map(({ topology, reason, letters }) => [
      ...[topology, reason, String(letters), barOf(letters, most)],
    ]),
  );
}

const letterLines = (letters: readonly LetterRow[]): readonly string[] =>
  tableLines(
    ['when', 'topology', 'letter', 'reason', 'key', 'origin', 'waits behind'],
    letters.map((letter) => [
      isoOf(letter.timeMs),
      ...[letter.topology, placeOf(letter), letter.reason, letter.keyText ?? '(no key)'],
      originOf(letter),
      letter.parkedBehind?.toString() ?? '',
    ]),
  );
