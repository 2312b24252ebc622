import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { addAbortSignal } from 'node:stream';
import { systemClock } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import { CliFailure, firstLine } from '../session/failure.ts';
import { runAlarmCommand } from './alarm-command.ts';
import type { ClientPlan } from './client-options.ts';
import { diskFiles } from './keep-files.ts';
import type { KeepFolder } from './keep-folder.ts';
import { openKeepFolder } from './keep-folder.ts';
import * as limits from './limits.ts';
import type { ReadLine } from './line-reader.ts';
import { linesOf } from './line-reader.ts';
import { readRecord } from './money-record.ts';
import type { MonitorApi } from './monitor-api.ts';
import type { Reporter } from './reporter.ts';
import { createReporter } from './reporter.ts';
import type { ClientEvent } from './say-events.ts';
import { documentOf } from './say-events.ts';
import { watchOrders } from './watch-orders.ts';
import { watchStream } from './watch-stream.ts';

export interface ClientRun {
  /** Calls end with the signal. */
  readonly openApi: (signal: AbortSignal) => MonitorApi;
  readonly stdin: Readable;
  readonly say: (event: ClientEvent) => void;
  /** For people, about no single record. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface ClientOutcome {
  readonly alarms: number;
  readonly malformed: number;
  /** Records that are still kept: it was stopped before they were accepted. */
  readonly left: number;
}

type Running = ClientRun & { readonly api: MonitorApi };

const backOff = { firstMs: limits.firstWaitMs, random: Math.random };

/**
 * Reports until everything is accepted or alarmed; with a watch, until the signal. Errors: those of
 * the folder and the input, CliFailure; all that was said to be kept is in the folder then.
 */
export async function runClient(plan: ClientPlan, run: ClientRun): Promise<ClientOutcome> {
  const ending = new AbortController();
  const signal = AbortSignal.any([run.signal, ending.signal]);
  const of = { ...run, signal, api: run.openApi(signal) };
  const watching = watch(plan, of);
  const reporting = plan.report === null ? null : report(plan.report, of);
  try {
    // Whichever fails ends the other; a watch that is fine goes on until the signal.
    const [outcome] = await Promise.all([reporting, watching]);
    return outcome ?? { alarms: 0, malformed: 0, left: 0 };
  } finally {
    ending.abort();
    await Promise.allSettled([reporting, watching]);
  }
}

async function watch({ watch: asked, pid }: ClientPlan, run: Running): Promise<void> {
  if (asked === null) return;
  const of = {
    ...{ pid, clock: systemClock, onEvent: run.say, signal: run.signal },
    backOff: { ...backOff, longestMs: limits.longestWaitMs },
  };
  if (asked.by === 'api') {
    await watchOrders({ ...of, api: run.api, everyMs: asked.everyMs });
    return;
  }
  const redis = openRedis({
    ...{ url: asked.url, logger: silentLogger, connectionName: 'plumbline-monitor-client' },
    commandTimeoutMs: limits.streamBlockMs + limits.streamAnswerMs,
  });
  try {
    await watchStream({ ...of, redis, group: asked.group });
  } finally {
    await redis.close();
  }
}

async function report(
  plan: NonNullable<ClientPlan['report']>,
  run: Running,
): Promise<ClientOutcome> {
  const counts = { alarms: 0, malformed: 0 };
  const { retryAlarmed, triesMax, alarmCommand } = plan;
  const folder = await openKeepFolder({
    ...{ folder: resolve(plan.folder), files: diskFiles, nowMs: Date.now, retryAlarmed },
  });
  const { waiting, alarmedBefore } = folder;
  if (waiting.length > 0) run.note(`${waiting.length} records wait from before`);
  if (alarmedBefore > 0)
    run.note(`${alarmedBefore} records are alarmed from before: --retry-alarmed sends them again`);
  const reporter = createReporter({
    ...{ folder, triesMax, api: run.api, clock: systemClock, signal: run.signal },
    backOff: { ...backOff, longestMs: plan.longestWaitMs },
    onEvent: async (event) => {
      run.say(event);
      if (event.event !== 'alarm') return;
      counts.alarms += 1;
      if (alarmCommand === null) return;
      const problem = await runAlarmCommand(alarmCommand, documentOf(event));
      if (problem !== null) run.note(`the alarm command failed: ${problem}`);
    },
  });
  for (const name of waiting) reporter.add(name);
  if (plan.records !== null) {
    const input = plan.records === '-' ? run.stdin : createReadStream(plan.records);
    const of = { folder, reporter, say: run.say };
    counts.malformed = await take(addAbortSignal(reporter.over, input), of);
  }
  await reporter.settled();
  return { ...counts, left: reporter.waiting() };
}

interface Taking {
  readonly folder: KeepFolder;
  readonly reporter: Reporter;
  readonly say: ClientRun['say'];
}

/** Keeps each line and has it reported; how many were no records. */
async function take(input: Readable, of: Taking): Promise<number> {
  const { reporter } = of;
  let malformed = 0;
  try {
    for await (const line of linesOf(input as AsyncIterable<Buffer>)) {
      await reporter.below(limits.waitingMax);
      if (!(await takeLine(line, of))) malformed += 1;
    }
  } catch (error) {
    // Ctrl-C ends the input, and so does a reporter that failed, which says why.
    if (reporter.over.aborted) return malformed;
    reporter.stop();
    await reporter.settled();
    if (error instanceof CliFailure) throw error;
    throw new CliFailure(`records cannot be read or kept: ${firstLine(error)}`);
  }
  return malformed;
}

/** Whether it is a record. */
async function takeLine({ bytes, number }: ReadLine, of: Taking): Promise<boolean> {
  const { folder, reporter, say } = of;
  const text = textOf(bytes);
  const read = text === null ? null : readRecord(text);
  if (text === null || read?.kind !== 'record') {
    const file = await folder.putAside(bytes, number);
    const problem = read?.kind === 'malformed' ? read.problem : 'is not UTF-8';
    say({ event: 'malformed', line: number, problem, file });
    return false;
  }
  const { name, isNew } = await folder.keep(text);
  say({ event: 'kept', record: text });
  if (isNew) reporter.add(name);
  return true;
}

/** `null` for bytes that are no text: sent as text they would be others. */
function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    return null;
  }
}
