import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { localConfig } from '../config.ts';
import { LocalStackError } from '../errors.ts';
import { allParts } from '../parts/all-parts.ts';
import type { PartContext } from '../parts/part.ts';
import { freeStackPorts, requireFreePorts } from '../ports.ts';
import { foldersOf } from '../paths.ts';
import { ownIdentity, signal as sendSignal, stopProcess } from '../process/identity.ts';
import { silent, type Report } from '../report.ts';
import { partNames, type PartName, type StackPorts } from '../stack-definition.ts';
import { addressesOf, type StackAddresses } from './addresses.ts';
import { takeLock } from './lock.ts';
import {
  livingParts,
  readRunState,
  removeRunState,
  waitForOrphans,
  writeRunState,
  type RunState,
} from './run-state.ts';
import {
  discardParts,
  logFileOf,
  startPart,
  startParts,
  stopParts,
  type RunningPart,
} from './running-parts.ts';

export interface OpenStackOptions {
  /** Folder of data, logs and run state. Unset: a temporary one, deleted by `stop`. */
  readonly home?: string;
  /** `free` for tests, `default` for the well-known ports as the environment changes them. */
  readonly ports: 'free' | 'default' | StackPorts;
  /** Which servers; all four if unset. The registry needs Kafka. */
  readonly parts?: readonly PartName[];
  readonly cacheFolder?: string;
  /** Called with one line for each step. */
  readonly report?: Report;
  /** Shown to others who want the same home. */
  readonly purpose?: string;
  /** Aborting it while the stack starts stops what was started and rejects. */
  readonly signal?: AbortSignal;
  /** Called with each part that serves, and with where all of them are to be, or are. */
  readonly onPartReady?: (name: PartName, servers: StackAddresses & { home: string }) => void;
  /** Called when a part ends although nobody here stopped or killed it. */
  readonly onPartLost?: (name: PartName) => void;
}

/** A running stack that ends with this process, however this process ends. */
export interface Stack extends StackAddresses {
  readonly home: string;
  readonly ports: StackPorts;
  pid(name: PartName): number;
  logFile(name: PartName): string;
  /** Sends a signal to a part, SIGKILL if none is named, and does not wait for what follows. */
  killPart(name: PartName, signal?: NodeJS.Signals): void;
  /** Stops the part if it runs and starts it again on the same port, with the same data. */
  restartPart(name: PartName): Promise<void>;
  /** Stops everything; may be called again. */
  stop(): Promise<void>;
}

/**
 * Starts servers of their own: for tests, the demo and `start`.
 *
 * Errors: LocalStackError with what to do about it; then nothing is left running.
 */
export async function openStack(options: OpenStackOptions): Promise<Stack> {
  const config = localConfig(process.env);
  const temporary = options.home === undefined;
  const home = options.home ? resolve(options.home) : await temporaryHome();
  const report = options.report ?? silent;
  const names = partNames.filter((name) => options.parts?.includes(name) ?? true);
  for (const name of names)
    for (const need of allParts[name].after)
      if (!names.includes(need)) throw new LocalStackError(`${name} needs ${need}`);
  const context: PartContext = {
    folders: foldersOf(home),
    cacheFolder: options.cacheFolder ?? config.cacheFolder,
    ports: await portsFor(options.ports, config.ports),
    report,
    // Whoever deletes it afterwards keeps it for minutes: a test, the demo.
    brief: temporary,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const { runFile, lockFile } = context.folders;
  const purpose = options.purpose ?? 'a test or tool';
  const lock = await takeLock({ file: lockFile, purpose, report });
  const owner = { ...ownIdentity(), purpose };
  const running = new Map<PartName, RunningPart>();
  try {
    await requireNothingRunning(runFile);
    await requireFreePorts(
      context.ports,
      names.flatMap((name) => allParts[name].ports),
    );
    const servers = { ...addressesOf(context.ports), home: context.folders.home };
    const started = await startParts(names, context, {
      started: async (part) => {
        running.set(part.name, part);
        await writeRunState(runFile, runStateOf(context.ports, owner, running));
      },
      ready: (name) => options.onPartReady?.(name, servers),
    });
    return stackOf({ options, context, owner, running: new Map(started), lock, temporary });
  } catch (error) {
    await removeRunState(runFile);
    await lock.release();
    if (temporary) await removeHome(home);
    throw error;
  }
}

async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-stack-'));
  // Under root, PostgreSQL runs as another account, which must be able to pass through.
  await chmod(home, 0o755);
  return home;
}

