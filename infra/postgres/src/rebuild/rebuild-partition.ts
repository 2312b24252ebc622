import type { Fetched } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { applyBatch } from '../apply-batch.ts';
import { decodeRecord, learnSchemas } from '../decode-record.ts';
import * as limits from '../limits.ts';
import type { Postgres } from '../open-postgres.ts';
import type { Advance } from '../positions.ts';
import type { Projection } from '../projection.ts';
import type { RowCopier } from './copy-rows.ts';
import type { Goal } from './goals.ts';
import type { Pace } from './pace.ts';
import type { ReadOnlyCodec, ReadOnlyLog } from './read-only-log.ts';

/** What a rebuild needs of the world. Nothing in it writes to the log. */
export interface RebuildContext {
  readonly projection: Projection;
  readonly log: ReadOnlyLog;
  readonly codec: ReadOnlyCodec;
  readonly postgres: Postgres;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Rows of one statement from which they are copied. */
  readonly copiedRowsMin: number;
}

/**
 * Folds one partition number of all inputs into a schema, exactly as far as the goals go. Poison is
 * parked as it was then; no dead letter is written.
 */
export async function rebuildPartition(options: {
  readonly context: RebuildContext;
  readonly schema: string;
  /** Those of one partition number. */
  readonly goals: readonly Goal[];
  readonly pace: Pace;
  readonly copier: RowCopier;
  /** After each batch. */
  folded(step: { readonly offsets: bigint; readonly records: number }): void;
}): Promise<void> {
  const { context, schema, goals, pace, copier } = options;
  const { projection, log, codec, postgres, logger, signal } = context;
  const reached = new Map(goals.map(({ topic, from }) => [topic, from]));
  const bytesEach = Math.ceil(limits.rebuildFetchBytes / goals.length);
  const reader = await log.openReader({
    from: goals.map(({ topic, partition, from: offset }) => ({ topic, partition, offset })),
    isolation: 'read_committed',
  });
  const stop = (): void => void reader.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const open = goals.filter(({ topic, to }) => (reached.get(topic) ?? to) < to);
      if (open.length === 0) return;
      const fetched = await reader.fetch(
        { maxWaitMs: limits.fetchWaitMs, maxBytesPerPartition: bytesEach },
        open,
      );
      const steps = fetched.flatMap((each) => stepOf(each, goals, reached));
      if (steps.length === 0) continue;
      const records = steps.flatMap((step) => step.records);
      await learnSchemas({ codec, records, logger, signal });
      const startedAtMs = performance.now();
      await applyBatch({
        ...{ postgres, projection, schema },
        batch: {
          advances: steps.map(({ advance }) => advance),
          records: steps.flatMap(({ records: each, advance }) =>
            each.map((record) => decodeRecord(codec, record, advance.incarnation)),
          ),
        },
        copier,
        bury: () => Promise.resolve(),
      });
      const busyMs = performance.now() - startedAtMs;
      let offsets = 0n;
      for (const { advance } of steps) {
        reached.set(advance.topic, advance.to);
        offsets += advance.to - advance.from;
      }
      options.folded({ offsets, records: records.length });
      await pace.after({ records: records.length, busyMs });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await reader.close();
  }
}

/** What one fetch brought, cut off at its goal. */
function stepOf(
  fetched: Fetched,
  goals: readonly Goal[],
  reached: ReadonlyMap<string, bigint>,
): readonly { readonly advance: Advance; readonly records: Fetched['records'] }[] {
  const { topic, partition, nextOffset } = fetched;
  const goal = goals.find((each) => each.topic === topic);
  const from = reached.get(topic);
  if (goal === undefined || from === undefined) return [];
  const to = nextOffset < goal.to ? nextOffset : goal.to;
  if (to <= from) return [];
  const records = fetched.records.filter(({ offset }) => offset < to);
  const timeMs = Math.max(0, ...records.map(({ timestampMs }) => timestampMs));
  const { incarnation } = goal;
  return [{ advance: { topic, partition, incarnation, from, to, timeMs }, records }];
}
