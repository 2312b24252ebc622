import { randomUUID } from 'node:crypto';
import { ProjectionMissing } from '@plumbline/postgres';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { AskedMode } from '../dead-letters/ask-redrive.ts';
import type { FilterOptions } from '../dead-letters/letter-filter.ts';
import { filterOption } from '../dead-letters/letter-filter.ts';
import type { Item } from '../dead-letters/plan-redrive.ts';
import { pastOf } from '../dead-letters/plan-redrive.ts';
import type { RedriveTarget } from '../dead-letters/redrive-target.ts';
import { allRedriveTargets, redriveTargetOf } from '../dead-letters/redrive-target.ts';
import type { RunOptions } from '../dead-letters/run-redrive.ts';
import { runRedrive } from '../dead-letters/run-redrive.ts';
import type { Said } from '../dead-letters/say-redrive.ts';
import { createRunTotals, dryRunJson, dryRunLines } from '../dead-letters/say-redrive.ts';
import type { Waiting } from '../dead-letters/waiting.ts';
import { waitingIn } from '../dead-letters/waiting.ts';
import { deadLettersShown } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { limitOption } from './dead-letters-list.ts';

export interface RedriveOptions extends Omit<FilterOptions, 'reason'> {
  readonly deadReason?: string;
  readonly all?: boolean;
  readonly skipFirst?: boolean;
  readonly discard?: boolean;
  /** Why it is asked for. */
  readonly reason: string;
  readonly rate?: string;
  readonly force?: boolean;
  readonly resume?: string;
  readonly dryRun?: boolean;
  readonly limit?: string;
  readonly json?: boolean;
}

export function addDeadLettersRedrive(parent: Command, run: RunCommand): void {
  parent
    .command('redrive')
    .description('Let keys go on whose records wait behind a dead letter, each in its order')
    .option('--topology <names>', 'where they wait: checkout,projection-orders-v2')
    .option('--key <key>', 'the record key: main/H1001, or all that begin so: main/*')
    .option('--topic <topics>', 'the input whose records wait')
    .option('--dead-reason <reasons>', 'keys with a letter of this reason that still waits')
    .option('--type <types>', 'keys with a letter about a record of this type: OrderPaid')
    .option('--from <time>', 'keys with a letter since: 2h, 2026-01-31T12:00:00Z')
    .option('--to <time>', 'keys with a letter before')
    .option('--all', 'every key that waits anywhere')
    .addOption(
      new Option('--skip-first', 'leave the first one out; it stays a dead letter').conflicts(
        'discard',
      ),
    )
    .option('--discard', 'leave all of them out')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--rate <n>', 'so many records a second, one key after the other')
    .option('--force', 'also what was redriven and came back three times')
    .option('--resume <run>', 'go on with a run that was interrupted, by its id')
    .option('--dry-run', 'say what waits and write nothing')
    .option('--limit <n>', 'how many lines about keys at most', String(deadLettersShown))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      examples(
        'dead-letters redrive --topology checkout --key main/H1001 --reason "mended in 1.4"',
        'dead-letters redrive --topology checkout --key main/H1001 --skip-first --reason "a forgery"',
        'dead-letters redrive --dead-reason PROCESSING_FAILED --from 1d --dry-run --reason "1.4"',
        'dead-letters redrive --all --rate 100 --reason "the registry is back"',
      ),
    )
    .action((options: RedriveOptions) => run((session) => redrive(session, options)));
}

/**
 * Exit code 0 when nothing of what was asked for waits any more, or in a dry run; 1 when something
 * does, and where one key was named and nothing of it waits.
 */
