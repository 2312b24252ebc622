import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { codeOf, LocalStackError } from '../errors.ts';
import { logFileBytesMax } from '../limits.ts';
import { startTokenOf, type ProcessIdentity } from './identity.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** What it writes is appended here. */
  readonly logFile: string;
  /** The polite signal of this program. */
  readonly stopSignal: NodeJS.Signals;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running child that ends when this process ends, however it ends, until it is released. */
export interface Child {
  readonly identity: ProcessIdentity;
  readonly exited: Promise<Exit>;
  /** `null` while it runs. */
  exit(): Exit | null;
  /** Lets it outlive this process. */
  release(): Promise<void>;
}

/**
 * The lifeline. Before it becomes the server, the shell leaves a watcher behind that reads from a
 * pipe whose other end only this process holds. A line on it means: all is well, go. The end of the
 * file means that the holder died, even by SIGKILL: stop the server politely, then by force. The
 * watcher is started by a subshell that ends at once, so that it is no child of the server.
 */
const lifelineScript = `
me=$$
( (
  exec </dev/null >/dev/null 2>&1
  trap '' HUP INT TERM QUIT
  if IFS= read -r line <&3; then exit 0; fi
  kill -$PLUMBLINE_STOP_SIGNAL $me
  n=0
  while [ $n -lt 50 ] && kill -0 $me; do sleep 0.2; n=$((n + 1)); done
  kill -KILL $me
) & )
unset PLUMBLINE_STOP_SIGNAL
exec "$@" 3<&-
`;

/** Errors: {@link LocalStackError} when the command does not exist or cannot be run. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = openLog(options.logFile);
  try {
    const child = spawn('/bin/sh', ['-c', lifelineScript, 'sh', options.command, ...options.args], {
      // A session of its own: Ctrl-C in the terminal must reach this process only, which then
      // stops its children in the right order.
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
      env: {
        ...(options.env ?? process.env),
        PLUMBLINE_STOP_SIGNAL: options.stopSignal.replace('SIG', ''),
      },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    await spawned(child, options.command);
    return childOf(child);
  } finally {
    closeSync(log);
  }
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > logFileBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

function spawned(child: ChildProcess, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(new LocalStackError(`cannot run ${command}: ${codeOf(error)} ${error.message}`));
    });
  });
}

function childOf(child: ChildProcess): Child {
  const lifeline = child.stdio[3] as Writable;
  let exit: Exit | null = null;
  // The watcher may be gone already, after the server: then nobody reads, which is no fault.
  lifeline.on('error', () => undefined);
  const pid = child.pid ?? 0;
  const identity = { pid, startToken: startTokenOf(pid) ?? 'gone' };
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      lifeline.end('gone\n');
      resolve(exit);
    });
  });
  return {
    identity,
    exited,
    exit: () => exit,
    release: async () => {
      await new Promise<void>((resolve) => lifeline.end('released\n', resolve));
      lifeline.destroy();
      child.unref();
    },
  };
}
