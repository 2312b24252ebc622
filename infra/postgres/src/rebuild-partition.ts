import type { Codec } from '@plumbline/events';
import type { Fetched, Log } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { applyBatch } from './apply-batch.ts';
import { decodeRecord, learnSchemas } from './decode-record.ts';
import * as limits from './limits.ts';
import type { Postgres } from './open-postgres.ts';
import type { Advance, ProjectionPosition } from './positions.ts';
import type { Projection } from './projection.ts';

/** What a rebuild needs of the world. */
export interface RebuildContext {
  readonly projection: Projection;
  readonly log: Log;
  readonly codec: Codec;
  readonly postgres: Postgres;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Folds one partition number of all inputs into another schema, from where the live projection began
 * to exactly where it stands. Poison is parked as it was then; no dead letter is written.
 */
export async function rebuildPartition(options: {
  readonly context: RebuildContext;
  readonly schema: string;
  /** Those of one partition number. */
  readonly positions: readonly ProjectionPosition[];
  /** After each batch. */
  folded(step: { readonly offsets: bigint; readonly records: number }): void;
}): Promise<void> {
  const { context, schema } = options;
  const { projection, log, codec, postgres, logger, signal } = context;
  const goals = new Map(options.positions.map((position) => [position.topic, position]));
  const reached = new Map(options.positions.map((each) => [each.topic, each.startOffset]));
  const reader = await log.openReader({
    from: options.positions.map(({ topic, partition, startOffset }) => ({
      ...{ topic, partition },
      offset: startOffset,
    })),
    isolation: 'read_committed',
  });
  const stop = (): void => void reader.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const open = options.positions.filter(
        ({ topic, nextOffset }) => (reached.get(topic) ?? nextOffset) < nextOffset,
      );
      if (open.length === 0) return;
      const fetched = await reader.fetch(
        { maxWaitMs: limits.fetchWaitMs, maxBytesPerPartition: limits.fetchBytesPerTopic },
        open,
      );
      const steps = fetched.flatMap((each) => stepOf(each, goals, reached));
      if (steps.length === 0) continue;
      const records = steps.flatMap((step) => step.records);
      await learnSchemas({ codec, records, logger, signal });
      await applyBatch({
        ...{ postgres, projection, schema },
        batch: {
          advances: steps.map(({ advance }) => advance),
          records: steps.flatMap(({ records: each, advance }) =>
            each.map((record) => decodeRecord(codec, record, advance.incarnation)),
          ),
        },
        durable: false,
        bury: () => Promise.resolve(),
      });
      let offsets = 0n;
      for (const { advance } of steps) {
        reached.set(advance.topic, advance.to);
        offsets += advance.to - advance.from;
      }
      options.folded({ offsets, records: records.length });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await reader.close();
  }
}

/** What one fetch brought, cut off where the live projection stands. */
function stepOf(
  fetched: Fetched,
  goals: ReadonlyMap<string, ProjectionPosition>,
  reached: ReadonlyMap<string, bigint>,
): readonly { readonly advance: Advance; readonly records: Fetched['records'] }[] {
  const { topic, partition, nextOffset } = fetched;
  const goal = goals.get(topic);
  const from = reached.get(topic);
  if (goal === undefined || from === undefined) return [];
  const to = nextOffset < goal.nextOffset ? nextOffset : goal.nextOffset;
  if (to <= from) return [];
  const records = fetched.records.filter(({ offset }) => offset < to);
  const timeMs = Math.max(0, ...records.map(({ timestampMs }) => timestampMs));
  const { incarnation } = goal;
  return [{ advance: { topic, partition, incarnation, from, to, timeMs }, records }];
}
