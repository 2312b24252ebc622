import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { killTimeoutMs } from '../limits.ts';

/**
 * A process that may have been started by another run of the tool. A pid alone is not enough: the
 * kernel gives it to somebody else later, who must not be signalled.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system says it; compared and never read. */
  readonly startToken: string;
}

/** The start token of a living process; `null` if there is none (a zombie counts as none). */
export function startTokenOf(pid: number): string | null {
  return process.platform === 'linux' ? tokenFromProc(pid) : tokenFromPs(pid);
}

function tokenFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the command, which is in parentheses and may contain anything: proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === undefined || startTicks === undefined || 'ZX'.includes(state)) return null;
    return `${bootId()}-${startTicks}`;
  } catch {
    return null;
  }
}

const bootId = (): string =>
  readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);

function tokenFromPs(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}

export const isAlive = (of: ProcessIdentity): boolean => startTokenOf(of.pid) === of.startToken;

/** This process, for lock files. */
export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  startToken: startTokenOf(process.pid) ?? 'unknown',
});

/** Sends a signal if the process still is the same one. False if it is gone. */
export function signal(to: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(to)) return false;
  try {
    process.kill(to.pid, name);
    return true;
  } catch {
    return false;
  }
}

const pollMs = 50;

/** True if it ended within the time. */
export async function waitUntilGone(of: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(of)) {
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}

/** How a process ended: by itself, after the polite signal, or by force. */
export type Ending = 'gone' | 'stopped' | 'killed';

/** Polite signal first, then SIGKILL. Errors: a plain Error if not even that ended it. */
export async function stopProcess(
  target: ProcessIdentity,
  options: { readonly signal: NodeJS.Signals; readonly timeoutMs: number },
): Promise<Ending> {
  if (!signal(target, options.signal)) return 'gone';
  if (await waitUntilGone(target, options.timeoutMs)) return 'stopped';
  signal(target, 'SIGKILL');
  if (await waitUntilGone(target, killTimeoutMs)) return 'killed';
  throw new Error(`process ${target.pid} does not end, not even on SIGKILL`);
}
