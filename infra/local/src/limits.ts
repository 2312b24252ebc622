/** How long a part may take to answer after it was started: measured 3, 9, 1, 1 s; 10 times that. */
export const startTimeoutMs = 90_000;

/** Between two looks at a part that is starting. */
export const healthPollMs = 150;

/** One health check: a local round trip takes milliseconds. */
export const healthCheckTimeoutMs = 4_000;

/**
 * What is set up in a server that is healthy by its own account: a registry that was just started
 * again waits for its Kafka, which may be on its way back as well.
 */
export const furnishTimeoutMs = 30_000;

/** From the polite signal to SIGKILL: Kafka writes its logs out in 1 to 3 s. */
export const stopTimeoutMs = 15_000;

/** After SIGKILL the kernel needs a moment; more than this means a process stuck in the kernel. */
export const killTimeoutMs = 5_000;

/** One Maven run; 160 MB in all on the first day, so this allows 0.3 MB/s. */
export const fetchTimeoutMs = 10 * 60_000;

/** A line now and then while something long goes on. */
export const progressEveryMs = 5_000;

/** The end of a log file that an error shows. */
export const shownLogLines = 12;

/** A log file larger than this is set aside once, at the next start. */
export const logFileBytesMax = 16 * 1024 * 1024;

/** `start` gives up on a process that died this often in a row without becoming ready. */
export const restartsInARowMax = 8;
export const restartDelayMs = { first: 250, max: 10_000 } as const;

/** A platform process: it restores its state from the log before it is ready. */
export const platformReadyTimeoutMs = 60_000;
export const platformStopTimeoutMs = 15_000;

/** Long enough for a person's `down` or `up` to finish. */
export const lockWaitMs = 20_000;

/** One administrative request to Kafka; making 20 topics takes under a second locally. */
export const adminTimeoutMs = 15_000;

/** A topic that was made is known to every broker within some 100 ms. */
export const topicShownMs = 10_000;
export const topicShownPollMs = 100;

/** Between two looks whether another program still installs packages: a run of apt-get takes a minute. */
export const packageLockPollMs = 2_000;