export async function redrive(session: Session, options: RedriveOptions): Promise<ExitCode> {
  const asked = askedOf(options);
  const { out } = session;
  const items = await itemsOf(session, options, asked);
  const isOne = options.topology !== undefined && asked.isOneKey;
  const [first] = items;
  if (first === undefined) {
    const what = isOne ? `${options.key ?? ''} waits in ${options.topology ?? ''}` : 'this waits';
    if (options.json === true) out.json({ status: 'UNCHANGED', keys: 0, steps: [], remaining: 0 });
    out.note(`nothing of ${what}`);
    return isOne ? 1 : 0;
  }
  if (isOne && items.length > 1) {
    const names = items.map(({ waiting }) => waiting.topic).join(', ');
    throw usageFailure(`it waits in several inputs, give --topic: ${names}`);
  }
  if (options.dryRun === true) {
    if (options.json === true) out.json(dryRunJson(items, asked));
    else for (const line of dryRunLines(items, asked)) out.line(line);
    return 0;
  }
  const totals = createRunTotals(asked, items.length);
  // One key is its own progress, and is asked for again as easily.
  if (!isOne) out.note(`run ${asked.id}: ${items.length} keys`);
  try {
    await runRedrive(session, items, {
      ...asked,
      onStep(step) {
        totals.step(step);
        out.progress(totals.progress());
      },
      onKey: (done) => totals.key(done),
    });
  } catch (error) {
    out.progressDone();
    if (!isOne) for (const line of totals.interrupted()) out.note(line);
    throw error;
  }
  out.progressDone();
  if (options.json === true) out.json(isOne ? totals.oneJson() : totals.json());
  else for (const line of isOne ? totals.oneLines() : totals.lines()) out.line(line);
  return totals.isDone() ? 0 : 1;
}

type Asked = Said & Pick<RunOptions, 'rate'>;

function askedOf(options: RedriveOptions): Asked {
  if (options.reason.trim() === '') throw usageFailure('--reason must not be empty');
  const { key, topology, topic, deadReason, type, from, to } = options;
  const isNarrow = [key, topology, topic, deadReason, type, from, to].some(
    (each) => each !== undefined,
  );
  if (isNarrow === (options.all === true))
    throw usageFailure(
      isNarrow ? '--all and a filter are not both' : 'which keys? Give a filter, or --all',
    );
  return {
    id: options.resume ?? randomUUID(),
    mode: modeOf(options),
    reason: options.reason,
    isResumed: options.resume !== undefined,
    isForced: options.force === true,
    rate: rateOption(options.rate),
    isOneKey: key?.endsWith('*') === false && topology?.includes(',') === false,
    limit: limitOption(options.limit ?? String(deadLettersShown)),
  };
}

const modeOf = (options: RedriveOptions): AskedMode => {
  if (options.discard === true) return 'DISCARD';
  return options.skipFirst === true ? 'SKIP_FIRST' : 'REDRIVE';
};

function rateOption(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text);
  throw usageFailure(`--rate is records a second, such as 100 or 0.5, not "${text}"`);
}

/** Every key that waits and is asked for, by topology, topic and key. Errors: usage. */
async function itemsOf(
  session: Session,
  options: RedriveOptions,
  asked: Asked,
): Promise<readonly Item[]> {
  const { topology, topic, type, key, from, to, deadReason } = options;
  const filter = filterOption({ topology, topic, type, key, from, to, reason: deadReason });
  const targets =
    filter.topologies === null
      ? allRedriveTargets()
      : [...filter.topologies].sort().map(redriveTargetOf);
  const found: { readonly target: RedriveTarget; readonly waiting: Waiting }[] = [];
  for (const target of targets) {
    const keys = await waitingIn(session, target, {
      ...{ filter, isRead: options.dryRun === true },
    }).catch((error: unknown) => {
      // That nobody keeps a read model here is news only to who named it.
      if (filter.topologies !== null || !(error instanceof ProjectionMissing)) throw error;
      return [];
    });
    found.push(...keys.map((waiting) => ({ target, waiting })));
  }
  const past = await pastOf(
    session,
    found.map(({ waiting }) => waiting),
  );
  if (asked.isResumed && !past.hasRun(asked.id))
    throw usageFailure(
      `--resume: the log has no run ${asked.id}; see plumbline dead-letters history`,
    );
  return found.map((each) => ({ ...each, past: past.of(each.waiting) }));
}
