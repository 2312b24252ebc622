import type { Command } from 'commander';
import { verifyListed, verifyListedMax } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { Part } from '../verify/finding.ts';
import { parts } from '../verify/finding.ts';
import { endLine, partLines, runVerify } from '../verify/run-verify.ts';
import { isoOf } from '../what-if/asked.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface VerifyOptions {
  readonly only?: string;
  /** As they were typed; checked here. */
  readonly partition?: string;
  readonly limit?: string;
  readonly acceptGaps?: boolean;
  readonly json?: boolean;
}

export function addVerify(program: Command, run: RunCommand): void {
  program
    .command('verify')
    .description('Prove that nothing of the log, nor of what was made of it, was lost or altered')
    .option('--only <parts>', `some of ${parts.join(',')}`)
    .option('--partition <n>', 'one partition only; read models are compared whole')
    .option('--limit <n>', 'findings of each part that are listed', String(verifyListed))
    .option('--accept-gaps', 'exit with 0 although something could not be compared')
    .option('--json', 'one JSON object: parts, findings, positions')
    .addHelpText(
      'after',
      examples('verify', 'verify --only chains,sums', 'verify --only read-models --json'),
    )
    .action((options: VerifyOptions) => run((session) => verify(session, options)));
}

/** Exit code 1 when something is wrong, or could not be compared and that was not accepted. */
export async function verify(session: Session, options: VerifyOptions): Promise<ExitCode> {
  const { out, config } = session;
  const json = options.json === true;
  const verified = await runVerify(session, {
    parts: partsOption(options.only),
    partition: partitionOption(options.partition, config.PLUMBLINE_PARTITIONS),
    listed: limitOption(options.limit),
    onPart: (result) => {
      if (!json) for (const line of partLines(result)) out.line(line);
    },
  });
  if (json) out.json({ ...verified, at: isoOf(verified.atMs) });
  else out.note(endLine(verified));
  const accepted = options.acceptGaps === true ? ['holds', 'gaps'] : ['holds'];
  return verified.parts.every(({ state }) => accepted.includes(state)) ? 0 : 1;
}

function partsOption(text: string | undefined): readonly Part[] {
  if (text === undefined) return parts;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined)
    throw usageFailure(`no part is called "${unknown}": ${parts.join(', ')}`);
  return parts.filter((part) => names.includes(part));
}

function partitionOption(text: string | undefined, partitions: number): number | null {
  if (text === undefined) return null;
  const partition = /^\d{1,5}$/.test(text) ? Number(text) : partitions;
  if (partition < partitions) return partition;
  throw usageFailure(`--partition is a number from 0 to ${partitions - 1}, not "${text}"`);
}

function limitOption(text: string | undefined): number {
  const limit = Number(text ?? verifyListed);
  if (Number.isInteger(limit) && limit >= 0 && limit <= verifyListedMax) return limit;
  throw usageFailure(`--limit is a whole number from 0 to ${verifyListedMax}, not "${text ?? ''}"`);
}
