import { setTimeout as sleep } from 'node:timers/promises';
import { unreachable } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import { atStep, silentLogger } from '@plumbline/observability';
import { RebuildRefused } from '../errors.ts';
import * as limits from '../limits.ts';
import { migrateProjection } from '../migrate-projection.ts';
import type { Postgres } from '../open-postgres.ts';
import type { ProjectionPosition } from '../positions.ts';
import { readPositions } from '../positions.ts';
import type { Projection } from '../projection.ts';
import { checkProjection, quoted, schemaOf } from '../projection.ts';
import type { RebuildProgress } from './fold-goals.ts';
import { foldGoals } from './fold-goals.ts';
import type { Goal } from './goals.ts';
import { gapsBetween, goalsToEnd, offsetsOf } from './goals.ts';
import type { Pace, PaceLimits } from './pace.ts';
import { createPace } from './pace.ts';
import { prepareNext, servedSchema } from './prepare-next.ts';
import type { ReadOnlyCodec, ReadOnlyLog } from './read-only-log.ts';
import { readOnlyCodec, readOnlyLog } from './read-only-log.ts';
import type { RebuildContext } from './rebuild-partition.ts';
import { nextSchemaOf, oldSchemaOf } from './schemas.ts';
import { isReadModel } from './steps-table.ts';
import type { Swapped } from './swap-in.ts';
import { swapIn } from './swap-in.ts';
import { underRebuildLock } from './under-rebuild-lock.ts';

/**
 *   building ──► catching up ──► swapping ──► done
 *                    ▲               │
 *                    └── waiting ◄───┘  (somebody compares or locks the live one)
 */
export type RebuildPhase = 'building' | 'catching up' | 'swapping' | 'waiting';

export interface RebuildModelProgress extends RebuildProgress {
  readonly phase: RebuildPhase;
  /** What it waits for. */
  readonly why: string | null;
}

export interface ReplaceOptions extends PaceLimits {
  readonly projection: Projection;
  readonly log: ReadOnlyLog;
  readonly codec: ReadOnlyCodec;
  readonly postgres: Postgres;
  /** Who does it, for whoever is refused meanwhile. */
  readonly by: string;
  readonly logger?: Logger;
  readonly onProgress?: (progress: RebuildModelProgress) => void;
  readonly signal?: AbortSignal;
  /** Rows of one statement from which COPY is used, for measurements. */
  readonly copiedRowsMin?: number;
}

export interface RebuildModelOptions extends ReplaceOptions {
  /** Throws away what an earlier one has left unfinished. */
  readonly fresh: boolean;
  readonly keepOld: boolean;
  /** Goes on although the log no longer holds all that the live one was made of. */
  readonly acceptLoss: boolean;
}

export interface Replaced extends Omit<Swapped, 'kind'> {
  readonly schema: string;
  /** Of this run. */
  readonly records: number;
  readonly elapsedMs: number;
}

export interface RebuiltModel extends Replaced {
  readonly resumed: boolean;
}

/**
 * Builds a read model anew from the log, beside the live one, and puts it in its place when it has
 * caught up; the live one goes on until then, and is kept for {@link goBack}. What is built stays
 * when this ends early, however it ends: the next call goes on from there.
 *
 * Errors: {@link RebuildRefused}; the reason of an aborted signal; PostgresDown, Unavailable.
 */
export async function rebuildModel(options: RebuildModelOptions): Promise<RebuiltModel> {
  checkProjection(options.projection);
  const { by } = options;
  return underRebuildLock({ ...options, what: 'rebuild' }, async () => {
    const context = contextOf(options);
    const live = schemaOf(options.projection);
    const resumed = await prepareNext(context, options);
    atStep('rebuild', live, 'prepared');
    const incoming = nextSchemaOf(options.projection);
    const replaced = await replace(context, options, { incoming, by, keepOld: options.keepOld });
    return { ...replaced, resumed };
  });
}

/**
 * Puts back what was live before the last swap, after folding what came since; what is live now is
 * kept in its place, so that the same again goes forth.
 *
 * Errors: as of {@link rebuildModel}.
 */
export async function goBack(options: ReplaceOptions): Promise<Replaced> {
  const { projection, postgres, by } = options;
  checkProjection(projection);
  return underRebuildLock({ ...options, what: 'rollback' }, async () => {
    const incoming = oldSchemaOf(projection);
    if (!(await isReadModel(postgres, incoming))) {
      throw new RebuildRefused(`there is no ${incoming} to go back to`);
    }
    await migrateProjection({ postgres, projection, schema: incoming });
    return replace(contextOf(options), options, { incoming, by, keepOld: true });
  });
}

/**
 * Drops what is not live: the model that was before, or a rebuild that was not finished. False when
 * there was none. Errors: {@link RebuildRefused} while it is being worked on; PostgresDown.
 */
