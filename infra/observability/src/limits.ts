/** Nesting that a log line shows; deeper values become their type. Errors with causes need about 6. */
export const logDepthMax = 8;

/** Characters of one text in a log line: a stack trace of 50 frames is about 5,000. */
export const logTextMax = 8_192;

/** Entries of one list or object in a log line. */
export const logEntriesMax = 100;

/**
 * A registered secret shorter than this is not searched for in texts: masking every `abc` would
 * make logs unreadable, and such a value protects nothing.
 */
export const secretCharactersMin = 6;
