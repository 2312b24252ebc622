import { readFile } from 'node:fs/promises';
import { topics } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { LocalStackError } from '@plumbline/local';
import { isMark } from '../alert-log/write.ts';
import type { RunningContender } from '../contenders/contender.ts';
import { partitions, stalledMs } from '../limits.ts';

/** An alert as a committed reader saw it. */
export interface SeenAlert {
  readonly record: LogRecord;
  /** When it could be read, epoch ms of this machine's clock. */
  readonly seenMs: number;
}

export interface WatchOptions {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The one that must write them. */
  readonly of: Pick<RunningContender, 'isAlive' | 'logFile'>;
  /** When each partition has shown its mark, if unset. */
  readonly isOver?: (alerts: readonly SeenAlert[]) => boolean;
}

/**
 * Reads the alert topic from its start as others do, committed records only, until it is over.
 * Nothing is decoded meanwhile: that would take time from what is measured. Errors: LocalStackError
 * when nothing comes for {@link stalledMs}, or the process has ended.
 */
export async function watchAlerts(options: WatchOptions): Promise<readonly SeenAlert[]> {
  const { log, signal, of, isOver = allMarked() } = options;
  const topic = topics.alertsEvents.name;
  const from = Array.from({ length: partitions }, (_, partition) => ({
    ...{ topic, partition },
    offset: 0n,
  }));
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const seen: SeenAlert[] = [];
  let newest = performance.now();
  try {
    while (!isOver(seen)) {
      signal.throwIfAborted();
      for (const { records } of await reader.fetch({ maxWaitMs: 500 })) {
        const seenMs = performance.timeOrigin + performance.now();
        for (const record of records) seen.push({ record, seenMs });
        if (records.length > 0) newest = performance.now();
      }
      if (!of.isAlive()) throw await lostOf('the process has ended', of.logFile);
      if (performance.now() - newest > stalledMs)
        throw await lostOf(
          `no alert for ${stalledMs / 1_000} s, ${seen.length} so far`,
          of.logFile,
        );
    }
    return seen;
  } finally {
    await reader.close();
  }
}

/** True once each partition has shown its mark. Looks at each alert once. */
function allMarked(): (alerts: readonly SeenAlert[]) => boolean {
  const marked = new Set<number>();
  let next = 0;
  return (alerts) => {
    for (; next < alerts.length; next += 1) {
      const record = alerts[next]?.record;
      if (record !== undefined && isMark(record.key)) marked.add(record.partition);
    }
    return marked.size === partitions;
  };
}

const shownLogLines = 12;

/** The log file goes with the folder of the run. */
async function lostOf(what: string, logFile: string): Promise<LocalStackError> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const end = text.trimEnd().split('\n').slice(-shownLogLines).join('\n');
  return new LocalStackError(`void: ${what}; the end of its log:\n${end}`);
}
