import { RedisDown } from '@plumbline/redis';
import { PostgresDown } from '@plumbline/postgres';
import { durationText } from '../format/duration.ts';
import { brokerTimeMs } from '../lag/lag-sources.ts';
import { replayCatchUpMs } from '../limits.ts';
import { allProjections } from '../projections.ts';
import { CliFailure, firstLine } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { verifyDecisions } from './decisions.ts';
import type { Part, PartResult } from './finding.ts';
import { createFindings, partResult, parts } from './finding.ts';
import type { ModelPosition } from './read-models.ts';
import { verifyReadModels } from './read-models.ts';
import { verifyResults } from './results.ts';
import { readStreams } from './streams-in-redis.ts';
import { corrupt } from './unreadable.ts';
import type { LogPart } from './verify-log.ts';
import { logParts, verifyLog } from './verify-log.ts';

export interface Verified {
  /** Broker time before anything was read, epoch ms. */
  readonly atMs: number;
  readonly parts: readonly PartResult[];
  /** How far the events were read, and each read model stood; `of` is `log` or a schema. */
  readonly positions: readonly ModelPosition[];
  readonly elapsedMs: number;
}

export interface RunVerifyOptions {
  readonly parts: readonly Part[];
  /** Null for all. */
  readonly partition: number | null;
  /** Findings of each part that are kept. */
  readonly listed: number;
  /** Told of each part when it is done. */
  onPart?(result: PartResult): void;
}

/**
 * Looks at the log, and at everything that was made of it. Nothing is written but a record for the
 * time of the broker, and tables beside each read model that are dropped again.
 *
 * Errors: CliFailure when Kafka or the registry does not answer; the reason of an aborted signal.
 * What else does not answer is a gap of its part.
 */
export async function runVerify(session: Session, options: RunVerifyOptions): Promise<Verified> {
  const startedAt = performance.now();
  const log = await session.log();
  const atMs = await brokerTimeMs(log);
  const results: PartResult[] = [];
  const positions: ModelPosition[] = [];
  const done = (result: PartResult): void => {
    session.out.progressDone();
    results.push(result);
    options.onPart?.(result);
  };
  const ofLog = logParts.filter((part) => options.parts.includes(part));
  try {
    if (ofLog.length > 0) {
      const verified = await verifyEvents(session, { ...options, atMs, ofLog });
      positions.push(...verified.positions.map((at) => ({ of: 'log', ...at })));
      verified.parts.forEach(done);
    }
    for (const part of parts.filter((each) => options.parts.includes(each)))
      switch (part) {
        case 'chains':
        case 'sums':
        case 'notifications':
          break;
        case 'decisions':
          done(
            await reachable(part, async () =>
              verifyDecisions(await ofDecisions(session, options, atMs)),
            ),
          );
          break;
        case 'read-models':
          done(await reachable(part, () => verifyModels(session, options, positions)));
          break;
        case 'results':
          done(await reachable(part, () => verifyStreams(session, options, atMs)));
      }
  } finally {
    session.out.progressDone();
  }
  return { atMs, parts: results, positions, elapsedMs: performance.now() - startedAt };
}

async function verifyEvents(
  session: Session,
  of: RunVerifyOptions & { readonly atMs: number; readonly ofLog: readonly LogPart[] },
) {
  const { out, signal } = session;
  const { partition, listed, atMs: nowMs, ofLog } = of;
  const startedAt = performance.now();
  let before = 0;
  let last = '';
  let events = 0;
  return verifyLog({
    ...{ log: await session.log(), codec: await session.codec(), signal },
    ...{ parts: ofLog, partition, nowMs, listed },
    onProgress(at, ofPartition) {
      const where = `${at.topic}-${at.partition}`;
      if (where !== last) [last, before] = [where, events];
      events = before + ofPartition;
      const perSecond = Math.round((events * 1_000) / (performance.now() - startedAt));
      out.progress(`${ofLog.join(', ')}: ${where}, ${events} events, ${perSecond}/s`);
    },
  });
}

async function ofDecisions(session: Session, options: RunVerifyOptions, nowMs: number) {
  const { out, signal, config } = session;
  const partitions = config.PLUMBLINE_PARTITIONS;
  return {
    ...{ log: await session.log(), codec: await session.codec(), signal, partitions, nowMs },
    ...{ partition: options.partition, listed: options.listed, catchUpMs: replayCatchUpMs },
    onProgress: (topology: string, partition: number, outputs: number) =>
      out.progress(`${topology} partition ${partition + 1} of ${partitions}: ${outputs} records`),
  };
}

async function verifyModels(
  session: Session,
  { listed }: RunVerifyOptions,
  positions: ModelPosition[],
): Promise<PartResult> {
  const { out, signal } = session;
  const verified = await verifyReadModels({
    ...{ log: await session.log(), codec: await session.codec(), signal, listed },
    ...{ postgres: await session.postgres(), projections: allProjections },
    onProgress: (text) => out.progress(text),
  });
  positions.push(...verified.positions);
  return verified.result;
}

async function verifyStreams(
  session: Session,
  options: RunVerifyOptions,
  nowMs: number,
): Promise<PartResult> {
  const streams = readStreams(await session.redis());
  const minMs = session.config.PLUMBLINE_RESULT_STREAMS_MIN_HOURS * 3_600_000;
  return verifyResults({ ...(await ofDecisions(session, options, nowMs)), streams, minMs });
}

/** A server that is away, or a batch that cannot be read, keeps only its own part from being verified. */
async function reachable(part: Part, work: () => Promise<PartResult>): Promise<PartResult> {
  try {
    return await work();
  } catch (error) {
    const isAway =
      error instanceof CliFailure || error instanceof RedisDown || error instanceof PostgresDown;
    const findings = createFindings(1);
    if (!isAway) findings.add(corrupt(part, error));
    return partResult(part, { looked: {}, findings, gaps: isAway ? [firstLine(error)] : [] });
  }
}

/** The lines of one part. */
export function partLines(result: PartResult): readonly string[] {
  const { part, state, looked, counts, findings, gaps } = result;
  const word = { holds: 'holds', broken: 'BROKEN', gaps: 'GAPS' }[state];
  const seen = Object.entries(looked).map(([name, count]) => `${name} ${count}`);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return [
    `${word.padEnd(7)}${part.padEnd(14)} ${seen.join(', ')}`,
    ...Object.entries(counts).map(([kind, count]) => `    ${kind}: ${count}`),
    ...findings.flatMap(({ kind, at, about, what }) => [
      `      ${kind}  ${at === null ? about : `${at.topic}-${at.partition} offset ${at.offset}  ${about}`}`,
      `        ${what}`,
    ]),
    ...(total > findings.length ? [`      … and ${total - findings.length} more: --limit`] : []),
    ...gaps.map((gap) => `    not compared: ${gap}`),
  ];
}

export const endLine = ({ parts: all, elapsedMs }: Verified): string => {
  const broken = all.filter(({ state }) => state === 'broken').map(({ part }) => part);
  const gaps = all.filter(({ gaps: own }) => own.length > 0).map(({ part }) => part);
  const took = durationText(
    elapsedMs < 1_000 ? Math.round(elapsedMs) : Math.round(elapsedMs / 1_000) * 1_000,
  );
  const said = broken.length === 0 ? 'nothing is wrong' : `broken: ${broken.join(', ')}`;
  const lacking = gaps.length === 0 ? '' : `; not all was compared of ${gaps.join(', ')}`;
  return `${said}${lacking} (${took})`;
};
