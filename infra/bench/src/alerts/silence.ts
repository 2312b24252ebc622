/** What a committed reader saw of one partition after a kill. */
export interface Silence {
  readonly partition: number;
  /** From the kill to the first alert of a probe that was written after it, ms; null for none. */
  readonly ms: number | null;
}

/** A probe that had been written before could have been answered by the killed process. */
export function silencesOf(options: {
  readonly partitions: number;
  readonly killedMs: number;
  readonly answers: readonly {
    readonly partition: number;
    readonly writtenMs: number;
    readonly seenMs: number;
  }[];
}): readonly Silence[] {
  const { partitions, killedMs, answers } = options;
  return Array.from({ length: partitions }, (_, partition) => {
    const seen = answers
      .filter((answer) => answer.partition === partition && answer.writtenMs >= killedMs)
      .map(({ seenMs }) => seenMs - killedMs);
    return { partition, ms: seen.length === 0 ? null : Math.min(...seen) };
  });
}