export async function dropBeside(
  options: Pick<ReplaceOptions, 'projection' | 'postgres' | 'by'> & {
    readonly which: 'old' | 'next';
  },
): Promise<boolean> {
  const { projection, postgres, which } = options;
  const schema = which === 'old' ? oldSchemaOf(projection) : nextSchemaOf(projection);
  return underRebuildLock({ ...options, what: `drop ${which}` }, async () => {
    const found = await postgres.query('select 1 from pg_namespace where nspname = ?', [schema]);
    await postgres.query(`drop schema if exists ${quoted(schema)} cascade`);
    return found.length > 0;
  });
}

const contextOf = (options: ReplaceOptions): RebuildContext => ({
  projection: options.projection,
  log: readOnlyLog(options.log),
  codec: readOnlyCodec(options.codec),
  postgres: options.postgres,
  logger: options.logger ?? silentLogger,
  signal: options.signal ?? new AbortController().signal,
  copiedRowsMin: options.copiedRowsMin ?? limits.copiedRowsMin,
});

async function replace(
  context: RebuildContext,
  options: ReplaceOptions,
  how: { readonly incoming: string; readonly by: string; readonly keepOld: boolean },
): Promise<Replaced> {
  const { projection, postgres, log, signal } = context;
  const startedAtMs = performance.now();
  const teller = createTeller(options);
  const pace = createPace({ ...options, signal });
  let records = 0;
  let round = 0;
  // A swap that was too far behind, or too slow to make up for it, is not tried again as it is.
  let mustFold = true;
  for (;;) {
    signal.throwIfAborted();
    const positions = await readPositions(postgres, how.incoming);
    const goals = await goalsToEnd(log, how.incoming, positions);
    const isWorth = mustFold && offsetsOf(goals) > 0n;
    if (isWorth || (await isFarBehind(context, { goals, positions }))) {
      round += 1;
      refuseEndless(round, how.incoming);
      const tell = teller.of(round === 1 ? 'building' : 'catching up');
      records += await fold(context, { ...how, goals, positions, pace, tell });
      mustFold = false;
      continue;
    }
    teller.tell('swapping', null);
    const outcome = await swapIn(context, how);
    switch (outcome.kind) {
      case 'swapped': {
        const { gapOffsets, blockedMs, keptAs } = outcome;
        const elapsedMs = performance.now() - startedAtMs;
        return {
          ...{ schema: schemaOf(projection), records, elapsedMs },
          ...{ gapOffsets, blockedMs, keptAs },
        };
      }
      case 'behind':
        mustFold = true;
        break;
      case 'busy':
        teller.tell('waiting', outcome.why);
        await sleep(limits.swapAgainMs, undefined, { signal });
        break;
      default:
        unreachable(outcome);
    }
  }
}

/** Further than a swap makes up for; where nothing is served, behind the end of the log. */
async function isFarBehind(
  { postgres, projection }: RebuildContext,
  of: { readonly goals: readonly Goal[]; readonly positions: readonly ProjectionPosition[] },
): Promise<boolean> {
  const served = await servedSchema(postgres, projection);
  const gaps =
    served === null ? of.goals : gapsBetween(of.positions, await readPositions(postgres, served));
  return offsetsOf(gaps) > BigInt(limits.swapGapOffsets);
}

function refuseEndless(round: number, schema: string): void {
  if (round <= limits.catchUpRoundsMax) return;
  throw new RebuildRefused(
    `${schema} does not catch up: as much comes in as is folded within the limits given. It stays ` +
      'as it is: run it again with a higher --load or more --records-per-second',
  );
}

async function fold(
  context: RebuildContext,
  of: {
    readonly incoming: string;
    readonly goals: readonly Goal[];
    readonly positions: readonly ProjectionPosition[];
    readonly pace: Pace;
    tell(progress: RebuildProgress): void;
  },
): Promise<number> {
  // What was folded before counts as done, so that a resumed rebuild does not begin at 0 %.
  const before = of.positions.reduce((sum, at) => sum + at.nextOffset - at.startOffset, 0n);
  const onProgress = (progress: RebuildProgress): void =>
    of.tell({
      ...progress,
      offsetsDone: before + progress.offsetsDone,
      offsetsTotal: before + progress.offsetsTotal,
    });
  return foldGoals(context, { schema: of.incoming, goals: of.goals, pace: of.pace, onProgress });
}

function createTeller({ onProgress }: Pick<ReplaceOptions, 'onProgress'>) {
  let last: RebuildProgress = {
    ...{ offsetsDone: 0n, offsetsTotal: 0n, records: 0, recordsPerSecond: 0, remainingMs: null },
  };
  const tell = (phase: RebuildPhase, why: string | null): void =>
    onProgress?.({ ...last, phase, why });
  return {
    tell,
    of: (phase: RebuildPhase) => (progress: RebuildProgress) => {
      last = progress;
      tell(phase, null);
    },
  };
}
