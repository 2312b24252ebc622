import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessName } from '@plumbline/local';

/** A process kills or freezes itself when it comes to a step. */
export interface PlannedKill {
  readonly id: string;
  /** `task`, `transaction`, `projection`: see `atStep`. */
  readonly of: string;
  readonly step: string;
  /** At which occurrence in the life of one process, from 1. */
  readonly at: number;
  /** How long after the step; for what has no step of its own, such as an EndTxn under way. */
  readonly delayMs: number;
  /** SIGSTOP leaves a process that others must take for dead, until it is continued. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** Written by the process that dies, so that the one that is started again lives on. */
export const doneFileOf = (planFile: string, id: string): string => `${planFile}.${id}.done`;

/** The kills that processes carry out on themselves. */
export interface KillPlan {
  /** For the environment of a process: preloads what carries the plan out. */
  env(name: ProcessName): Readonly<Record<string, string>>;
  /** Adds a kill; the process learns of it within {@link planPollMs}, or when it starts. */
  arm(name: ProcessName, kill: Partial<PlannedKill> & { of: string; step: string }): Promise<Armed>;
}

export interface Armed {
  readonly name: ProcessName;
  readonly what: string;
  isDone(): boolean;
}

export const planPollMs = 100;

/** Source and build stand at the same depth; only the build can be preloaded. */
const preload = fileURLToPath(new URL('../../dist/faults/kill-at-step.js', import.meta.url));

export async function openKillPlan(folder: string): Promise<KillPlan> {
  await mkdir(folder, { recursive: true });
  const kills = new Map<ProcessName, PlannedKill[]>();
  const fileOf = (name: ProcessName): string => join(folder, `${name}.json`);
  let armed = 0;
  return {
    env: (name) => {
      const url = `file://${preload}?plan=${encodeURIComponent(fileOf(name))}`;
      return { NODE_OPTIONS: `--import=${url}` };
    },
    async arm(name, { of, step, at = 1, delayMs = 0, signal = 'SIGKILL' }) {
      armed += 1;
      const id = String(armed);
      const all = [...(kills.get(name) ?? []), { id, of, step, at, delayMs, signal }];
      kills.set(name, all);
      // In one step, so that no process ever reads half a plan.
      await writeFile(`${fileOf(name)}.new`, JSON.stringify(all));
      await rename(`${fileOf(name)}.new`, fileOf(name));
      const when = delayMs > 0 ? ` + ${delayMs} ms` : '';
      const what = `${name} at ${of} ${step}${when}`;
      return { name, what, isDone: () => existsSync(doneFileOf(fileOf(name), id)) };
    },
  };
}
