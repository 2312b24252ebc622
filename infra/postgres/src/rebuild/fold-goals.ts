import { PositionOutOfRange } from '@plumbline/kafka';
import { RebuildRefused } from '../errors.ts';
import * as limits from '../limits.ts';
import { LostRace } from '../positions.ts';
import { createRowCopier } from './copy-rows.ts';
import type { Goal } from './goals.ts';
import { offsetsOf } from './goals.ts';
import type { Pace } from './pace.ts';
import type { RebuildContext } from './rebuild-partition.ts';
import { rebuildPartition } from './rebuild-partition.ts';

export interface RebuildProgress {
  /** Offsets, of which markers and aborted records use up some. */
  readonly offsetsDone: bigint;
  readonly offsetsTotal: bigint;
  readonly records: number;
  readonly recordsPerSecond: number;
  /** At the rate so far; `null` before the first batch. */
  readonly remainingMs: number | null;
}

/**
 * Folds up to the goals, several partition numbers at once, and gives how many records that were.
 * One failure ends them all. Errors: {@link RebuildRefused} when the log lacks records, or somebody
 * else folds into the same schema; the reason of an aborted signal; PostgresDown, Unavailable.
 */
export async function foldGoals(
  context: RebuildContext,
  to: {
    readonly schema: string;
    readonly goals: readonly Goal[];
    readonly pace: Pace;
    readonly onProgress?: (progress: RebuildProgress) => void;
  },
): Promise<number> {
  const { schema, pace } = to;
  const goals = to.goals.filter((goal) => goal.to > goal.from);
  const copier = createRowCopier({ rowsMin: context.copiedRowsMin });
  const meter = createMeter(offsetsOf(goals));
  const numbers = [...new Set(goals.map(({ partition }) => partition))];
  const failing = new AbortController();
  const signal = AbortSignal.any([context.signal, failing.signal]);
  const worker = async (): Promise<void> => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const mine = goals.filter(({ partition }) => partition === number);
      await rebuildPartition({
        ...{ context: { ...context, signal }, schema, goals: mine, pace, copier },
        folded: (step) => {
          const progress = meter.add(step);
          to.onProgress?.(progress);
        },
      });
    }
  };
  const workers = Array.from({ length: limits.rebuildPartitions }, () =>
    worker().catch((error: unknown) => {
      failing.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  context.signal.throwIfAborted();
  if (failing.signal.aborted) throw refusalOf(failing.signal.reason, schema);
  return meter.records();
}

function createMeter(offsetsTotal: bigint) {
  const startedAtMs = performance.now();
  let offsetsDone = 0n;
  let records = 0;
  return {
    records: () => records,
    add(step: { readonly offsets: bigint; readonly records: number }): RebuildProgress {
      offsetsDone += step.offsets;
      records += step.records;
      const elapsedMs = Math.max(1, performance.now() - startedAtMs);
      const left = Number(offsetsTotal - offsetsDone);
      return {
        ...{ offsetsDone, offsetsTotal, records },
        recordsPerSecond: Math.round((records * 1_000) / elapsedMs),
        remainingMs: Math.round((left * elapsedMs) / Number(offsetsDone)),
      };
    },
  };
}

function refusalOf(error: unknown, schema: string): unknown {
  if (error instanceof PositionOutOfRange) {
    return new RebuildRefused(`the log has lost records that the rebuild needs: ${error.message}`);
  }
  if (error instanceof LostRace) {
    return new RebuildRefused(`somebody else folds into ${schema} as well: ${error.message}`);
  }
  return error;
}
