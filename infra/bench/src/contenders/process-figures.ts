import { readFile } from 'node:fs/promises';

/** What the kernel says of a process (Linux); `null` elsewhere. */
export interface ProcessFigures {
  /** Most memory that it ever had resident, MiB. */
  readonly peakRssMiB: number | null;
  /** Processor time, of all its threads, s. */
  readonly cpuSeconds: number | null;
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export async function processFigures(pid: number): Promise<ProcessFigures> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''),
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  return { peakRssMiB: peakRssOf(status), cpuSeconds: cpuSecondsOf(stat) };
}

export function peakRssOf(status: string): number | null {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Math.round(Number(kib) / 1_024);
}

/** The program's name stands in parentheses and may hold anything, so fields count from its end. */
export function cpuSecondsOf(stat: string): number | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return Number.isFinite(user + system) ? (user + system) / ticksPerSecond : null;
}
