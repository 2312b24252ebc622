import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '@plumbline/local';
import { stepsPerHistory, usualMix } from '../alert-log/histories.ts';
import type { Probes } from '../alert-log/probes.ts';
import { writeProbes } from '../alert-log/probes.ts';
import { activateGrace, writeMarks, writePlan } from '../alert-log/write.ts';
import type { Silence } from '../alerts/silence.ts';
import { silencesOf } from '../alerts/silence.ts';
import type { SeenAlert } from '../alerts/watch-alerts.ts';
import { watchAlerts } from '../alerts/watch-alerts.ts';
import type { Contender, ContenderName } from '../contenders/contender.ts';
import { equalTimeouts } from '../contenders/kafka-streams.ts';
import {
  coursesPerWave,
  graceMs,
  lostSilenceMs,
  partitions,
  pauseMs,
  probeBeforeMs,
  restoreKeys,
} from '../limits.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { contendersOf, isOne, writerOf } from './alert-bench.ts';

export interface TakeoverResult {
  readonly part: 'takeover';
  readonly contender: ContenderName;
  readonly keys: number;
  readonly silences: readonly Silence[];
  /** Partitions that the killed process had. */
  readonly lost: number;
  /** From the kill until a committed reader had an answer from each of them, ms. */
  readonly takeoverMs: number;
}

/** Two processes share the partitions; one is killed, and the other has them all some time later. */
export async function measureTakeover(
  options: AlertBenchOptions,
  keys: number = restoreKeys,
): Promise<void> {
  const { signal } = options;
  for (const contender of (await contendersOf(options, equalTimeouts)).filter(isOne)) {
    await sleep(pauseMs, undefined, { signal });
    options.onResult(await takeoverOf(options, contender, keys));
  }
}

async function takeoverOf(
  options: AlertBenchOptions,
  contender: Contender,
  keys: number,
): Promise<TakeoverResult> {
  const { world, report, signal } = options;
  await world.renew('everything');
  const writer = writerOf(options, 'bench');
  await activateGrace(writer, graceMs);
  // Both before there is state: Kafka Streams moves no task that has state to a process without it
  // before ten minutes are over.
  const killed = await contender.start({ instance: 0 });
  const left = await contender.start({ instance: 1 });
  try {
    await Promise.all([killed.ready(), left.ready()]);
    report(`${contender.name}, two processes, takes the log of ${keys} keys`);
    const records = keys * stepsPerHistory;
    await writePlan(writer, { records, keys, mix: usualMix, coursesPerWave, prefilled: false });
    await writeMarks(writer, 'end', graceMs);
    await watchAlerts({ log: world.log(), signal, of: left });
    report('  one of them is killed');
    return { part: 'takeover', contender: contender.name, keys, ...(await killAndWatch()) };
  } finally {
    await killed.kill();
    await left.stop();
  }

  async function killAndWatch() {
    const probes: Probes = new Map();
    const over = new AbortController();
    const prober = { ...writer, shelf: { ...writer.shelf, prefix: 'probe' } };
    const probing = writeProbes(prober, probes, AbortSignal.any([over.signal, signal]));
    try {
      await sleep(probeBeforeMs, undefined, { signal });
      const killedMs = Date.now();
      const silences = async () => {
        let found: readonly Silence[] = [];
        const isOver = (seen: readonly SeenAlert[]) => {
          found = silencesOf({ partitions, killedMs, answers: answersOf(seen, probes) });
          return found.every(({ ms }) => ms !== null);
        };
        await watchAlerts({ log: world.log(), signal, of: left, isOver });
        return found;
      };
      const [found] = await Promise.all([silences(), killed.kill()]);
      return summaryOf(found);
    } finally {
      over.abort();
      await probing;
    }
  }
}

const answersOf = (seen: readonly SeenAlert[], probes: Probes) =>
  seen.flatMap(({ record, seenMs }) => {
    const writtenMs = probes.get(record.key?.toString() ?? '');
    return writtenMs === undefined ? [] : [{ partition: record.partition, writtenMs, seenMs }];
  });

function summaryOf(silences: readonly Silence[]) {
  const lost = silences.map(({ ms }) => ms ?? 0).filter((ms) => ms > lostSilenceMs);
  if (lost.length === 0) throw new LocalStackError('void: the killed process had no partition');
  return { silences, lost: lost.length, takeoverMs: Math.max(...lost) };
}
