/** One request, in ms. A healthy registry answers in 5 to 300 ms; a first registration is slowest. */
export const requestMs = 5_000;

/**
 * Waits between attempts, in ms: 1.3 s in all, long enough for a dropped connection or two clients
 * that register at once, and short enough for the caller to say what is wrong. Whoever can wait
 * longer, such as a task, does so around the call.
 */
export const retryDelaysMs = [100, 300, 900] as const;

/** Largest schema text that is taken from the registry; ours are below 4,000 characters. */
export const schemaCharactersMax = 1_000_000;

/** A schema that is said not to exist is asked for once more after this: a log is read in seconds. */
export const unknownConfirmMs = 1_000;
