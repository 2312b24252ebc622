/**
 * Connections of the vault's own pool: a look-up takes a millisecond and is asked for once in ten
 * seconds a key, so four are plenty, and a hung pool of read models does not hold it up.
 */
export const poolMax = 4;

/** As for other readers of Postgres: together a call waits 2.2 s at most, whatever Postgres does. */
export const acquireTimeoutMs = 700;
export const statementTimeoutMs = 1_200;
export const clientGraceMs = 300;

/** Keys of subjects that a process holds: 10,000 of about 500 bytes are 5 MB. */
export const dataKeysHeldMax = 10_000;

/**
 * How often a process asks which of the keys it holds were erased. It promises 60 s: the answer of
 * one round may be lost and the next take its longest (2 × 20 s + 2.2 s).
 */
export const forgetEveryMs = 20_000;

/** Keys that one statement asks for of those that were erased: some 30 KB. */
export const eraseBatch = 1_000;

/** Erased keys that are looked for again and again, the newest: a million of about 200 bytes are 200 MB. */
export const erasedKeysHeldMax = 1_000_000;

/** More offsets than a partition can have: from its beginning. */
export const wholeTopic = 2n ** 63n - 1n;

/** Characters of a subject: a kind of 32, a colon, and a name of 128. */
export const subjectCharactersMax = 161;

/**
 * Bytes of one text: base64 makes 4/3 of them, and a record has 1 MiB (Kafka's message.max.bytes).
 * AES-GCM itself ends at 64 GiB.
 *
 * Nonces are 96 random bits: after 2^32 texts of one key, 136 years at one a second and 50 days at a
 * thousand, two are the same with a chance of 2^-33 (NIST SP 800-38D, 8.3).
 */
export const textBytesMax = 700 * 1_024;

/** Attempts to read back a subject's key: another process may erase it between two statements. */
export const keyAttemptsMax = 3;

/** Keys that one statement of a re-wrap reads. */
export const rewrapBatch = 500;

/** How long an API key is taken as it was read: a revocation holds after that. */
export const apiKeyFreshMs = 10_000;

/** How long a key that was read stays good while Postgres is away. */
export const apiKeyStaleMs = 60_000;

/** How long the secrets of an endpoint are taken as they were read: an erasure holds after that. */
export const endpointSecretsFreshMs = 60_000;

/** How long they stay good while Postgres is away: deliveries go on through a restart of it. */
export const endpointSecretsStaleMs = 600_000;

/** Endpoints whose secrets a process remembers: 10,000 of about 300 bytes are 3 MB. */
export const endpointSecretsHeldMax = 10_000;

/** API keys that a process remembers: 10,000 of about 400 bytes are 4 MB. */
export const apiKeysHeldMax = 10_000;

/** Ids that are no key's, remembered apart, so that guesses push out no key: about 1 MB. */
export const unknownKeysHeldMax = 10_000;

/** Ids that one look-up asks for; a few hundred bytes each way for a key. */
export const lookupBatch = 200;

/** Ids that wait for a look-up: at 200 in 2 ms they wait 20 ms; beyond that somebody is guessing. */
export const lookupsWaitingMax = 2_000;

/** `last_used_at` is written at most this often for a key. */
export const lastUsedEveryMs = 60_000;

/** Characters of a key's name, which is for people. */
export const keyNameCharactersMax = 100;

/** Characters of the reason of an erasure, or of looking at personal data. */
export const reasonCharactersMax = 500;

/** How long a monitor client and its keys are taken as they were read: a revocation holds after that. */
export const monitorClientFreshMs = 10_000;

/** How long they stay good while Postgres is away. */
export const monitorClientStaleMs = 60_000;

/** Monitor clients that a process remembers, with their keys: 10,000 of about 1.5 kB are 15 MB. */
export const monitorClientsHeldMax = 10_000;

/** Ids that are no client's and no key's, remembered apart from those that are: about 1 MB. */
export const unknownMonitorsHeldMax = 10_000;

/**
 * Keys of one monitor client, the newest: as many as its edge tries a signature with. Those that are
 * over are among them, so that their holder is told what is wrong.
 */
export const monitorKeysMax = 8;
