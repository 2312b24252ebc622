import type { RebuildProgress } from '@plumbline/postgres';
import { durationText } from '../format/duration.ts';

const barWidth = 24;

/** One line: a bar, how much is done, how fast, and how long it takes yet. */
export function progressText(name: string, progress: RebuildProgress): string {
  const { offsetsDone, offsetsTotal, records, recordsPerSecond, remainingMs } = progress;
  const share = offsetsTotal === 0n ? 1 : Number(offsetsDone) / Number(offsetsTotal);
  const filled = Math.round(share * barWidth);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
  const seconds = remainingMs === null ? null : Math.ceil(remainingMs / 1_000) * 1_000;
  const left = seconds === null ? '' : `, ${durationText(seconds)} left`;
  return `${name} [${bar}] ${Math.floor(share * 100)} %, ${records} records, ${recordsPerSecond}/s${left}`;
}
