import { spawn } from 'node:child_process';
import { codeOf, LocalStackError } from '../errors.ts';

export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  readonly code: number | null;
  /** What it wrote, both streams, the last 200 lines. */
  readonly output: readonly string[];
}

const keptLines = 200;

/** Runs a short-lived command. Errors: {@link LocalStackError} if it cannot be run or is too slow. */
export function runCommand(options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(options.command, options.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...(options.env ?? process.env) },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    const abort = () => child.kill('SIGTERM');
    options.signal?.addEventListener('abort', abort, { once: true });
    const output: string[] = [];
    const take = lineSplitter((line) => {
      output.push(line);
      if (output.length > keptLines) output.shift();
      options.onLine?.(line);
    });
    child.stdout.on('data', (chunk: Buffer) => take(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => take(chunk.toString()));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new LocalStackError(`${options.command} took longer than ${options.timeoutMs} ms`));
    }, options.timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new LocalStackError(`cannot run ${options.command}: ${codeOf(error)}`));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      take('\n');
      resolve({ code, output });
    });
  });
}

function lineSplitter(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line);
  };
}
