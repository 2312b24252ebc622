/** One call: the monitor gives the payment side 8 s, and this is twice that and some more. */
export const callTimeoutMs = 20_000;

/** The first wait, and the longest: a server that restarts is back within a minute. */
export const firstWaitMs = 1_000;
export const longestWaitMs = 60_000;

/**
 * Tries of one record before the alarm. Waits are half of 1, 2, 4 … 60 s on average, so these are
 * about eight minutes: longer than a restart, and short enough for somebody to look while the payer
 * still waits.
 */
export const triesMax = 20;
export const triesMaxMost = 10_000;

/** Calls under way at once: a record takes 50 ms, so these are 80 a second, a small shop's day. */
export const callsAtOnce = 4;

/** Records waiting at once. Each is a file, of 4 KiB on most disks: 400 MB. Then nothing is read. */
export const waitingMax = 100_000;

/** One line: rawPayload has 32 KiB at most, each byte of which can be six of JSON. */
export const recordBytesMax = 256 * 1024;

/** A line that is too long is still put aside, up to this; past it the input is no list of records. */
export const lineBytesMax = 8 * 1024 * 1024;

/** How much of an answer is read, and of what it says is shown. */
export const answerBytesMax = 64 * 1024;
export const problemCharactersMax = 300;

/** A list of 100,000 active orders has about 15 MB. */
export const ordersBytesMax = 64 * 1024 * 1024;

/** Longest alarm command: sending a message takes seconds. */
export const alarmMs = 30_000;

/** Between two looks at active orders: they wait for minutes. */
export const pollMs = 5_000;
export const pollMsLeast = 200;

/** Longest wait for the stream: how long Ctrl-C may go unnoticed. */
export const streamBlockMs = 1_000;
export const streamPageEntries = 100;

/** What a client of the group has had for so long, it will not do: an order waits for minutes only. */
export const claimIdleMs = 60_000;
export const claimEveryMs = 30_000;
/** How much longer than it was asked to wait the stream may take to answer. */
export const streamAnswerMs = 5_000;
