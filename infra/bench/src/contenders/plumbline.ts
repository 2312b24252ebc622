import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report, Stack } from '@plumbline/local';
import { openPlatform } from '@plumbline/local';
import { pollMs } from '../limits.ts';
import type { Contender, Restore, RunningContender } from './contender.ts';
import { processFigures } from './process-figures.ts';

const name = 'consistency-alerts';

/** Where a process of ours keeps the copies of its state. */
export const stateFolderOf = (home: string, instance: number): string =>
  join(home, `plumbline-state-${instance}`);

/**
 * The production process, `dist/main.js`, as `npm start` runs it: with copies of its state in a
 * folder, or with its state in memory only.
 */
export function plumbline(options: {
  readonly stack: Stack;
  readonly home: string;
  readonly inMemory: boolean;
  /** Variables of the process on top of those of the platform. */
  readonly env: Readonly<Record<string, string>>;
  readonly report: Report;
}): Contender {
  const { stack, home, inMemory, env, report } = options;
  const contender = inMemory ? 'plumbline memory' : 'plumbline';
  let starts = 0;
  return {
    name: contender,
    processes: 1,
    // Where it stands is in its changelog, and that is gone.
    begin: () => undefined,
    async start({ instance = 0, fresh = true } = {}) {
      const state = stateFolderOf(home, instance);
      if (fresh) await rm(state, { recursive: true, force: true });
      starts += 1;
      const logsFolder = join(home, 'logs', `${contender.replace(' ', '-')}-${starts}`);
      const platform = await openPlatform({
        ...{ stack, report, logsFolder, ports: 'free', processes: [name], autoRestart: false },
        env: { PLUMBLINE_STATE_FOLDER: inMemory ? '' : state, ...env },
      });
      const process = platform.process(name);
      const pid = process.pid();
      if (pid === null) throw new Error(`${name} ended at once`);
      const running: RunningContender = {
        figures: () => processFigures(pid),
        logFile: process.logFile,
        isAlive: () => process.pid() !== null,
        async ready() {
          await platform.ready(name);
          return restoreOf(await readFile(process.logFile, 'utf8'));
        },
        stop: () => platform.stop(),
        async kill() {
          process.kill('SIGKILL');
          while (process.pid() !== null) await sleep(pollMs);
          await platform.stop();
        },
      };
      return running;
    },
  };
}

/** From what the process logs: `assigned` once, `task runs` for each partition. */
export function restoreOf(logText: string): Restore {
  let [records, from, to] = [0, Number.NaN, Number.NaN];
  for (const line of logText.split('\n')) {
    const entry = entryOf(line);
    const at = Date.parse(String(entry['time'] ?? entry['timestamp']));
    if (entry['message'] === 'assigned' && Number.isNaN(from)) from = at;
    if (entry['message'] !== 'task runs') continue;
    to = at;
    records += Number(entry['restoredRecords']);
  }
  return { records, elapsedMs: to - from };
}

function entryOf(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
