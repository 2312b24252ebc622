/** Waits between tries: doubled each time up to the longest, of which a random share is waited. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
  /** 0 up to, but without, 1. */
  readonly random: () => number;
}

/**
 * The wait after so many failed tries, at least 1. Full jitter, after Brooker, "Exponential Backoff
 * and Jitter" (AWS Architecture Blog, 2015): clients that lost one server do not return as one.
 */
export function waitMsAfter(tries: number, { firstMs, longestMs, random }: BackOff): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.min(tries - 1, 30));
  return Math.round(fullMs * random());
}
