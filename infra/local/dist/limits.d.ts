/** How long a part may take to answer after it was started: measured 3, 9, 1, 1 s; 10 times that. */
export declare const startTimeoutMs = 90000;
/** Between two looks at a part that is starting. */
export declare const healthPollMs = 150;
/** One health check: a local round trip takes milliseconds. */
export declare const healthCheckTimeoutMs = 4000;
/** From the polite signal to SIGKILL: Kafka writes its logs out in 1 to 3 s. */
export declare const stopTimeoutMs = 15000;
/** After SIGKILL the kernel needs a moment; more than this means a process stuck in the kernel. */
export declare const killTimeoutMs = 5000;
/** One Maven run; 160 MB in all on the first day, so this allows 0.3 MB/s. */
export declare const fetchTimeoutMs: number;
/** A line now and then while something long goes on. */
export declare const progressEveryMs = 5000;
/** The end of a log file that an error shows. */
export declare const shownLogLines = 12;
/** A log file larger than this is set aside once, at the next start. */
export declare const logFileBytesMax: number;
/** `start` gives up on a process that died this often in a row without becoming ready. */
export declare const restartsInARowMax = 8;
export declare const restartDelayMs: {
    readonly first: 250;
    readonly max: 10000;
};
/** A platform process: it restores its state from the log before it is ready. */
export declare const platformReadyTimeoutMs = 60000;
export declare const platformStopTimeoutMs = 15000;
/** Long enough for a person's `down` or `up` to finish. */
export declare const lockWaitMs = 20000;
/** One administrative request to Kafka; making 20 topics takes under a second locally. */
export declare const adminTimeoutMs = 15000;
