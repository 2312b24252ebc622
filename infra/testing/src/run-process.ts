import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { stopTimeoutMs } from './limits.ts';

export interface RunOptions {
  /** `node` is this Node. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** Whether it is to take only what everything else leaves of the processors. False if unset. */
  readonly yielding?: boolean;
  /** Ends the process early. */
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

export interface RunResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly output: string;
}

/** Runs a program. What it started goes with it: it has a process group of its own. */
export function runProcess(options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      options.program === 'node' ? process.execPath : options.program,
      options.args,
      {
        cwd: options.cwd,
        env: { ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
    if (options.yielding === true) yieldToOthers(child);
    let output = '';
    let timedOut = false;
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      options.onOutput?.(chunk.toString());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const abort = () => endGroup(child);
    const timer = setTimeout(() => {
      timedOut = true;
      abort();
    }, options.timeoutMs);
    options.signal.addEventListener('abort', abort, { once: true });
    child.once('error', reject);
    child.once('exit', () => {
      // Workers that outlive their parent would keep its output open, and the ports they hold.
      signalGroup(child, 'SIGKILL');
    });
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', abort);
      resolve({ exitCode, timedOut, output });
    });
  });
}

/**
 * The lowest priority, which what it starts inherits. Some kernels share out by sessions first, and
 * this process leads one: there the session's own priority counts as well.
 */
function yieldToOthers({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  const lowest = constants.priority.PRIORITY_LOW;
  try {
    setPriority(pid, lowest);
  } catch {
    // It has ended already, or the system has no priorities: it runs as everything else does.
  }
  void writeFile(`/proc/${pid}/autogroup`, String(lowest)).catch(() => undefined);
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), stopTimeoutMs).unref();
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    // The group is gone, which is what was wanted.
  }
}
