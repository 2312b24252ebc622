import type { Command } from 'commander';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';

/** Runs one command with a session that is closed afterwards, whatever happens. */
export type RunCommand = (work: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** Puts a command into the program. */
export type AddCommand = (program: Command, run: RunCommand) => void;

/** Examples at the end of a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ plumbline ${line}`).join('\n')}\n`;
