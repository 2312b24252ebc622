import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Command } from 'commander';
import { Option } from 'commander';
import { durationOption } from '../format/duration.ts';
import { decodeRecord } from '../read/decode.ts';
import { byTime, follow } from '../read/follow.ts';
import type { Position } from '../read/scan.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { ExitCode } from '../session/failure.ts';
import { firstLine } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { alertEventOf, alertLine, recordJson } from './alert-line.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface TailOptions {
  readonly from: string;
  readonly rule?: string;
  readonly json?: boolean;
  readonly follow: boolean;
}

const topic = topics.alertsEvents.name;

export function addAlertsTail(alerts: Command, run: RunCommand): void {
  alerts
    .command('tail')
    .description('Show alerts as they are raised and resolved, from Kafka itself')
    .option('--from <where>', 'beginning, end, or how long ago: 90s, 15m, 2h', 'end')
    .addOption(new Option('--rule <rule>', 'only alerts of this rule'))
    .option('--no-follow', 'stop at the end of what there is')
    .option('--json', 'one JSON document a line, with evidence')
    .addHelpText(
      'after',
      examples(
        'alerts tail',
        'alerts tail --from 1h --rule B',
        'alerts tail --from beginning --no-follow --json | jq .data.summary',
      ),
    )
    .action((options: TailOptions) => run((session) => tailAlerts(session, options)));
}

/** Until Ctrl-C, which is its ordinary end; or to the end of the log with `--no-follow`. */
export async function tailAlerts(session: Session, options: TailOptions): Promise<ExitCode> {
  const { out, signal } = session;
  const sinceMs = startOf(options.from);
  const log = await session.log();
  const codec = await session.codec();

  const take = async (record: LogRecord): Promise<void> => {
    try {
      const decoded = await decodeRecord(codec, record);
      const event = alertEventOf(decoded);
      if (event === null || (options.rule !== undefined && event.data.rule !== options.rule))
        return;
      if (options.json === true) out.json(recordJson(decoded));
      else out.line(alertLine(decoded, event));
    } catch (error) {
      if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
      const where = `${record.topic}-${record.partition} at ${record.offset.toString()}`;
      out.note(`cannot be read: ${where}: ${error.message}`);
    }
  };

  if (!options.follow) {
    await showWhatThereIs(session, { sinceMs, take });
    return 0;
  }
  const from = await positionsOf(session, sinceMs);
  out.note(`following ${topic}, ${from.length} partitions; Ctrl-C ends it`);
  await follow({
    ...{ log, from, signal, take },
    onUnavailable: (error) => out.note(`Kafka is away, trying again: ${firstLine(error)}`),
  });
  return 0;
}

type Since = number | 'beginning' | 'end';

function startOf(from: string): Since {
  if (from === 'beginning' || from === 'end') return from;
  return Date.now() - durationOption(from, '--from');
}

async function positionsOf(session: Session, since: Since): Promise<readonly Position[]> {
  const log = await session.log();
  const partitions = await partitionsOf(log, [topic]);
  const times =
    typeof since === 'number' ? await (await session.admin()).offsetsSince(topic, since) : null;
  return Promise.all(
    partitions.map(async (at) => {
      const { logStartOffset, lastStableOffset } = await log.ends(at);
      if (since === 'beginning') return { ...at, offset: logStartOffset };
      return { ...at, offset: times?.get(at.partition) ?? lastStableOffset };
    }),
  );
}

/** Everything at once, so that all of it can be put into the order of its time. */
async function showWhatThereIs(
  session: Session,
  options: { readonly sinceMs: Since; readonly take: (record: LogRecord) => Promise<void> },
): Promise<void> {
  if (options.sinceMs === 'end') return;
  const sinceMs = options.sinceMs === 'beginning' ? 0 : options.sinceMs;
  const log = await session.log();
  const found: LogRecord[] = [];
  await scan({
    ...{ log, of: await partitionsOf(log, [topic]), signal: session.signal },
    take: (record) => {
      if (record.timestampMs >= sinceMs) found.push(record);
    },
  });
  for (const record of byTime(found)) await options.take(record);
}
