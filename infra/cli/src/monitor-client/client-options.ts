import { hostname } from 'node:os';
import { registerSecret } from '@plumbline/observability';
import type { CliConfig } from '../config.ts';
import { durationOption } from '../format/duration.ts';
import { usageFailure } from '../session/failure.ts';
import * as limits from './limits.ts';
import type { Credentials } from './monitor-api.ts';

/** As commander gives them. */
export interface MonitorClientOptions {
  readonly records?: string;
  readonly keep?: string;
  readonly retryAlarmed?: boolean;
  readonly tries: string;
  readonly longestWait: string;
  readonly alarmCommand?: string;
  readonly watch?: boolean;
  readonly poll: string;
  readonly stream?: string;
  readonly group?: string;
  readonly consumer?: string;
  readonly pid?: string;
  readonly clientId?: string;
  readonly secret?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** What a client is asked to do. */
export interface ClientPlan {
  readonly credentials: Credentials;
  readonly report: {
    /** A file, `-` for the standard input, `null` for what is kept from before only. */
    readonly records: string | null;
    readonly folder: string;
    readonly retryAlarmed: boolean;
    readonly triesMax: number;
    readonly longestWaitMs: number;
    readonly alarmCommand: string | null;
  } | null;
  readonly watch:
    | { readonly by: 'api'; readonly everyMs: number }
    | {
        readonly by: 'stream';
        readonly url: string;
        readonly group: { readonly name: string; readonly consumer: string } | null;
      }
    | null;
  readonly pid: string | null;
}

/** Errors: CliFailure with exit code 2 for options that say nothing, or two things. */
export function planOf(options: MonitorClientOptions, config: CliConfig): ClientPlan {
  const credentials = credentialsOf(options, config);
  const report = reportOf(options);
  const watch = watchOf(options);
  if (report === null && watch === null)
    throw usageFailure('nothing to do: --keep (and --records) to report, --watch or --stream');
  if (report !== null && credentials.kind === 'none')
    throw usageFailure(
      'who reports? PLUMBLINE_MONITOR_CLIENT and PLUMBLINE_MONITOR_SECRET, or ' +
        'PLUMBLINE_MONITOR_TOKEN (or the options)',
    );
  const pid = options.pid ?? null;
  if (pid !== null && !/^[A-Za-z0-9_-]{1,32}$/.test(pid))
    throw usageFailure('--pid is 1 to 32 of A-Z a-z 0-9 _ -');
  return { credentials, report, watch, pid };
}

function reportOf(options: MonitorClientOptions): ClientPlan['report'] {
  const { records, keep, tries, retryAlarmed = false, alarmCommand = null } = options;
  if (keep === undefined) {
    if (records === undefined && !retryAlarmed) return null;
    throw usageFailure('--keep says where records are kept until they are accepted');
  }
  const triesMax = Number(tries);
  if (!/^[1-9]\d{0,4}$/.test(tries) || triesMax > limits.triesMaxMost)
    throw usageFailure(`--tries is 1 to ${limits.triesMaxMost}, not "${tries}"`);
  const longestWaitMs = durationOption(options.longestWait, '--longest-wait');
  const of = { records: records ?? null, folder: keep, retryAlarmed };
  return { ...of, triesMax, longestWaitMs, alarmCommand };
}

function watchOf(options: MonitorClientOptions): ClientPlan['watch'] {
  const { watch = false, stream, group, consumer = hostname() } = options;
  if (stream === undefined) {
    if (group !== undefined) throw usageFailure('--group is one of a --stream');
    const everyMs = durationOption(options.poll, '--poll');
    if (everyMs < limits.pollMsLeast)
      throw usageFailure(`--poll is ${limits.pollMsLeast} ms or longer`);
    return watch ? { by: 'api', everyMs } : null;
  }
  if (watch) throw usageFailure('--watch or --stream, not both');
  if (!/^rediss?:\/\//.test(stream) || !URL.canParse(stream))
    throw usageFailure('--stream is a URL such as redis://127.0.0.1:16379');
  return {
    ...{ by: 'stream', url: stream },
    group: group === undefined ? null : { name: group, consumer },
  };
}

/** Options count before the environment, and a token before a key: it works with Redis down. */
function credentialsOf(options: MonitorClientOptions, config: CliConfig): Credentials {
  const isKeyGiven = options.clientId !== undefined || options.secret !== undefined;
  const token = options.token ?? (isKeyGiven ? undefined : config.PLUMBLINE_MONITOR_TOKEN);
  const clientId = options.clientId ?? config.PLUMBLINE_MONITOR_CLIENT;
  const secret = options.secret ?? config.PLUMBLINE_MONITOR_SECRET;
  for (const each of [token, secret]) if (each !== undefined) registerSecret(each);
  if (token !== undefined) return { kind: 'token', token };
  if (clientId === undefined && secret === undefined) return { kind: 'none' };
  if (clientId === undefined || secret === undefined)
    throw usageFailure('a signature needs both: --client-id and --secret (or the variables)');
  return { kind: 'signed', clientId, secret };
}
