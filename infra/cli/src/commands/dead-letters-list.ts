import type { Command } from 'commander';
import type { Letter } from '../dead-letters/letters.ts';
import { originOf, placeOf, readLetters } from '../dead-letters/letters.ts';
import { tableLines } from '../format/table.ts';
import { deadLettersShown } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface DeadLettersListOptions {
  readonly topology?: string;
  readonly reason?: string;
  readonly key?: string;
  readonly limit: string;
  readonly json?: boolean;
}

export function addDeadLettersList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('Count the records that could not be processed, and list the newest')
    .option('--topology <name>', 'only of this topology or projection')
    .option('--reason <reason>', 'only with this reason: MAGIC_BYTE, PARKED_BEHIND')
    .option('--key <key>', 'only of this record key: main/H1001')
    .option('--limit <n>', 'how many lines at most', String(deadLettersShown))
    .option('--json', 'JSON: counts and letters')
    .addHelpText(
      'after',
      examples('dead-letters list', 'dead-letters list --topology checkout --key main/H1001'),
    )
    .action((options: DeadLettersListOptions) =>
      run((session) => listDeadLetters(session, options)),
    );
}

/** How many letters a topology wrote for one reason. */
export interface LetterCount {
  readonly topology: string;
  readonly reason: string;
  readonly letters: number;
}

export async function listDeadLetters(
  session: Session,
  options: DeadLettersListOptions,
): Promise<ExitCode> {
  const { out } = session;
  const limit = Number(options.limit);
  if (!/^\d{1,6}$/.test(options.limit) || limit < 1)
    throw usageFailure(`--limit is a whole number from 1 to 999999, not "${options.limit}"`);
  const found = await readLetters(session, options);
  const shown = found.slice(-limit).reverse();
  const counts = countsOf(found);
  if (options.json === true) {
    out.json({ counts, letters: shown.map(letterJson) });
    return 0;
  }
  if (found.length === 0) {
    out.line('no dead letters');
    return 0;
  }
  for (const line of countLines(counts)) out.line(line);
  out.line('');
  for (const line of letterLines(shown)) out.line(line);
  if (found.length > shown.length)
    out.note(`${found.length - shown.length} older ones are not listed: --limit`);
  return 0;
}

export function countsOf(letters: readonly Letter[]): readonly LetterCount[] {
  const counts = new Map<string, LetterCount>();
  for (const { topology, reason } of letters) {
    const name = `${topology} ${reason}`;
    counts.set(name, { topology, reason, letters: (counts.get(name)?.letters ?? 0) + 1 });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

export function countLines(counts: readonly LetterCount[]): readonly string[] {
  const most = Math.max(...counts.map(({ letters }) => letters));
  const bar = (letters: number): string => '#'.repeat(Math.ceil((letters / most) * 24));
  return tableLines(
    ['topology', 'reason', 'letters', ''],
    counts.map(({ topology, reason, letters }) => [
      ...[topology, reason, String(letters), bar(letters)],
    ]),
  );
}

const letterLines = (letters: readonly Letter[]): readonly string[] =>
  tableLines(
    ['when', 'topology', 'letter', 'reason', 'key', 'origin', 'waits behind'],
    letters.map((letter) => [
      new Date(letter.timeMs).toISOString(),
      ...[letter.topology, placeOf(letter), letter.reason, letter.keyText ?? '(no key)'],
      originOf(letter),
      letter.parkedBehind?.toString() ?? '',
    ]),
  );

/** The bytes stay with `show`: a list of them helps nobody. */
const letterJson = ({ value, key, headers, ...letter }: Letter) => ({
  ...letter,
  keyBytes: key?.length ?? null,
  valueBytes: value?.length ?? null,
  headers: headers.map(({ name }) => name),
});
