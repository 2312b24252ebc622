import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../load/summarise.ts';
import { waveEveryMs } from '../limits.ts';
import { recordOf } from './encode.ts';
import type { LogPlan } from './waves.ts';
import { wavesOf } from './waves.ts';
import type { LogWriter } from './write.ts';

export interface PacedWrite {
  readonly records: number;
  /** Epoch ms of this machine's clock. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How late the waves themselves were: large, and the writer was measured. */
  readonly writerLateP99Ms: number | null;
}

/**
 * Writes the waves of a plan at their times, whatever the readers do. They are made before: it would
 * cost a quarter of a processor at 10,000 records a second, which the readers would miss.
 */
export async function writeAtPace(writer: LogWriter, plan: LogPlan): Promise<PacedWrite> {
  const { codec, producer, shelf, signal } = writer;
  const waves = [...wavesOf(plan)].map((wave) =>
    wave.map(({ course, step }) => recordOf(codec, shelf, course, step)),
  );
  const fromMs = Date.now();
  const begin = performance.now();
  const late: number[] = [];
  let records = 0;
  for (const wave of waves) {
    const dueMs = begin + late.length * waveEveryMs;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    late.push(Math.max(0, performance.now() - dueMs));
    await producer.transact(wave);
    records += wave.length;
  }
  late.sort((a, b) => a - b);
  return { records, fromMs, toMs: Date.now(), writerLateP99Ms: percentile(late, 99) };
}
