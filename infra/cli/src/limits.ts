/** A server on this machine or in this region answers a connection within tens of milliseconds. */
export const reachableTimeoutMs = 2_000;

/** One call to the registry or the queries service; a registry that just started takes seconds. */
export const httpTimeoutMs = 10_000;

/** Longest wait of a fetch: how long Ctrl-C may go unnoticed. */
export const fetchWaitMs = 250;

/** How often a tail asks again while Kafka is away. */
export const retryMs = 1_000;

/** Largest text of one field in a summary: a line stays readable on a wide terminal. */
export const fieldCharactersMax = 60;

/** Alerts of one page of the queries service, whose own limit is higher. */
export const alertPageSize = 100;

/** Commands that wait for their outcomes when all alerts of an incident are asked for one thing. */
export const alertsAtOnce = 50;

/** A task that is restoring a large changelog answers late; an operator can wait this long. */
export const outcomeWaitMs = 15_000;

/** Checksums of the largest table are one statement. */
export const rebuildStatementTimeoutMs = 10 * 60_000;

/** Events of one partition whose hash chain the doctor follows: a tenth of a second each. */
export const chainSampleRecords = 2_000;

/** Dead letters that a list shows unless told otherwise: a screen of them. */
export const deadLettersShown = 50;

/** The most that it keeps for it: half a kilobyte each. */
export const deadLettersShownMax = 10_000;

/** Names of a histogram; what comes when there are so many is counted together. */
export const histogramRowsMax = 10_000;

/** Letters of projections that are known again, a hundred bytes each: a batch has 5,000 at most. */
export const repeatsRememberedMax = 100_000;

/** Bytes of an unreadable value that are shown: what is wrong stands at its beginning. */
export const hexBytesShown = 512;

/** And of any on demand: a page for each kilobyte is read by nobody, and JSON has them all. */
export const rawBytesShown = 65_536;

/** Keys of one topology that a redrive looks at: 300 bytes each, 30 MB. */
export const waitingKeysMax = 100_000;

/** Keys under way at once: far below the 200 commands of an edge, and one task takes a batch at once. */
export const keysAtOnce = 50;

/** What a task may take after Ctrl-C for what is under way: it commits in milliseconds. */
export const interruptedWaitMs = 500;

/** How often a record may be redriven and come back before it takes --force: each time somebody thought it mended. */
export const comeBacksMax = 3;

/** Commands of one redrive: each takes 500 records and more, and half a million waiting is a bug. */
export const redriveRoundsMax = 1_000;

/** Events that lag counts on one partition: a second or two of reading, and past it nobody needs the digits. */
export const lagEventsMax = 100_000;

/** Between two looks at lag. */
export const watchEveryMs = 2_000;

/** How long a live task may take for what a replay has decided already: it commits in milliseconds. */
export const replayCatchUpMs = 10_000;

/** Snapshots of a partition that one check replays from: each is a replay of its own. */
export const snapshotsMax = 100;

/** A shop of some thousand items; more are data to be migrated, not seeded. */
export const seedEntriesMax = 10_000;

/** Ten thousand items of 300 bytes, and as much again for how they are laid out. */
export const seedBytesMax = 6 * 1024 * 1024;

/** Items or accounts that are asked for together: far below the 200 commands of an edge. */
export const seedAtOnce = 20;

/** A purchase that waits for a person takes a minute; the shop's longest call is a write of 10 s. */
export const buyWaitSeconds = 60;
export const shopCallMs = 15_000;

/** Between two looks at a purchase: a person sees no difference, and the shop feels none. */
export const buyEveryMs = 300;

/** A replay of 10,000 notifications takes half a minute, and longer on a machine that is busy. */
export const replayCallMs = 10 * 60_000;

/** Rows of one page of notifications, as many as the service gives at once. */
export const notificationPageSize = 200;

/** How long the first delivery of a test is waited for: a time-out of 30 s and what is around it. */
export const testWaitSeconds = 40;
export const testEveryMs = 200;

/** What a listener takes of one delivery: bodies have 64 KiB at most, and headers 8 KiB. */
export const deliveryBytesMax = 256 * 1024;

/** How long a forward may take: less than an attempt may, so that the platform hears of it. */
export const forwardMs = 25_000;
/** What is given back of the answer to it: as much as the platform keeps, and some more. */
export const forwardedBytesMax = 64 * 1024;

/** Deliveries of which a listener remembers how often they came. */
export const deliveriesRememberedMax = 10_000;

/** Sends of one trigger by hand: events times repeats. */
export const sendsMax = 10_000;
/** Longest pause between two of them. */
export const sendDelayMsMax = 60_000;
/** One send by hand: what an attempt of the platform may take. */
export const sendMs = 30_000;

/** The monitor waits for up to three decisions, one after the other, of which each may take a while. */
export const monitorCallMs = 30_000;

/** Money of one page, as much as the channel monitor gives at once. */
export const moneyPageSize = 200;

/** Alerts of one partition that a what-if keeps on either side: a kilobyte each, 100 MB at most. */
export const whatIfAlertsMax = 100_000;

/** Alerts that a what-if lists unless told otherwise, and the most that it keeps for it. */
export const whatIfListed = 20;
export const whatIfListedMax = 10_000;

/** A task says what it finds within a second or two; what it has not said yet is no difference. */
export const whatIfSettleMs = 5_000;

/** Findings of a part that verify lists unless told otherwise, and the most that it keeps for it. */
export const verifyListed = 20;
export const verifyListedMax = 10_000;

/** A retry that nobody began a minute after its time is begun by a sweep; this is several. */
export const verifyLateMs = 10 * 60_000;

/** Entries of a result stream that are read at once: half a megabyte. */
export const streamPageEntries = 1_000;

/** How far Redis's clock may be from the broker's: machines that keep time are within a second. */
export const verifySkewMs = 60_000;

/** Offsets from which on a time is looked for in a partition: some 20 fetches, as these take to read. */
export const seekFromOffsets = 50_000n;

/** A block of a container: what a flipped byte costs, and enough for deflate to find what repeats. */
export const archiveBlockBytesMax = 64 * 1_024;

/** A block and a record of 1 MiB in it make two; a crafted one would unpack to a thousand times more. */
export const archiveUnpackedBytesMax = 16 * 1_024 * 1_024;

/** One file of an archive before it is deflated: it is made in memory, beside what a fetch brings. */
export const archiveFileBytesMax = 16 * 1_024 * 1_024;

/** A manifest of a million files, which is fifteen terabytes, is not one of ours. */
export const manifestBytesMax = 512 * 1_024 * 1_024;

/** Records and bytes of one request of a restore, as the platform's own producers send them. */
export const restoreBatchRecords = 1_000;
export const restoreBatchBytes = 512 * 1_024;

/** Brokers show a new topic within a second. */
export const restoreShownMs = 10_000;
