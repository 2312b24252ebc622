/**
 * Longest value of an envelope header in bytes of UTF-8. The longest of ours is a causation id made
 * of a timer's name and time, far below 200; the rest is room for ids that clients choose.
 */
export const headerBytesMax = 1_024;

/**
 * First size of the buffer that records are encoded into, in bytes. Our largest ordinary record is
 * an order of 100 lines at about 60 bytes each; it doubles when a record needs more.
 */
export const scratchBytesStart = 64 * 1_024;

/**
 * Largest record value, in bytes: the broker's default `message.max.bytes` is 1,048,588 for a whole
 * batch, of which headers and framing get 48 KiB.
 */
export const valueBytesMax = 1_000 * 1_024;

/**
 * How long an unknown schema id stays unknown without asking again. A poison record is met on every
 * restart and by every reader; the registry is asked about it twice a minute at most.
 */
export const unknownSchemaMs = 30_000;

/** How many unknown ids are remembered: a flood of made-up ids must not grow the process. */
export const unknownSchemasMax = 1_000;

/**
 * Value of a record at fault that its dead letter keeps, in bytes: half of what a value may be, so
 * that headers and key, which may be large as well, go with it.
 */
export const deadValueBytesMax = valueBytesMax / 2;

/** Ten times the schemas that all released versions of ours make; beyond it somebody writes his own. */
export const compiledTypesMax = 1_000;
