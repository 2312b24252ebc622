/** How fast a run went, seen from outside. */
export interface Pace {
  /** From the start of the process to the last mark, ms. */
  readonly wholeMs: number;
  /** From the start of the process to the first alert, ms. */
  readonly firstAlertMs: number;
  readonly wholePerSecond: number;
  /** Between the times when a tenth and nine tenths of the alerts were to be seen. */
  readonly steadyPerSecond: number;
}

/**
 * The alerts lie evenly in the log, so that the time between one tenth and nine tenths of them is the
 * time of eight tenths of the records: without the start of a process, and without its idle end.
 */
export function paceOf(run: {
  readonly records: number;
  readonly startMs: number;
  /** When each alert could be read, in that order, epoch ms. */
  readonly seenMs: readonly number[];
  readonly endMs: number;
}): Pace {
  const { records, startMs, seenMs, endMs } = run;
  const at = (share: number) => seenMs[Math.floor((seenMs.length - 1) * share)] ?? Number.NaN;
  const wholeMs = endMs - startMs;
  return {
    wholeMs,
    firstAlertMs: (seenMs[0] ?? Number.NaN) - startMs,
    wholePerSecond: perSecond(records, wholeMs),
    steadyPerSecond: perSecond(records * 0.8, at(0.9) - at(0.1)),
  };
}

const perSecond = (count: number, ms: number): number => (ms > 0 ? (count * 1_000) / ms : Infinity);
