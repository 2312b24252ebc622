import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '../errors.ts';
import {
  healthCheckTimeoutMs,
  healthPollMs,
  platformReadyTimeoutMs,
  platformStopTimeoutMs,
  restartDelayMs,
  restartsInARowMax,
  shownLogLines,
} from '../limits.ts';
import { startChild, type Child } from '../process/child.ts';
import { signal as sendSignal, stopProcess } from '../process/identity.ts';
import { partLine, type Report } from '../report.ts';
import type { ProcessName } from './platform-definition.ts';

/**
 * One process of the platform, started again when it ends without having been asked to.
 *
 *   running ──ends──► waiting (longer each time) ──► running
 *      │                 │ too often in a row: given up
 *      └──── stop ───────┴──► stopped
 */
export interface PlatformProcess {
  readonly name: ProcessName;
  /** `http://host:port` */
  readonly url: string;
  readonly logFile: string;
  /** `null` while it does not run. */
  pid(): number | null;
  /** Resolves when `GET /readyz` answers 200. Errors: LocalStackError with the end of its log. */
  ready(timeoutMs?: number): Promise<void>;
  /** Sends a signal, SIGKILL if none is named. What follows is up to the restarts. */
  kill(signal?: NodeJS.Signals): void;
  /** Stops it if it runs, starts it again, and waits until it is ready. */
  restart(): Promise<void>;
  /** Whether it is started again when it ends by itself or is killed. On at first. */
  setAutoRestart(on: boolean): void;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly name: ProcessName;
  /** The program, as a path. */
  readonly main: string;
  readonly host: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  readonly autoRestart: boolean;
  readonly report: Report;
}

export async function startPlatformProcess(options: ProcessOptions): Promise<PlatformProcess> {
  const { name, host, port, report, logFile } = options;
  const url = `http://${host}:${port}`;
  let child: Child | null = null;
  let autoRestart = options.autoRestart;
  let restartsInARow = 0;
  /** Children that were told to end. */
  const expected = new WeakSet<Child>();
  let stopped = false;

  const start = async () => {
    const started = await startChild({
      command: process.execPath,
      args: ['--enable-source-maps', options.main],
      env: { ...options.env, PLUMBLINE_HTTP_HOST: host, PLUMBLINE_HTTP_PORT: String(port) },
      logFile,
      stopSignal: 'SIGTERM',
    });
    child = started;
    void started.exited.then(({ code, signal }) => {
      if (child === started) child = null;
      if (expected.has(started) || stopped) return;
      report(partLine(name, `ended (${signal ?? `code ${code ?? '?'}`}); log: ${logFile}`));
      if (autoRestart) void startAgain();
    });
  };

  const startAgain = async () => {
    if (restartsInARow >= restartsInARowMax) {
      report(partLine(name, `given up: ended ${restartsInARow} times in a row; log: ${logFile}`));
      return;
    }
    await sleep(restartDelay(restartsInARow));
    restartsInARow += 1;
    if (stopped || child !== null || !autoRestart) return;
    try {
      await start();
      report(partLine(name, 'started again'));
      await ready(platformReadyTimeoutMs);
      restartsInARow = 0;
    } catch {
      // It ended or is not ready: its end starts it again, and its log says why.
    }
  };

  const ready = async (timeoutMs: number) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      if (child !== null && (await answersReady(url))) return;
      const gone = child === null && !autoRestart;
      if (stopped || gone || performance.now() > deadline) {
        const why = stopped || gone ? 'does not run' : `is not ready after ${timeoutMs} ms`;
        throw new LocalStackError(`${name} ${why}.\n${await endOf(logFile)}`);
      }
      await sleep(healthPollMs);
    }
  };

  const end = async () => {
    const current = child;
    if (current === null) return;
    expected.add(current);
    const polite = { signal: 'SIGTERM', timeoutMs: platformStopTimeoutMs } as const;
    await stopProcess(current.identity, polite);
    await current.exited;
  };

  await start();
  return {
    name,
    url,
    logFile,
    pid: () => child?.identity.pid ?? null,
    ready: (timeoutMs = platformReadyTimeoutMs) => ready(timeoutMs),
    kill: (signal = 'SIGKILL') => {
      if (child !== null) sendSignal(child.identity, signal);
    },
    restart: async () => {
      await end();
      restartsInARow = 0;
      await start();
      await ready(platformReadyTimeoutMs);
    },
    setAutoRestart: (on) => {
      autoRestart = on;
      if (on && child === null && !stopped) void startAgain();
    },
    stop: async () => {
      stopped = true;
      await end();
    },
  };
}

/** 250 ms, doubled each time, at most 10 s. */
export const restartDelay = (restartsInARow: number): number =>
  Math.min(restartDelayMs.first * 2 ** restartsInARow, restartDelayMs.max);

async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, {
      signal: AbortSignal.timeout(healthCheckTimeoutMs),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function endOf(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-shownLogLines);
  return [`The end of ${logFile}:`, ...lines.map((line) => `    ${line}`)].join('\n');
}