async function portsFor(
  wanted: OpenStackOptions['ports'],
  configured: StackPorts,
): Promise<StackPorts> {
  if (wanted === 'free') return freeStackPorts();
  return wanted === 'default' ? configured : wanted;
}

async function requireNothingRunning(runFile: string): Promise<void> {
  const state = await readRunState(runFile);
  await waitForOrphans(state);
  const living = livingParts(state);
  if (living.size > 0)
    throw new LocalStackError(
      `this stack is running already (${[...living.keys()].join(', ')}): stop it first with: npm run stack -- down`,
    );
}

/** What the run file says. */
export function runStateOf(
  ports: StackPorts,
  owner: RunState['owner'],
  running: ReadonlyMap<PartName, RunningPart>,
): RunState {
  const parts: RunState['parts'] = {};
  for (const [name, { child, startedAt }] of running)
    parts[name] = { ...child.identity, startedAt };
  return { ports, parts, ...(owner ? { owner } : {}) };
}

async function removeHome(home: string): Promise<void> {
  for (const part of Object.values(allParts))
    for (const folder of part.extraFolders?.({ folders: foldersOf(home) }) ?? [])
      await rm(folder, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}

interface OpenedStack {
  readonly options: OpenStackOptions;
  readonly context: PartContext;
  readonly owner: RunState['owner'];
  readonly running: Map<PartName, RunningPart>;
  readonly lock: { release(): Promise<void> };
  readonly temporary: boolean;
}

function stackOf(opened: OpenedStack): Stack {
  const { context, running, options } = opened;
  const { home, runFile } = context.folders;
  /** Parts that were told to end: their end is no surprise. */
  const expected = new Set<RunningPart>();
  let stopping: Promise<void> | null = null;
  /** Restarts, one after the other; the stop waits for them and cuts them short. */
  let restarts: Promise<unknown> = Promise.resolve();
  const ending = new AbortController();

  const watch = (part: RunningPart) => {
    void part.child.exited.then(() => {
      if (!expected.has(part)) options.onPartLost?.(part.name);
    });
  };
  const partOf = (name: PartName): RunningPart => {
    const part = running.get(name);
    if (!part) throw new LocalStackError(`${name} is not a part of this stack`);
    return part;
  };
  const stopAll = async () => {
    ending.abort(new LocalStackError('the stack is being stopped'));
    await restarts.catch(() => undefined);
    for (const part of running.values()) expected.add(part);
    const parts = new Map([...running].map(([name, part]) => [name, part.child.identity]));
    await (opened.temporary ? discardParts(parts) : stopParts(parts));
    await removeRunState(runFile);
    await opened.lock.release();
    if (opened.temporary) await removeHome(home);
  };
  const restartNow = async (name: PartName) => {
    ending.signal.throwIfAborted();
    const old = partOf(name);
    expected.add(old);
    const timeoutMs = restartPatienceMs;
    await stopProcess(old.child.identity, { signal: allParts[name].stopSignal, timeoutMs });
    const part = await startPart(name, { ...context, report: silent, signal: ending.signal });
    running.set(name, part);
    watch(part);
    await writeRunState(runFile, runStateOf(context.ports, opened.owner, running));
  };
  for (const part of running.values()) watch(part);
  return {
    ...addressesOf(context.ports),
    home,
    ports: context.ports,
    pid: (name) => partOf(name).child.identity.pid,
    logFile: (name) => logFileOf(context, name),
    killPart: (name, signal = 'SIGKILL') => {
      expected.add(partOf(name));
      sendSignal(partOf(name).child.identity, signal);
    },
    restartPart: (name) => {
      const restart = restarts.then(() => restartNow(name));
      restarts = restart.catch(() => undefined);
      return restart;
    },
    stop: () => (stopping ??= stopAll()),
  };
}

/** A part that a test has stopped with SIGSTOP ignores the polite signal. */
const restartPatienceMs = 10_000;
