/**
 * What bounds the deliveries of one process. At a third of a second an answer, 256 requests at once
 * are 768 a second; at 100 ms they are 2,560.
 */
export const laneLimits = {
  /** Requests under way in the process: a socket and about 100 KiB each with TLS, 25 MiB in all. */
  underWayMax: 256,
  /** Of those, what lanes may hold that are slow now: half, so that hanging never takes the whole. */
  underWaySlowMax: 128,
  /**
   * Of those, what lanes may hold that are slow or have not answered yet: three quarters. Who has
   * been seen to answer quickly always finds the last quarter, even after a start.
   */
  underWayUnprovenMax: 192,
  /** Requests under way of one lane, where its settings say nothing: 100 a second at 100 ms each. */
  concurrencyMax: 10,
  /** Of a request, from the look-up of the name to the answer, where settings say nothing: contract 2. */
  timeoutMs: 30_000,
  /** Of a lane that has not answered yet: it may be one that hangs, and the one beside it too. */
  unprovenConcurrencyMax: 2,
  /** Entries of one lane in memory: twenty rounds of its concurrency, beyond it reads the store. */
  queuedPerLaneMax: 200,
  /** Entries of all lanes in memory: with contents of 2 KiB each, 10 MiB. */
  queuedMax: 5_000,
  /**
   * Entries in which a refill looks for first attempts behind retries: twice what it takes itself.
   * Those that come later than the process are told to it, wherever they stand.
   */
  refillScanMax: 400,
  /** A request that is older makes its lane a slow one: a healthy endpoint takes a tenth of it. */
  slowAfterMs: 1_000,
  /** Failures in a row before an endpoint is left alone; one may be chance, five are not. */
  failuresMax: 5,
  /** How long an endpoint is left alone before one request tries it; doubled while that fails. */
  breakerPauseMs: 5_000,
  /** The longest such pause: a recovered endpoint waits a minute at most. */
  breakerPauseMsMax: 60_000,
  /** How long an endpoint may ask to be left alone altogether. */
  restMsMax: 3_600_000,
  /**
   * Lanes without work whose past is remembered: 10,000 of about 2 KiB are 20 MiB. Beyond it the
   * longest idle is forgotten, and begins as one that has not answered yet.
   */
  idleLanesMax: 10_000,
  /** Of so many requests in a row of one lane at least one is a first attempt, if any waits. */
  firstOfEvery: 4,
} as const;

export type LaneLimits = { readonly [Name in keyof typeof laneLimits]: number };
