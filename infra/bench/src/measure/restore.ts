import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { stepsPerHistory } from '../alert-log/histories.ts';
import type { Contender, ContenderName, StartOptions } from '../contenders/contender.ts';
import { equalTimeouts } from '../contenders/kafka-streams.ts';
import { pauseMs, restoreKeys } from '../limits.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { contendersOf, isOne, isOurs, prepareLog } from './alert-bench.ts';
import type { ChangelogSize } from './changelog-size.ts';
import { changelogSize } from './changelog-size.ts';
import { runJoin } from './run-join.ts';

/** How the process before ended, and whether its local state was left. */
export type RestoreKind = 'after a stop' | 'after a kill' | 'without local state';

export interface RestoreResult {
  readonly part: 'restore';
  readonly contender: ContenderName;
  readonly kind: RestoreKind;
  readonly keys: number;
  /** The whole changelog, as it stands before anything is compacted. */
  readonly changelog: ChangelogSize;
  /** Records that the program says it read; 0 where its local state was enough. */
  readonly records: number;
  /** From the first task's assignment to the last one's restore, as the program says. */
  readonly elapsedMs: number;
  /** From the start of the process until all tasks run, seen from outside. */
  readonly readyMs: number;
}

/** Starts of a process that has the state of many orders. */
export async function measureRestore(
  options: AlertBenchOptions,
  keys: number = restoreKeys,
): Promise<void> {
  const { world, report, signal } = options;
  const contenders = (await contendersOf(options, equalTimeouts)).filter(isOne);
  const log = await prepareLog(options, { records: keys * stepsPerHistory, keys });
  for (const contender of contenders) {
    await sleep(pauseMs, undefined, { signal });
    report(`${contender.name} takes the log`);
    // Killed with its work done: one that had done nothing since its start would lose nothing.
    await runJoin({ world, contender, records: log.records, signal, end: 'kill' });
    const changelog = await changelogSize(world.log(), await changelogsOf(options, contender));
    const begin = { contender, keys, changelog };
    report(`${contender.name} starts again`);
    options.onResult(await restart(begin, 'after a kill', { fresh: false }));
    options.onResult(await restart(begin, 'after a stop', { fresh: false }));
    options.onResult(await restart(begin, 'without local state', { fresh: true }));
  }
}

async function changelogsOf(
  { world }: AlertBenchOptions,
  { name }: Contender,
): Promise<readonly string[]> {
  if (isOurs(name)) return [topics.consistencyAlertsChangelog.name];
  return (await world.peerTopics()).filter((topic) => topic.endsWith('-changelog'));
}

async function restart(
  begin: {
    readonly contender: Contender;
    readonly keys: number;
    readonly changelog: ChangelogSize;
  },
  kind: RestoreKind,
  start: StartOptions,
): Promise<RestoreResult> {
  const { contender, keys, changelog } = begin;
  const startedMs = performance.now();
  const running = await contender.start(start);
  try {
    const { records, elapsedMs } = await running.ready();
    const readyMs = performance.now() - startedMs;
    const found = { records, elapsedMs, readyMs };
    return { part: 'restore', contender: contender.name, kind, keys, changelog, ...found };
  } finally {
    await running.stop();
  }
}
