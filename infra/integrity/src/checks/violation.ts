/** The invariants of the integrity suite, docs/testing.md; `state` and `replay` stand beside them. */
export type InvariantId =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I12'
  | 'I13'
  | 'I17'
  | 'state'
  | 'replay';

/** One broken invariant: what, where. */
export interface Violation {
  readonly invariant: InvariantId;
  readonly what: string;
}

export const violation = (invariant: InvariantId, what: string): Violation => ({ invariant, what });
