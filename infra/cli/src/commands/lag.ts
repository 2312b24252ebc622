import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { tableLines } from '../format/table.ts';
import type { LagSource } from '../lag/lag-sources.ts';
import {
  brokerTimeMs,
  delaysOf,
  projectionSource,
  resultStreamsSource,
  topologySource,
} from '../lag/lag-sources.ts';
import type { Lag } from '../lag/measure-lag.ts';
import { measureLag } from '../lag/measure-lag.ts';
import { watchEveryMs } from '../limits.ts';
import { allProjections } from '../projections.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { allTopologies, runsOnDemand } from '../topologies.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface LagOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

export function addLag(program: Command, run: RunCommand): void {
  program
    .command('lag')
    .description(
      'How far topologies, projections and result streams are behind: records, events, seconds',
    )
    .option('--watch', 'again every two seconds, until Ctrl-C')
    .option('--json', 'JSON with every partition; one document a line with --watch')
    .addHelpText('after', examples('lag', 'lag --watch', 'lag --json'))
    .action((options: LagOptions) => run((session) => showLag(session, options)));
}

/** One reader with its partitions. */
export interface ReaderLag extends Omit<LagSource, 'positions'> {
  readonly partitions: readonly Lag[];
}

/** Exit code 1 when of some partition it cannot be said how far its reader is. */
export async function showLag(session: Session, options: LagOptions): Promise<ExitCode> {
  const { out, signal } = session;
  for (;;) {
    const lags = await lagOfAll(session);
    if (options.json === true) out.json(lags);
    else {
      if (options.watch === true) out.line(new Date().toISOString());
      for (const line of lagLines(lags)) out.line(line);
    }
    if (options.watch !== true) return lags.every(isKnown) ? 0 : 1;
    await sleep(watchEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return 0;
  }
}

const isKnown = ({ problem, unknown, partitions }: ReaderLag): boolean =>
  problem === null && unknown.length === 0 && partitions.every((lag) => lag.problem === null);

async function lagOfAll(session: Session): Promise<readonly ReaderLag[]> {
  const { signal } = session;
  const log = await session.log();
  // Before the positions: what is appended meanwhile must not look older than it is.
  const brokerNowMs = await brokerTimeMs(log);
  const delaysMs = delaysOf(allTopologies);
  const lags: ReaderLag[] = [];
  for (const read of [
    ...allTopologies.map((topology) => () => topologySource(log, topology)),
    ...allProjections.map((projection) => () => projectionSource(session, projection)),
    () => resultStreamsSource(session),
  ]) {
    const { positions, ...source } = await read();
    if (positions.length === 0 && runsOnDemand.has(source.name)) continue;
    const of = { log, positions, brokerNowMs, signal, delaysMs };
    lags.push({ ...source, partitions: await measureLag(of) });
  }
  return lags;
}

/** A line for each reader, and one for each partition that it is behind on. */
export function lagLines(lags: readonly ReaderLag[]): readonly string[] {
  const rows = lags.flatMap((lag) => [totalRow(lag), ...partitionRows(lag)]);
  return tableLines(['reader', 'position', 'records', 'events', 'seconds', ''], rows);
}

function totalRow({ name, partitions, unknown, problem }: ReaderLag): readonly string[] {
  const said = problem ?? neverReported(unknown);
  if (partitions.length === 0) return [name, '', '', '', '', said];
  return [
    ...[name, ''],
    partitions.reduce((sum, { records }) => sum + records, 0n).toString(),
    eventsText({
      events: partitions.reduce((sum, { events }) => sum + events, 0),
      moreEvents: partitions.some(({ moreEvents }) => moreEvents),
    }),
    Math.max(...partitions.map(({ seconds }) => seconds)).toFixed(1),
    said,
  ];
}

const namesShown = 4;

function neverReported(unknown: ReaderLag['unknown']): string {
  if (unknown.length === 0) return '';
  const names = unknown.slice(0, namesShown).map(({ topic, partition }) => `${topic}-${partition}`);
  const more = unknown.length > namesShown ? ` and ${unknown.length - namesShown} more` : '';
  return `never reported: ${names.join(', ')}${more}`;
}

const partitionRows = ({ partitions }: ReaderLag): readonly (readonly string[])[] =>
  partitions
    .filter(({ events, problem }) => events > 0 || problem !== null)
    .map((lag) => [
      `  ${lag.topic}-${lag.partition}`,
      lag.offset.toString(),
      ...(lag.problem === null
        ? [lag.records.toString(), eventsText(lag), lag.seconds.toFixed(1), '']
        : ['', '', '', lag.problem]),
    ]);

const eventsText = ({ events, moreEvents }: Pick<Lag, 'events' | 'moreEvents'>): string =>
  moreEvents ? `≥${events}` : String(events);
