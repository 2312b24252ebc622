import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError, messageOf } from '../errors.ts';
import {
  healthPollMs,
  progressEveryMs,
  shownLogLines,
  startTimeoutMs,
  stopTimeoutMs,
} from '../limits.ts';
import { allParts } from '../parts/all-parts.ts';
import type { PartContext } from '../parts/part.ts';
import { startChild, type Child } from '../process/child.ts';
import { stopProcess, type Ending, type ProcessIdentity } from '../process/identity.ts';
import { partLine, secondsSince } from '../report.ts';
import { partNames, partTitles, type PartName } from '../stack-definition.ts';

export interface RunningPart {
  readonly name: PartName;
  readonly child: Child;
  readonly startedAt: string;
}

export const logFileOf = (context: Pick<PartContext, 'folders'>, name: string): string =>
  join(context.folders.logs, `${name}.log`);

/**
 * Starts one part and waits until it answers. `onStarted` is called as soon as there is a process,
 * so that it can be written down.
 *
 * Errors: {@link LocalStackError} with the end of its log when it ends or does not answer; then
 * nothing of it is left running.
 */
export async function startPart(
  name: PartName,
  context: PartContext,
  options: {
    /** Waited for after the preparation (which may download) and before the start. */
    readonly needs?: Promise<unknown>;
    readonly onStarted?: (part: RunningPart) => Promise<void>;
  } = {},
): Promise<RunningPart> {
  const part = allParts[name];
  const launch = await part.prepare(context);
  await options.needs;
  context.signal?.throwIfAborted();
  const begin = performance.now();
  context.report(partLine(name, `starting ${partTitles[name]} …`));
  const logFile = logFileOf(context, name);
  const child = await startChild({ ...launch, logFile, stopSignal: part.stopSignal });
  const running: RunningPart = { name, child, startedAt: new Date().toISOString() };
  try {
    await options.onStarted?.(running);
    await untilHealthy(running, context);
    await part.furnish?.(context);
  } catch (error) {
    await stopPart(running.name, child.identity);
    throw error;
  }
  context.report(partLine(name, `ready on ${addressOf(name, context)} (${secondsSince(begin)})`));
  return running;
}

const addressOf = (name: PartName, context: PartContext): string =>
  `127.0.0.1:${context.ports[name]}`;

async function untilHealthy(running: RunningPart, context: PartContext): Promise<void> {
  const { name, child } = running;
  const begin = performance.now();
  let said = begin;
  for (;;) {
    context.signal?.throwIfAborted();
    const exit = child.exit();
    if (exit) {
      const how = exit.signal ?? `code ${exit.code ?? '?'}`;
      throw new LocalStackError(
        `${partTitles[name]} ended while it was starting (${how}).\n${await logTail(context, name)}`,
      );
    }
    const problem = await problemOf(name, context);
    if (problem === null) return;
    const now = performance.now();
    if (now - begin > startTimeoutMs)
      throw new LocalStackError(
        `${partTitles[name]} does not answer after ${secondsSince(begin)} (${problem}).\n${await logTail(context, name)}`,
      );
    if (now - said > progressEveryMs) {
      said = now;
      context.report(partLine(name, `still starting (${secondsSince(begin)})`));
    }
    await sleep(healthPollMs);
  }
}

/** Why the part does not serve now; `null` if it does. */
async function problemOf(name: PartName, context: PartContext): Promise<string | null> {
  try {
    await allParts[name].check(context);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The last lines of a log, for an error message. */
export async function logTail(
  context: Pick<PartContext, 'folders'>,
  name: string,
): Promise<string> {
  const file = logFileOf(context, name);
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.trimEnd().split('\n').slice(-shownLogLines);
  return [`The end of ${file}:`, ...lines.map((line) => `    ${line}`)].join('\n');
}

export const stopPart = (name: PartName, identity: ProcessIdentity): Promise<Ending> =>
  stopProcess(identity, { signal: allParts[name].stopSignal, timeoutMs: stopTimeoutMs });

/** Ends parts whose data nobody reads any more: nothing is written out, and no order is kept. */
export async function discardParts(parts: ReadonlyMap<PartName, ProcessIdentity>): Promise<void> {
  const ends = [...parts].map(([name, identity]) =>
    stopProcess(identity, { signal: allParts[name].discardSignal, timeoutMs: stopTimeoutMs }),
  );
  const failed = (await Promise.allSettled(ends)).filter(({ status }) => status === 'rejected');
  const problems = failed.map((each) => messageOf((each as PromiseRejectedResult).reason));
  if (problems.length > 0) throw new LocalStackError(problems.join('\n'));
}

/** The reverse of the order in which they start; those that nothing depends on go together. */
const stopOrder: readonly (readonly PartName[])[] = [['registry', 'redis', 'postgres'], ['kafka']];

/** Stops the given parts, each even if another could not be stopped. */
export async function stopParts(
  parts: ReadonlyMap<PartName, ProcessIdentity>,
  onStopped: (name: PartName, ending: Ending) => void = () => undefined,
): Promise<void> {
  const problems: string[] = [];
  for (const together of stopOrder) {
    await Promise.all(
      together.map(async (name) => {
        const identity = parts.get(name);
        if (!identity) return;
        try {
          onStopped(name, await stopPart(name, identity));
        } catch (error) {
          problems.push(messageOf(error));
        }
      }),
    );
  }
  if (problems.length > 0) throw new LocalStackError(problems.join('\n'));
}

/**
 * Starts the given parts, each as soon as what it needs is healthy. When one fails, or the signal
 * aborts, those that this call started are stopped again.
 */
export async function startParts(
  names: readonly PartName[],
  context: PartContext,
  on: {
    readonly started: (part: RunningPart) => Promise<void>;
    readonly ready?: (name: PartName) => void;
  },
): Promise<ReadonlyMap<PartName, RunningPart>> {
  const failing = new AbortController();
  const signal = AbortSignal.any([failing.signal, ...(context.signal ? [context.signal] : [])]);
  const starting = new Map<PartName, Promise<RunningPart>>();
  // In the order of the names, a part's needs come before it.
  for (const name of partNames.filter((n) => names.includes(n))) {
    const needs = Promise.all(allParts[name].after.flatMap((need) => starting.get(need) ?? []));
    needs.catch(() => undefined);
    const start = startPart(name, { ...context, signal }, { onStarted: on.started, needs });
    start.then(
      () => on.ready?.(name),
      (error: unknown) => failing.abort(error),
    );
    starting.set(name, start);
  }
  const results = await Promise.allSettled([...starting.values()]);
  const started = new Map<PartName, RunningPart>();
  for (const result of results)
    if (result.status === 'fulfilled') started.set(result.value.name, result.value);
  if (started.size === starting.size) return started;
  await stopParts(new Map([...started].map(([name, part]) => [name, part.child.identity])));
  throw signal.reason;
}
