import { hostname } from 'node:os';
import type {
  Projection,
  RebuildModelProgress,
  RebuiltModel,
  Replaced,
  ReplaceOptions,
} from '@plumbline/postgres';
import { goBack, rebuildModel, RebuildRefused } from '@plumbline/postgres';
import { durationText } from '../format/duration.ts';
import { allProjections } from '../projections.ts';
import { operator } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { progressText } from './progress-text.ts';

export interface RunRebuildOptions {
  readonly projection?: string;
  readonly all?: boolean;
  readonly load: string;
  readonly recordsPerSecond?: string;
  readonly fresh?: boolean;
  readonly dropOld?: boolean;
  readonly acceptLoss?: boolean;
  readonly json?: boolean;
}

interface Refused {
  readonly projection: string;
  readonly refused: string;
}

/** Who rebuilds, for whoever is refused meanwhile. */
export const rebuilder = (): string => `${operator()} on ${hostname()} (${process.pid})`;

export function projectionNamed(name: string): Projection {
  const found = allProjections.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = allProjections.map((each) => each.name).join(', ');
  throw usageFailure(`no projection is called ${name}: ${names}`);
}

export function chosenProjections(
  options: Pick<RunRebuildOptions, 'all' | 'projection'>,
): readonly Projection[] {
  const { all = false, projection } = options;
  if (all && projection !== undefined) throw usageFailure('--all and --projection are not both');
  if (projection !== undefined) return [projectionNamed(projection)];
  if (!all) throw usageFailure('rebuild needs --projection NAME or --all');
  return allProjections;
}

/** Exit code 1 when one was refused; the others are built all the same. */
export async function runRebuild(session: Session, options: RunRebuildOptions): Promise<ExitCode> {
  const limits = limitsOf(options);
  return rebuildEach(session, chosenProjections(options), { ...options, limits });
}

export async function rebuildEach(
  session: Session,
  projections: readonly Projection[],
  options: Pick<RunRebuildOptions, 'acceptLoss' | 'dropOld' | 'fresh' | 'json'> & {
    readonly limits: Limits;
  },
): Promise<ExitCode> {
  const { fresh = false, dropOld = false, acceptLoss = false } = options;
  return replaceEach(session, projections, {
    json: options.json === true,
    work: (common) =>
      rebuildModel({ ...common, ...options.limits, fresh, acceptLoss, keepOld: !dropOld }),
  });
}

/** Puts back what was live before the last swap. */
export const rollBack = (
  session: Session,
  projection: Projection,
  options: { readonly json: boolean },
): Promise<ExitCode> =>
  replaceEach(session, [projection], {
    json: options.json,
    work: (common) => goBack({ ...common, load: 1, recordsPerSecond: null }),
  });

async function replaceEach(
  session: Session,
  projections: readonly Projection[],
  how: {
    readonly json: boolean;
    work(common: Omit<ReplaceOptions, keyof Limits>): Promise<RebuiltModel | Replaced>;
  },
): Promise<ExitCode> {
  const { out, signal } = session;
  const [log, codec, postgres] = [
    await session.log(),
    await session.codec(),
    await session.postgres(),
  ];
  const results: (RebuiltModel | Replaced | Refused)[] = [];
  for (const projection of projections) {
    const onProgress = (progress: RebuildModelProgress): void =>
      out.progress(phaseText(projection.name, progress));
    try {
      results.push(
        await how.work({ projection, log, codec, postgres, signal, onProgress, by: rebuilder() }),
      );
    } catch (error) {
      if (signal.aborted) out.note('what is built stays: plumbline rebuild resume goes on');
      if (!(error instanceof RebuildRefused)) throw error;
      results.push({ projection: projection.name, refused: error.message });
    } finally {
      out.progressDone();
    }
    const last = results.at(-1);
    if (!how.json && last !== undefined) out.line(resultLine(last));
  }
  if (how.json) out.json(results);
  return results.some((result) => 'refused' in result) ? 1 : 0;
}

interface Limits {
  readonly load: number;
  readonly recordsPerSecond: number | null;
}

export function limitsOf(options: Pick<RunRebuildOptions, 'load' | 'recordsPerSecond'>): Limits {
  const load = Number(options.load);
  if (!(load > 0 && load <= 1)) {
    throw usageFailure(`--load is a share above 0 and up to 1, not "${options.load}"`);
  }
  const { recordsPerSecond: text } = options;
  if (text === undefined) return { load, recordsPerSecond: null };
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw usageFailure(`--records-per-second is a whole number from 1, not "${text}"`);
  }
  return { load, recordsPerSecond: Number(text) };
}

export const phaseText = (name: string, progress: RebuildModelProgress): string =>
  progress.phase === 'waiting'
    ? `${name} waits: ${progress.why ?? 'it is tried again'}`
    : `${progress.phase}  ${progressText(name, progress)}`;

export function resultLine(result: RebuiltModel | Replaced | Refused): string {
  if ('refused' in result) return `refused  ${result.projection}: ${result.refused}`;
  const { schema, records, elapsedMs, blockedMs, keptAs } = result;
  const resumed =
    'resumed' in result && result.resumed ? ' more, after what was built before,' : '';
  const perSecond = Math.round((records * 1_000) / Math.max(1, elapsedMs));
  const wholeMs = elapsedMs < 1_000 ? elapsedMs : Math.round(elapsedMs / 1_000) * 1_000;
  const took = durationText(Math.round(wholeMs));
  const kept = keptAs === null ? 'nothing kept' : `the one before is ${keptAs}`;
  return (
    `live  ${schema}: ${records} records${resumed} in ${took} (${perSecond}/s), ` +
    `writers waited ${Math.round(blockedMs)} ms, ${kept}`
  );
}
