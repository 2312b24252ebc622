/** Connections of one pool: Postgres's default of 100 serves a dozen processes with eight each. */
export const poolMax = 8;

/** A TCP connection and its authentication; on one machine it takes 10 ms. */
export const connectTimeoutMs = 1_500;

/** How long a caller waits for a free connection before it is told that Postgres does not answer. */
export const acquireTimeoutMs = 1_500;

/**
 * One statement. A batch of 5,000 rows takes about 100 ms, a migration of an empty schema less; a
 * minute means that something is wrong.
 */
export const statementTimeoutMs = 60_000;

/** After the server's own limit the client gives up as well: a frozen server answers nothing. */
export const clientGraceMs = 2_000;

/**
 * A reader's statement, after waiting for a free connection; and what the client waits longer for a
 * frozen server. Together 2.2 s: a request is answered within that whatever Postgres does.
 */
export const readAcquireTimeoutMs = 700;
export const readTimeoutMs = 1_200;
export const readGraceMs = 300;

/** Readers at once: pages are read in milliseconds, so eight serve some thousand requests a second. */
export const readersMax = 8;

/**
 * A transaction that waits for its client: dead letters are written to the log meanwhile, which has
 * {@link deadLetterTimeoutMs} for it.
 */
export const idleInTransactionMs = 30_000;

/** Writing the dead letters of one batch, while its SQL transaction is open. */
export const deadLetterTimeoutMs = 10_000;

/** Rows of one INSERT: 1,000 rows of 500 bytes are half a megabyte of JSON in one parameter. */
export const rowsPerStatement = 1_000;

/**
 * Rows of one statement that are copied in a rebuild: at 100, COPY saves Postgres a millisecond (20 µs
 * a row as JSON, 10 by COPY), which is what its temporary table costs.
 */
export const copiedRowsMin = 200;

/** Bytes brought by one fetch of one topic: some 2,000 events, one SQL transaction. */
export const fetchBytesPerTopic = 1_048_576;

/**
 * Of a rebuild, over all topics of a partition number: some 10,000 events. The more of an aggregate's
 * events come together, the fewer times its row is written.
 */
export const rebuildFetchBytes = 4 * 1_048_576;

/** Rows show what happened at most this much later, and a busy log costs a fetch and an SQL transaction fifty times a second. */
export const fetchPaceMs = 20;

/** Longest wait of an idle fetch; it bounds how long a stop takes, not how fresh a row is. */
export const fetchWaitMs = 500;

/** Waits between attempts while Postgres, Kafka or the registry is away. */
export const retryMs = { first: 100, max: 5_000 } as const;

/** After a lost race for a position; the winner has just committed. */
export const lostRaceMs = 10;

/** A position that only moved past markers is written this often at most. */
export const idlePositionMs = 1_000;

/** Texts in dead letters are for people. */
export const messageCharsMax = 500;

/**
 * Postgres cuts identifiers at 63 bytes; `_v<version>_check_<8 hex>` is added to a name, which is
 * longer than `_v<version>_leaving`.
 */
export const projectionNameCharsMax = 32;

/** Differing rows that a comparison shows of one table. */
export const shownDifferencesMax = 20;

/** Rows of a differing bucket that a comparison looks at: beyond it, only that they differ. */
export const comparedRowsMax = 200_000;

/** Partitions that a rebuild builds at once: more than the cores of a laptop do not help. */
export const rebuildPartitions = 4;

/**
 * What a swap folds while the writers of the live model wait: two batches of a partition each, some
 * tens of milliseconds. What is further behind catches up first.
 */
export const swapGapOffsets = 4_000;

/** Longest that writers wait for it. Readers never do. */
export const swapFoldMs = 3_000;

/** How long a swap waits for the batches under way; writers that come meanwhile wait behind it. */
export const swapLockMs = 2_000;

/** Before a swap is tried again that somebody stood in the way of. */
export const swapAgainMs = 500;

/**
 * Rounds of catching up. At half the rate at which records come in each round is half as long as the
 * one before: twenty make up for a million times the gap of a swap.
 */
export const catchUpRoundsMax = 20;

/** Between two looks at a row that somebody waits for. */
export const pollMs = { first: 5, max: 100 } as const;

/** Longest wait that a caller of the waiting functions may ask for. */
export const waitMsMax = 30_000;

/**
 * Parked records of one key that one transaction applies: half a fetch's worth, so that the task,
 * which waits for the locks meanwhile, waits for well under a second.
 */
export const redrivenRecordsMax = 1_000;

/** Parked records are scattered over their partition: each is read with little around it. */
export const parkedReadBytes = 65_536;
