import { topics } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { isMark } from '../alert-log/write.ts';
import { partitions, stalledMs } from '../limits.ts';

/** An alert as a committed reader saw it. */
export interface SeenAlert {
  readonly record: LogRecord;
  /** When it could be read, epoch ms of this machine's clock. */
  readonly seenMs: number;
}

/**
 * Reads the alert topic from its start as others do, committed records only, until each partition
 * has shown its mark. Nothing is decoded meanwhile: that would take time from what is measured.
 * Errors: when nothing comes for {@link stalledMs}.
 */
export async function watchAlerts(
  log: Log,
  signal: AbortSignal,
  isOver: (alerts: readonly SeenAlert[]) => boolean = allMarked(),
): Promise<readonly SeenAlert[]> {
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
      if (performance.now() - newest > stalledMs)
        throw new Error(`no alert for ${stalledMs / 1_000} s: ${seen.length} so far`);
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
