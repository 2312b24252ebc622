import { readdir, readFile } from 'node:fs/promises';

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

/** Processor time of a process and of all that it started, ended ones included, s; 0 elsewhere. */
export async function cpuSecondsWithChildren(pid: number): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    pids.map((each) => readFile(`/proc/${each}/stat`, 'utf8').catch(() => '')),
  );
  return cpuSecondsOfTree(pid, stats);
}

/** A process that has ended is in the figures of its parent, which waited for it. */
export function cpuSecondsOfTree(root: number, stats: readonly string[]): number {
  const all = stats.flatMap((stat) => {
    const fields = fieldsOf(stat);
    const ticks = [11, 12, 13, 14].map((field) => Number(fields[field]));
    const sum = ticks.reduce((a, b) => a + b, 0);
    return Number.isFinite(sum)
      ? [{ pid: parseInt(stat, 10), parent: Number(fields[1]), sum }]
      : [];
  });
  const tree = new Set([root]);
  // A child may stand before its parent, where numbers have begun again.
  for (let before = 0; before < tree.size;) {
    before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  const sums = all.filter(({ pid }) => tree.has(pid)).map(({ sum }) => sum);
  return sums.reduce((a, b) => a + b, 0) / ticksPerSecond;
}

/** The program's name stands in parentheses and may hold anything, so fields count from its end. */
const fieldsOf = (stat: string): readonly string[] =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ');

export function cpuSecondsOf(stat: string): number | null {
  const fields = fieldsOf(stat);
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return Number.isFinite(user + system) ? (user + system) / ticksPerSecond : null;
}
