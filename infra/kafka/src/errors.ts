/** Trying again later can help; nothing is known to be wrong with the request. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** Another producer or member owns this now. Stop; do not take it back before the next generation. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** The write may or may not be in the log. Never guess: read the log. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The write is certainly not, and will not become, part of the log as committed readers see it. */
export class NotCommitted extends Error {
  override readonly name = 'NotCommitted';
}

/** A position before the start or beyond the end of a partition's log. */
export class PositionOutOfRange extends Error {
  override readonly name = 'PositionOutOfRange';
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  constructor(at: { topic: string; partition: number; offset: bigint; detail: string }) {
    super(`${at.topic}-${at.partition} has no offset ${at.offset}: ${at.detail}`);
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = at.offset;
  }
}

/** Bytes that are not what the protocol says they must be, or a checksum that does not match. */
export class CorruptRecord extends Error {
  override readonly name = 'CorruptRecord';
}

/** No topic of that name. Topics are made by the operator's tools, never by using them. */
export class UnknownTopic extends Error {
  override readonly name = 'UnknownTopic';
}
