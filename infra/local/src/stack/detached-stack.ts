import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalConfig } from '../config.ts';
import { LocalStackError, messageOf } from '../errors.ts';
import { allParts } from '../parts/all-parts.ts';
import type { PartContext } from '../parts/part.ts';
import { foldersOf } from '../paths.ts';
import { requireFreePorts } from '../ports.ts';
import { isAlive, type ProcessIdentity } from '../process/identity.ts';
import { partLine, type Report } from '../report.ts';
import { partNames, partTitles, portVariables, type PartName } from '../stack-definition.ts';
import { addressesOf, type StackAddresses } from './addresses.ts';
import { readHolder, takeLock } from './lock.ts';
import { logFileOf, startParts, stopParts, type RunningPart } from './running-parts.ts';
import {
  livingParts,
  readRunState,
  removeRunState,
  waitForOrphans,
  writeRunState,
  type RunState,
} from './run-state.ts';

/** What `stack` does: servers that go on after the command has ended. */

interface Options {
  readonly config: LocalConfig;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

const contextOf = ({ config, report, signal }: Options): PartContext => ({
  folders: foldersOf(config.home),
  cacheFolder: config.cacheFolder,
  ports: config.ports,
  report,
  ...(signal ? { signal } : {}),
});

/**
 * Starts what does not run, and returns when every part is healthy. While it works, the parts it
 * started end with it, even by SIGKILL; only when all are healthy are they let go.
 */
export async function stackUp(options: Options): Promise<StackAddresses> {
  const context = contextOf(options);
  const { report } = options;
  const { runFile, lockFile } = context.folders;
  const lock = await takeLock({ file: lockFile, purpose: 'stack up', report });
  try {
    const state = await readRunState(runFile);
    await waitForOrphans(state);
    const living = livingParts(state);
    requireSamePorts(state, living, context);
    for (const name of living.keys()) {
      await checkLiving(name, context);
      report(partLine(name, `is running on 127.0.0.1:${context.ports[name]}`));
    }
    const missing = partNames.filter((name) => !living.has(name));
    await requireFreePorts(
      context.ports,
      missing.flatMap((name) => allParts[name].ports),
    );
    const parts: RunState['parts'] = {};
    for (const name of living.keys()) {
      const known = state?.parts[name];
      if (known) parts[name] = known;
    }
    const record = ({ name, child, startedAt }: RunningPart) => {
      parts[name] = { ...child.identity, startedAt };
      return writeRunState(runFile, { ports: context.ports, parts });
    };
    const started = await startParts(missing, context, { started: record });
    for (const part of started.values()) await part.child.release();
    return addressesOf(context.ports);
  } finally {
    await lock.release();
  }
}

function requireSamePorts(
  state: RunState | null,
  living: ReadonlyMap<PartName, ProcessIdentity>,
  context: PartContext,
): void {
  for (const name of living.keys())
    for (const use of allParts[name].ports)
      if (state && state.ports[use] !== context.ports[use])
        throw new LocalStackError(
          `${partTitles[name]} runs on port ${state.ports[use]}, and ${portVariables[use]} asks for ${context.ports[use]}: stop the stack first with: npm run stack -- down`,
        );
}

async function checkLiving(name: PartName, context: PartContext): Promise<void> {
  try {
    await allParts[name].check(context);
  } catch (error) {
    throw new LocalStackError(
      `${partTitles[name]} runs and does not answer (${messageOf(error)}); its log is ${logFileOf(context, name)}. Stop the stack with: npm run stack -- down`,
    );
  }
}

export async function stackDown(options: Options): Promise<void> {
  const context = contextOf(options);
  const { runFile, lockFile } = context.folders;
  const lock = await takeLock({ file: lockFile, purpose: 'stack down', report: options.report });
  try {
    const state = await readRunState(runFile);
    await waitForOrphans(state);
    const living = livingParts(state);
    if (living.size === 0) options.report('  nothing was running');
    await stopParts(living, (name, ending) => options.report(partLine(name, ending)));
    await removeRunState(runFile);
  } finally {
    await lock.release();
  }
}

export type PartHealth = 'healthy' | 'not answering' | 'dead' | 'not started';

export interface StackStatus {
  readonly home: string;
  /** Who holds the stack, when it ends together with a process such as `start`. */
  readonly heldBy: string | null;
  readonly parts: readonly PartStatus[];
  /** `null` unless every part is healthy. */
  readonly addresses: StackAddresses | null;
}

export interface PartStatus {
  readonly name: PartName;
  readonly health: PartHealth;
  readonly port: number;
  readonly pid: number | null;
  readonly detail: string;
  readonly logFile: string;
}

/** Asks every part; changes nothing. */
export async function stackStatus(options: Options): Promise<StackStatus> {
  const configured = contextOf(options);
  const state = await readRunState(configured.folders.runFile);
  const context = { ...configured, ports: state?.ports ?? configured.ports };
  const parts = await Promise.all(partNames.map((name) => statusOf(name, state, context)));
  const healthy = parts.every((part) => part.health === 'healthy');
  const holder = await readHolder(context.folders.lockFile);
  return {
    home: options.config.home,
    heldBy: holder && isAlive(holder) ? `${holder.purpose} (process ${holder.pid})` : null,
    parts,
    addresses: healthy ? addressesOf(context.ports) : null,
  };
}

async function statusOf(
  name: PartName,
  state: RunState | null,
  context: PartContext,
): Promise<PartStatus> {
  const part = state?.parts[name];
  const base = { name, port: context.ports[name], logFile: logFileOf(context, name) };
  if (!part) return { ...base, health: 'not started', pid: null, detail: '' };
  if (!isAlive(part))
    return { ...base, health: 'dead', pid: null, detail: `was process ${part.pid}` };
  try {
    await allParts[name].check(context);
    return { ...base, health: 'healthy', pid: part.pid, detail: `since ${part.startedAt}` };
  } catch (error) {
    return { ...base, health: 'not answering', pid: part.pid, detail: messageOf(error) };
  }
}

/** Stops the stack and deletes its data and logs: the whole log of events is gone then. */
export async function stackReset(options: Options): Promise<void> {
  await stackDown(options);
  const { folders } = contextOf(options);
  const lock = await takeLock({
    file: folders.lockFile,
    purpose: 'stack reset',
    report: options.report,
  });
  try {
    const extra = Object.values(allParts).flatMap((part) => part.extraFolders?.({ folders }) ?? []);
    for (const folder of [folders.data, folders.logs, folders.conf, ...extra])
      await rm(folder, { recursive: true, force: true });
    options.report(`  deleted data and logs in ${folders.home}`);
  } finally {
    await lock.release();
  }
}

/** What `reset` would delete, for the question before it; empty if there is nothing. */
export async function dataOf(options: Options): Promise<readonly string[]> {
  const { data } = contextOf(options).folders;
  const names = await readdir(data).catch(() => []);
  return names.map((name) => join(data, name));
}
