/**
 * A broken assumption of our own code. The task that meets one stops and commits nothing: going on
 * would write down something that nobody can vouch for.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (condition !== true && !condition) throw new InvariantViolation(message);
}

/** Ends every exhaustive `switch`: the compiler refuses a case that was forgotten. */
export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable: ${String(value)}`);
}
