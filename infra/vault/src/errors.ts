/** A text that `encrypt` did not write, or that was changed since. The message never shows it. */
export class AlteredText extends Error {
  override readonly name = 'AlteredText';
}

/**
 * A key in Postgres is wrapped under a master key that this process was not given, or was changed.
 * A person is needed: the message names the variables.
 */
export class WrongMasterKey extends Error {
  override readonly name = 'WrongMasterKey';
}
