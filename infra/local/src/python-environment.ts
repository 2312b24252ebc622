import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillCachedFolder } from './cached-folder.ts';
import { LocalStackError } from './errors.ts';
import { fetchTimeoutMs } from './limits.ts';
import { findOnPath } from './process/find-tool.ts';
import { runCommand, type CommandResult } from './process/run-command.ts';
import { silent, type Report } from './report.ts';

/** Whether there is a Python to run anything with. */
export const hasPython = (env: Readonly<Record<string, string | undefined>> = process.env) =>
  findOnPath('python3', env) !== null;

/**
 * The Python of a virtual environment in the cache that has what a requirements file names, made at
 * the first use. Run tools as `-m <module>`: their scripts know only the folder they were made in.
 *
 * Errors: {@link LocalStackError} without `python3` on the PATH, and with the last lines of pip.
 */
export async function pythonEnvironment(options: {
  readonly requirementsFile: string;
  readonly cacheFolder: string;
  readonly report?: Report;
  readonly signal?: AbortSignal;
}): Promise<string> {
  const { requirementsFile, cacheFolder, report = silent, signal } = options;
  const python = findOnPath('python3');
  if (python === null) throw new LocalStackError('there is no python3 on the PATH');
  const run = (command: string, args: readonly string[]): Promise<CommandResult> =>
    runCommand({ command, args, timeoutMs: fetchTimeoutMs, ...(signal ? { signal } : {}) });
  const version = await run(python, ['-c', 'import sys; print(sys.executable, sys.version)']);
  const wanted = createHash('sha256').update(version.output.join('\n'));
  const hash = wanted.update(await readFile(requirementsFile)).digest('hex');
  const name = `python-${hash.slice(0, 16)}`;
  const folder = join(cacheFolder, name);
  if (!existsSync(folder)) {
    report('Python: fetching packages through pip (only once) …');
    await fillCachedFolder(cacheFolder, name, async (partial) => {
      const made = join(partial, 'environment');
      const hint = 'is there a python3-venv (Debian: apt-get install python3-venv)?';
      mustSucceed(await run(python, ['-m', 'venv', made]), `no virtual environment: ${hint}`);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
      const installed = await run(pythonIn(made), [...pip, '--requirement', requirementsFile]);
      mustSucceed(installed, 'pip could not install the packages: is the network there?');
      return made;
    });
  }
  return pythonIn(folder);
}

const pythonIn = (folder: string): string => join(folder, 'bin', 'python');

/** The last lines of a tool say what was wrong. */
const shownLines = 8;

function mustSucceed({ code, output }: CommandResult, what: string): void {
  if (code === 0) return;
  throw new LocalStackError([what, ...output.slice(-shownLines)].join('\n    '));
}
