import { RedriveRefused } from '@plumbline/postgres';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { AskedMode, RedriveStep } from '../dead-letters/ask-redrive.ts';
import { openRedriver } from '../dead-letters/ask-redrive.ts';
import type { RedriveTarget } from '../dead-letters/redrive-target.ts';
import { redriveTargetOf } from '../dead-letters/redrive-target.ts';
import type { Waiting } from '../dead-letters/waiting.ts';
import { waitingOf } from '../dead-letters/waiting.ts';
import { redriveRoundsMax } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface RedriveOptions {
  readonly topology: string;
  readonly key: string;
  readonly topic?: string;
  readonly skipFirst?: boolean;
  readonly discard?: boolean;
  readonly reason: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addDeadLettersRedrive(parent: Command, run: RunCommand): void {
  parent
    .command('redrive')
    .description('Let a key go on whose records wait behind a dead letter, in their order')
    .requiredOption('--topology <name>', 'where it waits: checkout, projection-orders-v2')
    .requiredOption('--key <key>', 'the record key: main/H1001')
    .option('--topic <topic>', 'the input whose records wait; needed when there are several')
    .addOption(
      new Option('--skip-first', 'leave the first one out; it stays a dead letter').conflicts(
        'discard',
      ),
    )
    .option('--discard', 'leave all of them out')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--dry-run', 'say what waits and write nothing')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      examples(
        'dead-letters redrive --topology checkout --key main/H1001 --reason "mended in 1.4"',
        'dead-letters redrive --topology checkout --key main/H1001 --skip-first --reason "a forgery"',
      ),
    )
    .action((options: RedriveOptions) => run((session) => redrive(session, options)));
}

/** Exit code 0 once nothing waits any more (or in a dry run, when something does), 1 otherwise. */
export async function redrive(session: Session, options: RedriveOptions): Promise<ExitCode> {
  if (options.reason.trim() === '') throw usageFailure('--reason must not be empty');
  const target = redriveTargetOf(options.topology);
  const found = await waitingOf(session, target, options.key);
  const waiting = chosen(found, options);
  const { out } = session;
  if (waiting === null) {
    if (options.json === true) out.json({ status: 'UNCHANGED', steps: [], remaining: 0 });
    out.note(`nothing of ${options.key} waits in ${options.topology}${inTopic(options)}`);
    return 1;
  }
  const mode = modeOf(options);
  if (options.dryRun === true) {
    if (options.json === true) out.json({ dryRun: true, mode, waiting });
    else out.line(dryRunLine(waiting, options, mode));
    return 0;
  }
  const steps = await untilDone(session, target, { options, topic: waiting.topic, mode });
  const last = steps.at(-1);
  const done = last !== undefined && last.remaining === 0;
  if (options.json === true) out.json({ status: last?.status, steps, remaining: last?.remaining });
  else for (const line of resultLines(steps, waiting.topic)) out.line(line);
  return done ? 0 : 1;
}

const inTopic = ({ topic }: RedriveOptions): string => (topic === undefined ? '' : ` of ${topic}`);

const modeOf = (options: RedriveOptions): AskedMode => {
  if (options.discard === true) return 'DISCARD';
  return options.skipFirst === true ? 'SKIP_FIRST' : 'REDRIVE';
};

function chosen(found: readonly Waiting[], options: RedriveOptions): Waiting | null {
  const { topic } = options;
  const fitting = found.filter((each) => topic === undefined || each.topic === topic);
  if (fitting.length > 1) {
    const names = fitting.map((each) => each.topic).join(', ');
    throw usageFailure(`it waits in several inputs, give --topic: ${names}`);
  }
  return fitting[0] ?? null;
}

/** One transaction takes so many and no more; what it left is asked for again. */
async function untilDone(
  session: Session,
  target: RedriveTarget,
  asked: { readonly options: RedriveOptions; readonly topic: string; readonly mode: AskedMode },
): Promise<readonly RedriveStep[]> {
  const { key, reason } = asked.options;
  const { out, signal } = session;
  const redriver = await openRedriver(session, target, { topic: asked.topic, key, reason });
  const steps: RedriveStep[] = [];
  try {
    for (let round = 0; round < redriveRoundsMax; round += 1) {
      signal.throwIfAborted();
      // What was to be left out is left out once.
      const mode = round === 0 || asked.mode === 'DISCARD' ? asked.mode : 'REDRIVE';
      const step = await redriver.ask(mode);
      steps.push(step);
      out.progress(`${sum(steps, 'redriven')} redriven, ${step.remaining} wait`);
      if (step.remaining === 0 || step.stoppedAt !== null) break;
    }
    return steps;
  } catch (error) {
    if (error instanceof RedriveRefused) throw new CliFailure(error.message);
    throw error;
  } finally {
    out.progressDone();
    await redriver.close();
  }
}

const sum = (steps: readonly RedriveStep[], of: 'redriven' | 'dropped'): number =>
  steps.reduce((total, step) => total + step[of], 0);

const dryRunLine = (waiting: Waiting, { key }: RedriveOptions, mode: AskedMode): string =>
  `${waiting.records} records of ${key} wait from ${waiting.topic} offset ` +
  `${waiting.offset.toString()} on, ${waiting.reason}: ${wouldBe(waiting.records, mode)}`;

function wouldBe(records: number, mode: AskedMode): string {
  switch (mode) {
    case 'REDRIVE':
      return `all would be taken in order`;
    case 'SKIP_FIRST':
      return `the first would be left out, ${records - 1} taken in order`;
    case 'DISCARD':
      return 'all would be left out';
  }
}

export function resultLines(steps: readonly RedriveStep[], topic: string): readonly string[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  if (last.status === 'UNCHANGED' && steps.length === 1) return ['nothing waited any more'];
  const dropped = sum(steps, 'dropped');
  const left = dropped === 0 ? '' : `, ${dropped} left out`;
  const head = `${sum(steps, 'redriven')} records redriven${left}, ${last.remaining} wait`;
  if (last.stoppedAt === null) return [head];
  return [head, `stopped at ${topic} offset ${last.stoppedAt}: ${last.stoppedBy ?? 'unknown'}`];
}
