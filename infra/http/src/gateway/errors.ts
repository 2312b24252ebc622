/** Too much is under way. Nothing was written; trying again later can help. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

/**
 * The command may or may not be in the log, and no outcome has come. Repeating it with the same
 * command id is safe and answers.
 */
export class WriteUnknown extends Error {
  override readonly name = 'WriteUnknown';
}

/** The command is certainly not in the log. Trying again can help once the log is back. */
export class WriteFailed extends Error {
  override readonly name = 'WriteFailed';
}
