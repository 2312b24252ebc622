import { invariant } from '@plumbline/kernel';
import { atStep } from '@plumbline/observability';
import { sqlProblemOf } from '../errors.ts';
import * as limits from '../limits.ts';
import { lockSchema, tryLockSchema } from '../migrate-projection.ts';
import type { Sql, SqlTransaction } from '../open-postgres.ts';
import type { ProjectionPosition } from '../positions.ts';
import { readPositions } from '../positions.ts';
import { ownTables, quoted, schemaOf } from '../projection.ts';
import { foldGoals } from './fold-goals.ts';
import type { Goal } from './goals.ts';
import { gapsBetween, offsetsOf } from './goals.ts';
import { unpaced } from './pace.ts';
import { servedSchema } from './prepare-next.ts';
import type { RebuildContext } from './rebuild-partition.ts';
import { oldSchemaOf, swapLockOf } from './schemas.ts';
import { fingerprintOf, isReadModel, noteStep } from './steps-table.ts';

export interface Swapped {
  readonly kind: 'swapped';
  /** What the live one had folded and this one had not, when the live one was stopped. */
  readonly gapOffsets: bigint;
  /** How long nobody could write to the live one. */
  readonly blockedMs: number;
  /** Where the one before is kept; `null` where there was none, or it was not to be kept. */
  readonly keptAs: string | null;
}

export type SwapOutcome =
  | Swapped
  /** Too far behind to make up for it while the live one waits. */
  | { readonly kind: 'behind' }
  /** Somebody holds what the swap needs. Nothing is wrong; again after a while. */
  | { readonly kind: 'busy'; readonly why: string };

/**
 * Puts a schema in the place of the live one, in one transaction. It first stops the writers of the
 * live one: each of their batches begins with its position, whose table is locked. What they are
 * ahead is folded, so that nobody sees a row go back. Then schemas change names.
 *
 * A writer that waited finds the table by its name, and so goes on in the new one: from there if it
 * stands where the live one stood, and otherwise after a lost race, by reading its position anew.
 */
export async function swapIn(
  context: RebuildContext,
  how: { readonly incoming: string; readonly keepOld: boolean; readonly by: string },
): Promise<SwapOutcome> {
  const live = schemaOf(context.projection);
  try {
    const outcome = await context.postgres.transaction((sql) => swapOnce(sql, context, how));
    if (outcome.kind === 'swapped') atStep('rebuild', live, 'swapped');
    return outcome;
  } catch (error) {
    if (sqlProblemOf(error) !== 'conflict') throw error;
    return { kind: 'busy', why: `${live} is locked by somebody else` };
  }
}

async function swapOnce(
  sql: SqlTransaction,
  context: RebuildContext,
  how: { readonly incoming: string; readonly keepOld: boolean; readonly by: string },
): Promise<SwapOutcome> {
  const { projection } = context;
  const live = schemaOf(projection);
  if (!(await tryLockSchema(sql, swapLockOf(live)))) {
    return { kind: 'busy', why: `${live} is being compared with the log` };
  }
  await sql.query(`set local lock_timeout to ${limits.swapLockMs}`);
  await lockSchema(sql, live);
  const isThere = await isReadModel(sql, live);
  if (isThere) {
    await sql.query(`lock table ${quoted(live)}.${ownTables.positions} in exclusive mode`);
  }
  const lockedAtMs = performance.now();
  atStep('rebuild', live, 'locked');
  const ahead = await servedPositions(sql, context);
  const gaps = gapsBetween(await readPositions(sql, how.incoming), ahead);
  const gapOffsets = offsetsOf(gaps);
  if (gapOffsets > BigInt(limits.swapGapOffsets)) return { kind: 'behind' };
  if (!(await foldInTime(context, how.incoming, gaps))) return { kind: 'behind' };
  const left = gapsBetween(await readPositions(sql, how.incoming), ahead);
  invariant(left.length === 0, `${how.incoming} is behind ${live} after it was folded up to it`);
  const keptAs = await rename(sql, { ...how, context, isThere });
  atStep('rebuild', live, 'renamed');
  return { kind: 'swapped', gapOffsets, blockedMs: performance.now() - lockedAtMs, keptAs };
}

const servedPositions = async (
  sql: Sql,
  { projection }: RebuildContext,
): Promise<readonly ProjectionPosition[]> => {
  const served = await servedSchema(sql, projection);
  return served === null ? [] : readPositions(sql, served);
};

/** False when it takes longer than writers can wait. */
async function foldInTime(
  context: RebuildContext,
  schema: string,
  goals: readonly Goal[],
): Promise<boolean> {
  const late = AbortSignal.timeout(limits.swapFoldMs);
  const signal = AbortSignal.any([context.signal, late]);
  try {
    await foldGoals({ ...context, signal }, { schema, goals, pace: unpaced });
    return true;
  } catch (error) {
    if (late.aborted && !context.signal.aborted) return false;
    throw error;
  }
}

async function rename(
  sql: SqlTransaction,
  of: {
    readonly context: RebuildContext;
    readonly incoming: string;
    readonly keepOld: boolean;
    readonly by: string;
    readonly isThere: boolean;
  },
): Promise<string | null> {
  const { projection } = of.context;
  const { incoming, by } = of;
  const [live, old] = [schemaOf(projection), oldSchemaOf(projection)];
  const fingerprint = fingerprintOf(projection);
  const leaving = `${live}_leaving`;
  const to = (from: string, name: string) =>
    sql.query(`alter schema ${quoted(from)} rename to ${quoted(name)}`);
  const drop = (schema: string) => sql.query(`drop schema if exists ${quoted(schema)} cascade`);
  if (of.isThere) await to(live, leaving);
  await to(incoming, live);
  await noteStep(sql, live, { step: 'SWAPPED_IN', by, fingerprint });
  if (!of.isThere) return null;
  if (!of.keepOld) {
    await drop(leaving);
    return null;
  }
  await drop(old);
  await to(leaving, old);
  await noteStep(sql, old, { step: 'SWAPPED_OUT', by, fingerprint });
  return old;
}
