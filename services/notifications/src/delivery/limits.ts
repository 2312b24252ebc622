/** Bytes of a signing secret; Standard Webhooks gives 24 to 64. We make 32, as many as SHA-256 gives out. */
export const secretBytesMin = 24;
export const secretBytesMax = 64;

/** Secrets that sign at once: the new one and the old one of a rotation, and one to spare. */
export const secretsMax = 3;

/** Signatures of a header that are looked at; whoever sends more is guessing. */
export const signaturesReadMax = 16;

/** How far a timestamp may be from the receiver's clock: what Standard Webhooks' libraries take. */
export const timestampToleranceMs = 5 * 60_000;

/** Bytes of a template; a body with every field of a notification is about 1 KiB. */
export const templateBytesMax = 16 * 1024;

/** Bytes of a rendered body: it is kept in a record, of which 1 MiB is the most. */
export const bodyBytesMax = 64 * 1024;

/** Sections within one another. There are five fields that may be left out, so no more make sense. */
export const sectionDepthMax = 5;

/** Tags of a template: forty for each field there is. At this many a rendering takes a millisecond. */
export const templateTagsMax = 500;

/** Problems of a template that are told at once. */
export const templateProblemsMax = 20;
