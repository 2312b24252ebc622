import type { Codec } from '@plumbline/events';
import { Undecodable } from '@plumbline/events';
import type { LogRecord, OutgoingRecord } from '@plumbline/kafka';
import type { Command } from 'commander';
import { brokerTimeMs } from '../lag/lag-sources.ts';
import { replayCatchUpMs, snapshotsMax } from '../limits.ts';
import type { ReplayDifference, TopicComparison } from '../replay/check-replay.ts';
import { checkReplay, ReplayRefused } from '../replay/check-replay.ts';
import type { SnapshotComparison } from '../replay/check-snapshots.ts';
import { checkSnapshots } from '../replay/check-snapshots.ts';
import { comparedHeaders } from '../replay/record-digest.ts';
import type { Replayable } from '../replay/replayables.ts';
import { replayables } from '../replay/replayables.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import { jsonText } from '../session/output.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface ReplayOptions {
  readonly check?: boolean;
  readonly topology?: string;
  /** As it was typed; checked here. */
  readonly snapshots?: string;
  readonly json?: boolean;
}

const names = replayables.map(({ topology }) => topology.name).join(', ');

export function addReplay(program: Command, run: RunCommand): void {
  program
    .command('replay')
    .description('Decide everything again from the log, in memory, and compare it with the log')
    .option('--check', 'compare checksums; the only way there is')
    .option('--topology <name>', `one of ${names}`)
    .option('--snapshots <n>', 'also from so many snapshots of each partition', '2')
    .option('--json', 'a JSON list of comparisons, by topic')
    .addHelpText('after', examples('replay --check', 'replay --check --topology payments'))
    .action((options: ReplayOptions) => run((session) => checkReplays(session, options)));
}

type Result =
  TopicComparison | SnapshotComparison | { readonly topology: string; readonly refused: string };

/** Exit code 1 when a topic is not what its inputs say, or could not be compared. */
export async function checkReplays(session: Session, options: ReplayOptions): Promise<ExitCode> {
  if (options.check !== true)
    throw usageFailure('replay needs --check: it compares, and writes nothing');
  const chosen = replayables.filter(
    ({ topology }) => options.topology === undefined || topology.name === options.topology,
  );
  if (chosen.length === 0)
    throw usageFailure(
      `no topology that can be compared is called ${options.topology ?? ''}: ${names}`,
    );
  const snapshots = Number(options.snapshots ?? '2');
  if (!Number.isInteger(snapshots) || snapshots < 0 || snapshots > snapshotsMax)
    throw usageFailure(`--snapshots is a whole number from 0 to ${snapshotsMax}`);
  const { out } = session;
  const codec = await session.codec();
  const results: Result[] = [];
  for (const replayable of chosen) {
    for (const result of await compareOne(session, replayable, snapshots)) {
      results.push(result);
      if (options.json !== true)
        for (const line of await resultLines(codec, result)) out.line(line);
    }
  }
  if (options.json === true) out.json(results);
  return results.every((result) => 'equal' in result && result.equal) ? 0 : 1;
}

async function compareOne(
  session: Session,
  of: Replayable,
  snapshots: number,
): Promise<readonly Result[]> {
  const { out, signal, config } = session;
  const { topology } = of;
  const log = await session.log();
  const codec = await session.codec();
  const partitions = config.PLUMBLINE_PARTITIONS;
  try {
    const brokerNowMs = await brokerTimeMs(log);
    const topics = await checkReplay({
      ...{ log, codec, signal, partitions, brokerNowMs, ...of },
      catchUpMs: replayCatchUpMs,
      onProgress: ({ partition, outputs }) =>
        out.progress(
          `${topology.name} partition ${partition + 1} of ${partitions}: ${outputs} records`,
        ),
    });
    if (snapshots === 0) return topics;
    out.progress(`${topology.name} from ${snapshots} snapshots of each partition`);
    const from = { log, codec, signal, partitions, topology, snapshots };
    return [
      ...topics,
      ...(await checkSnapshots({ ...from, brokerNowMs: await brokerTimeMs(log) })),
    ];
  } catch (error) {
    if (!(error instanceof ReplayRefused)) throw error;
    return [{ topology: topology.name, refused: error.message }];
  } finally {
    out.progressDone();
  }
}

async function resultLines(codec: Codec, result: Result): Promise<readonly string[]> {
  if ('refused' in result) return [`not compared  ${result.topology}: ${result.refused}`];
  if ('changelogOffset' in result) return [snapshotLine(result)];
  const { topic, equal, records, liveChecksum, replayedChecksum, difference } = result;
  if (equal) return [`equal  ${topic}: ${records} records, ${liveChecksum}`];
  return [
    `DIFFERENT  ${topic}: ${records} records replayed`,
    `    live      ${liveChecksum}`,
    `    replayed  ${replayedChecksum}`,
    ...(difference === null ? [] : await differenceLines(codec, topic, difference)),
  ];
}

function snapshotLine(result: SnapshotComparison): string {
  const { topology, partition, changelogOffset, records, difference } = result;
  const from = `${topology} partition ${partition} from its snapshot at ${changelogOffset}`;
  if (difference === null) return `equal  ${from}: ${records} records`;
  return `DIFFERENT  ${from}: ${difference}`;
}

async function differenceLines(
  codec: Codec,
  topic: string,
  { partition, index, live, replayed }: ReplayDifference,
): Promise<readonly string[]> {
  const at = live === null ? '' : `, offset ${live.offset.toString()}`;
  return [
    `    first in partition ${partition}, record ${index}${at}`,
    ...(await sideLines(codec, 'live', live === null ? null : { ...live, topic })),
    ...(await sideLines(codec, 'replayed', replayed)),
    ...(live === null ? ['      the log ends there: is the task running, and not behind?'] : []),
  ];
}

async function sideLines(
  codec: Codec,
  name: string,
  record: LogRecord | OutgoingRecord | null,
): Promise<readonly string[]> {
  const label = `      ${name.padEnd(8)}  `;
  if (record === null) return [`${label}(no record)`];
  const headers = comparedHeaders.flatMap((header) => {
    const value = record.headers[header];
    return value === undefined ? [] : [`        ${header}: ${value.toString()}`];
  });
  return [
    `${label}${record.key?.toString('utf8') ?? '(no key)'}  ${await valueText(codec, record)}`,
    ...headers,
  ];
}

async function valueText(
  codec: Codec,
  { topic, value }: LogRecord | OutgoingRecord,
): Promise<string> {
  try {
    const schemaId = codec.needs(value);
    if (schemaId !== null) await codec.learn(schemaId);
    const { type, data } = codec.decode(topic, value);
    return `${type} ${jsonText(data)}`;
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return `cannot be read: ${error.message}`;
  }
}
