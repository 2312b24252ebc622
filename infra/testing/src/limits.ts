const minuteMs = 60_000;

/**
 * Time limits of the steps: about ten times what two cores need, so that only a hang meets them. The
 * checks take what others leave of the processors, and may have to wait until those are done.
 */
export const stepTimeoutsMs = {
  build: 10 * minuteMs,
  typecheck: 20 * minuteMs,
  lint: 20 * minuteMs,
  format: 20 * minuteMs,
  generated: 20 * minuteMs,
  unit: 10 * minuteMs,
  simulation: 20 * minuteMs,
  int: 20 * minuteMs,
  e2e: 30 * minuteMs,
} as const;

/** From the polite signal to SIGKILL. */
export const stopTimeoutMs = 5_000;

/** What a failing check shows of its output, from the end. */
export const shownOutputLines = 60;

/** Of a failed test in the closing summary. */
export const shownMessageCharacters = 300;

/** Partitions of the topics that tests find; the local default. */
export const testPartitions = 4;

/** How long seeds are simulated, after the planted bugs: in a run of everything, and when chosen. */
export const simulationMinutes = { amongAll: 0.5, chosen: 1 } as const;

/**
 * Into how many shares the files that need servers are divided. The shares run beside each other,
 * each with servers of its own, since files run the same consumer groups on the same topics. Much of
 * their time is waiting for brokers and timers: two cores have room for two.
 */
export const serverShares = 2;
