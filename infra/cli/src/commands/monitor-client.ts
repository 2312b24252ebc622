import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { durationText } from '../format/duration.ts';
import type { MonitorClientOptions } from '../monitor-client/client-options.ts';
import { planOf } from '../monitor-client/client-options.ts';
import { longestWaitMs, pollMs, triesMax } from '../monitor-client/limits.ts';
import { createMonitorApi } from '../monitor-client/monitor-api.ts';
import { runClient } from '../monitor-client/run-client.ts';
import { sayEvent } from '../monitor-client/say-events.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

const notes = `
A line of --records is a record of the monitor's POST /api/monitor/records as JSON. It is on the
disk under --keep before it is first tried, and stays until it is accepted: a client that was killed
goes on there. After so many tries it raises an alarm and puts the record into alarmed/ below it.
Who reports: PLUMBLINE_MONITOR_CLIENT and PLUMBLINE_MONITOR_SECRET, or PLUMBLINE_MONITOR_TOKEN;
where: PLUMBLINE_CHANNEL_MONITOR_URL.
Exit codes: 0 all accepted, 1 some alarmed, malformed or still kept, 2 asked wrongly.
`;

export function addMonitorClient(program: Command, run: RunCommand): void {
  program
    .command('monitor-client')
    .description('Report money on personal accounts, and see which orders wait for it')
    .option('--records <file>', 'JSON lines to report; - for the standard input')
    .option('--keep <folder>', 'where records are kept until they are accepted')
    .option('--retry-alarmed', 'report again what was alarmed before')
    .option('--tries <n>', 'of a record before its alarm', String(triesMax))
    .option('--longest-wait <duration>', 'between two of them', durationText(longestWaitMs))
    .option('--alarm-command <line>', 'run for each alarm, which it gets as JSON on its input')
    .option('--watch', 'show active orders, from the API')
    .option('--poll <duration>', 'between two looks', durationText(pollMs))
    .option('--stream <redis-url>', 'show active orders, from the stream in Redis')
    .option('--group <name>', 'clients of a group share the orders of the stream')
    .option('--consumer <name>', 'which of them this is (default: the name of the machine)')
    .option('--pid <pid>', 'orders of this merchant only')
    .option('--client-id <id>', 'who signs; better in the environment')
    .option('--secret <secret>', 'its key; better in the environment')
    .option('--token <token>', 'a Bearer token instead; better in the environment')
    .option('--json', 'one JSON document an event')
    .addHelpText(
      'after',
      notes +
        examples(
          'monitor-client --records records.jsonl --keep kept',
          'tail -f records.jsonl | plumbline monitor-client --records - --keep kept --watch',
          'monitor-client --stream redis://127.0.0.1:16379 --group phones --json',
          'monitor-client --keep kept --retry-alarmed',
        ).replace('plumbline tail', 'tail'),
    )
    .action((options: MonitorClientOptions) => run((session) => monitorClient(session, options)));
}

export async function monitorClient(
  session: Session,
  options: MonitorClientOptions,
  stdin: Readable = process.stdin,
): Promise<ExitCode> {
  const { config, out, signal } = session;
  const plan = planOf(options, config);
  const url = config.PLUMBLINE_CHANNEL_MONITOR_URL.replace(/\/+$/, '');
  const { credentials } = plan;
  const { alarms, malformed, left } = await runClient(plan, {
    openApi: (until) => createMonitorApi({ url, credentials, signal: until, nowMs: Date.now }),
    stdin,
    say: (event) => sayEvent(out, event, options.json === true),
    note: (text) => out.note(text),
    signal,
  });
  if (left > 0) out.note(`${left} records are kept: the same command goes on with them`);
  return alarms + malformed + left > 0 ? 1 : 0;
}
