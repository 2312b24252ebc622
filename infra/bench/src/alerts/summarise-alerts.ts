/** The middle one of several runs, and how far the others lie from it. */
export interface Runs {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The mean of the two middle ones of an even number. Errors: RangeError of none. */
export function runsOf(values: readonly number[]): Runs {
  const ascending = [...values].sort((a, b) => a - b);
  const [least, most] = [ascending[0], ascending.at(-1)];
  if (least === undefined || most === undefined) throw new RangeError('none has no middle');
  const upper = ascending.length >> 1;
  const lower = (ascending.length - 1) >> 1;
  const median = ((ascending[lower] ?? least) + (ascending[upper] ?? most)) / 2;
  return { median, least, most };
}

/** What is measured of one run of a program over a log. */
export interface Measured {
  readonly log: string;
  readonly program: string;
  readonly records: number;
  readonly steadyPerSecond: number;
  readonly wholePerSecond: number;
  readonly cpuSeconds: number | null;
  readonly peakRssMiB: number | null;
}

export interface Summary {
  readonly log: string;
  readonly program: string;
  readonly runs: number;
  readonly steadyPerSecond: Runs;
  readonly wholePerSecond: Runs;
  /** Processor time of a record, µs; null where the kernel says nothing. */
  readonly cpuMicros: Runs | null;
  readonly peakRssMiB: Runs | null;
  /** Median of its steady rate over that of the first program on the same log. */
  readonly ofFirst: number;
}

/** One line for each program on each log, in the order in which they first ran. */
export function summariesOf(runs: readonly Measured[]): readonly Summary[] {
  const groups = new Map<string, Measured[]>();
  for (const run of runs) {
    const name = `${run.log}\n${run.program}`;
    groups.set(name, [...(groups.get(name) ?? []), run]);
  }
  const firsts = new Map<string, number>();
  return [...groups.values()].flatMap((group) => {
    const [run] = group;
    if (run === undefined) return [];
    const { log, program } = run;
    const steadyPerSecond = runsOf(group.map((run) => run.steadyPerSecond));
    const first = firsts.get(log) ?? steadyPerSecond.median;
    firsts.set(log, first);
    return {
      ...{ log, program, runs: group.length, steadyPerSecond },
      wholePerSecond: runsOf(group.map((run) => run.wholePerSecond)),
      cpuMicros: allOf(group, ({ cpuSeconds, records }) => over(cpuSeconds, records / 1e6)),
      peakRssMiB: allOf(group, ({ peakRssMiB }) => peakRssMiB),
      ofFirst: steadyPerSecond.median / first,
    };
  });
}

const over = (value: number | null, by: number): number | null =>
  value === null ? null : value / by;

function allOf(group: readonly Measured[], of: (run: Measured) => number | null): Runs | null {
  const known = group.map(of).filter((value) => value !== null);
  return known.length < group.length ? null : runsOf(known);
}
